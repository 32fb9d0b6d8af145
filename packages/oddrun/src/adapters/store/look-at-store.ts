import { existsSync, statSync } from "node:fs";
import { problem } from "../../operations/problems.ts";
import { importSqlite } from "../files/sqlite-module.ts";
import { openStore } from "./index.ts";
import { storeProblem } from "./store-problems.ts";

export interface StoreLook {
  readonly sizeBytes: number;
  readonly runCount: number;
  /** Whether every page was read and fits the others; a very large store is opened only. */
  readonly isReadWhole: boolean;
}

/** A larger one would keep everything else waiting. */
const READ_WHOLE_BYTES_MAX = 1_000_000_000;
const BUSY_CODE = 5;

/** Looks whether the store at `path` is whole, of this version, and may be written; changes nothing. Null when there is none. */
export async function lookAtStore(path: string): Promise<StoreLook | null> {
  if (!existsSync(path)) return null;
  const store = await openStore(path, { readOnly: true });
  let runCount: number;
  try {
    runCount = await store.countRuns();
  } finally {
    await store.close();
  }
  const sizeBytes = statSync(path).size;
  const isReadWhole = sizeBytes <= READ_WHOLE_BYTES_MAX;
  const { DatabaseSync } = await importSqlite();
  try {
    const database = new DatabaseSync(path, { timeout: 1_000 });
    try {
      if (isReadWhole && !isSound(database.prepare("pragma quick_check(1)").get()))
        throw problem("store-damaged", path);
      if (mayBegin(() => database.exec("begin immediate"))) database.exec("rollback");
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeProblem(path, error);
  }
  return { sizeBytes, runCount, isReadWhole };
}

const isSound = (row: unknown): boolean => Object.values(row ?? {})[0] === "ok";

/** Another process's write is a sign of health. */
function mayBegin(begin: () => void): boolean {
  try {
    begin();
    return true;
  } catch (error) {
    const code = (error as { readonly errcode?: unknown }).errcode;
    if (typeof code === "number" && (code & 0xff) === BUSY_CODE) return false;
    throw error;
  }
}
