import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { isAlive } from "./process-id.ts";

export interface LockOptions {
  /** How long to wait for another holder. */
  readonly waitMs: number;
  /** A lock of this age is taken over whoever holds it: longer than the work behind it can take. */
  readonly staleMs: number;
}

/** Killed between making the lock and writing its number into it. */
const UNSIGNED_MS = 500;
const LOOK_AGAIN_MS = 20;
const heldHere = new Set<string>();

/**
 * Does `work` while no other process that asks for the lock file at `path` does. A lock whose holder is gone is taken over. Answers null when
 * another one has held it all the time.
 */
export async function withFileLock<Result>(
  path: string,
  { waitMs, staleMs }: LockOptions,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | null> {
  const giveUpAtMs = Date.now() + waitMs;
  while (!(await takeLock(path))) {
    const holder = await readLock(path);
    if (holder !== null && isStale(path, holder, staleMs)) await removeLock(path, holder);
    else if (Date.now() > giveUpAtMs) return null;
    else await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  try {
    return { result: await work() };
  } finally {
    heldHere.delete(path);
    await rm(path, { force: true });
  }
}

interface Holder {
  readonly text: string;
  readonly fileId: number;
  readonly ageMs: number;
}

async function takeLock(path: string): Promise<boolean> {
  try {
    const lock = await open(path, "wx");
    heldHere.add(path);
    await lock.writeFile(`${process.pid}`);
    await lock.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

async function readLock(path: string): Promise<Holder | null> {
  try {
    const [text, { mtimeMs, ino }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return { text, fileId: ino, ageMs: Date.now() - mtimeMs };
  } catch {
    return null;
  }
}

function isStale(path: string, { text, ageMs }: Holder, staleMs: number): boolean {
  if (ageMs > staleMs) return true;
  if (text === "") return ageMs > UNSIGNED_MS;
  // in a container every process may have the same number: what is not held here was left by one before
  if (Number(text) === process.pid) return !heldHere.has(path);
  return !isAlive(Number(text));
}

/** Two that found the same stale lock must not remove each other's new one: what was moved away is looked at, and put back. */
async function removeLock(path: string, holder: Holder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    const moved = await readLock(aside);
    if (moved !== null && moved.fileId !== holder.fileId) await link(aside, path).catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
