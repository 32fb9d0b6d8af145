import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { importSqlite } from "oddrun/internal/adapters/files/sqlite-module";
import { lookAtStore } from "oddrun/internal/adapters/store/index";
import { Problem } from "oddrun/ports";
import { type CacheService, CacheTrouble } from "./cache-service.ts";
import { isStatePath, packState, unpackState } from "./state-archive.ts";

/** Where the state of a run comes from and goes to. */
export interface KeptState {
  readonly dataDir: string;
  /** "id 710000001", or a name where another repository is looked at. */
  readonly about: string;
  readonly runId: number | null;
  readonly runAttempt: number;
  readonly cache: CacheService;
  readonly writer: StateWriter;
  readonly warn: (message: string) => void;
}

/**
 * Whose entry it is: only what watching keeps knows what was said. A look (check, gate, report) goes on from it and never puts its own in
 * its place; where nobody watches, looks have entries of their own.
 */
export type StateWriter = "watch" | "look";

export const STORE_FILE = "oddrun.db";

/** How the keys of one repository begin, in the words that a key may have: never as those of another one, such as app and app-web. */
function prefixOf(about: string, writer: StateWriter): string {
  const words = about.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-");
  const hash = about.startsWith("id ") ? "" : `.${createHash("sha256").update(about).digest("hex").slice(0, 12)}`;
  return `oddrun-v1-${words}${hash}${writer === "look" ? ".look" : ""}-`;
}

/**
 * Brings back what the newest entry of the cache holds. What cannot be used (cut short, another repository's, a newer Oddrun's) is
 * dropped with a warning: all of it can be collected anew. Answers whose entry it is; null where there is no store now.
 */
export async function restoreState(state: KeptState): Promise<StateWriter | null> {
  const { dataDir, about, cache, warn } = state;
  const prefix = prefixOf(about, "watch");
  let found: Awaited<ReturnType<CacheService["find"]>>;
  try {
    found = await cache.find(`${prefix}${state.runId ?? 0}-${state.runAttempt}`, [prefix, prefixOf(about, "look")]);
  } catch (error) {
    if (!(error instanceof CacheTrouble)) throw error;
    warn(`What was learnt before could not be fetched from the cache: ${error.message}. History is collected anew.`);
    return null;
  }
  if (found === null) return null;
  const writer = found.key.startsWith(prefix) ? "watch" : "look";
  const archive = await unpackState(found.bytes);
  const drop = (why: string): null => {
    warn(`What was learnt before is left aside, since ${why}. History is collected anew.`);
    return null;
  };
  if ("damage" in archive) return drop(archive.damage);
  if (archive.about !== about) return drop("it is another repository's");
  mkdirSync(dataDir, { recursive: true });
  for (const [path, bytes] of archive.files) {
    const file = join(dataDir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  try {
    if ((await lookAtStore(join(dataDir, STORE_FILE))) !== null) return writer;
    clearState(dataDir);
    return drop("no store is in it");
  } catch (error) {
    // an older store is brought up to date when it is opened to be written
    if (error instanceof Problem && error.code === "store-older") return writer;
    clearState(dataDir);
    if (error instanceof Problem) return drop(`its store cannot be used (${error.code})`);
    throw error;
  }
}

/** Saves a copy of the store and the model in use as a new entry. Never fails: without it the next run asks for more. */
export async function saveState(state: KeptState, nowMs: number): Promise<"saved" | "exists" | "failed"> {
  const { dataDir, about, cache, warn } = state;
  try {
    const files = new Map<string, Uint8Array>([[STORE_FILE, await copyOfStore(dataDir)], ...modelFiles(dataDir)]);
    const bytes = await packState({ about, savedAtMs: nowMs, files });
    return await cache.save(`${prefixOf(about, state.writer)}${state.runId ?? nowMs}-${state.runAttempt}`, bytes);
  } catch (error) {
    const why = error instanceof CacheTrouble ? error.message : error instanceof Error ? error.name : "no reason";
    warn(`What was learnt could not be kept in the cache: ${why}. The next run asks GitHub for more.`);
    return "failed";
  }
}

/** One file of one moment, without the room of deleted rows; what lies beside a store in use is in it. */
async function copyOfStore(dataDir: string): Promise<Uint8Array> {
  const { DatabaseSync } = await importSqlite();
  const copy = join(dataDir, `.copy-${randomUUID()}.db`);
  const database = new DatabaseSync(join(dataDir, STORE_FILE), { timeout: 5000 });
  try {
    database.prepare("vacuum into ?").run(copy);
    return readFileSync(copy);
  } finally {
    database.close();
    rmSync(copy, { force: true });
  }
}

/** The history model in use: earlier versions are only of use to who compares them. */
function modelFiles(dataDir: string): readonly (readonly [string, Uint8Array])[] {
  const newest = names(join(dataDir, "models"))
    .filter((name) => /^history-[1-9]\d{0,8}$/.test(name))
    .toSorted((one, other) => Number(other.slice(8)) - Number(one.slice(8)))[0];
  if (newest === undefined) return [];
  return names(join(dataDir, "models", newest))
    .map((name) => `models/${newest}/${name}`)
    .filter(isStatePath)
    .map((path) => [path, readFileSync(join(dataDir, path))] as const);
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function clearState(dataDir: string): void {
  for (const name of [STORE_FILE, `${STORE_FILE}-wal`, `${STORE_FILE}-shm`, "models"]) {
    rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}
