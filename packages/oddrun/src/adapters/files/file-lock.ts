import type { DatabaseSync } from "node:sqlite";
import { importSqlite } from "./sqlite-module.ts";

const LOOK_AGAIN_MS = 20;
/** SQLite's primary result code, https://sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;

/**
 * Does `work` while nobody else who asks for the lock file at `path` does, in this process or another. Answers null when somebody has held it for
 * all of `waitMs`. The lock is the operating system's, asked for through SQLite, so that it is free the moment its holder dies: a lock that one has
 * to find stale cannot be taken over safely. The empty file stays.
 */
export async function withFileLock<Result>(
  path: string,
  { waitMs }: { readonly waitMs: number },
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | null> {
  const { DatabaseSync } = await importSqlite();
  const giveUpAtMs = Date.now() + waitMs;
  const lock = new DatabaseSync(path);
  try {
    while (!isTaken(lock)) {
      if (Date.now() > giveUpAtMs) return null;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    return { result: await work() };
  } finally {
    lock.close();
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec("begin exclusive");
    return true;
  } catch (error) {
    if ((((error as { readonly errcode?: number }).errcode ?? 0) & 0xff) === SQLITE_BUSY) return false;
    throw error;
  }
}
