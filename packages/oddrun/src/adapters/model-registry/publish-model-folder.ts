import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel, FOREST_FILE, type IsolationForestModel, MODEL_FILE } from "@oddrun/core/isolation-forest";
import { problem } from "../../operations/problems.ts";
import { syncFolder, writeFileAtomically } from "../files/index.ts";
import { includesText, readModelFile, sha256 } from "./model-folder.ts";

/**
 * Puts a model into a plain folder, `model.json` and `isolation_forest.bin`, so that a reader finds the old model or the new one, whole, at
 * every moment and after a kill at any moment. The new forest waits under its hash; renaming model.json is the moment of
 * change; only then does the forest take its usual name. A reader looks under both names.
 */
export async function publishModelFolder(folder: string, model: IsolationForestModel): Promise<string> {
  const files = encodeModel(model, sha256);
  const manifest = files.get(MODEL_FILE)!;
  const forest = files.get(FOREST_FILE)!;
  try {
    await mkdir(folder, { recursive: true });
    return await withFolderLock(folder, async () => {
      await finishPublishing(folder);
      const waiting = join(folder, `${FOREST_FILE}.${sha256(forest)}`);
      await writeFileAtomically(waiting, forest, { force: true });
      await writeFileAtomically(join(folder, MODEL_FILE), manifest, { force: true });
      await giveUsualName(folder, waiting);
      return sha256(manifest);
    });
  } catch (error) {
    throw problem("model-folder-unwritable", folder, reasonOf(error));
  }
}

/** After a kill between the two renames of a publisher: gives the forest in force its usual name, removes what nobody needs. */
async function finishPublishing(folder: string): Promise<void> {
  const manifest = readModelFile(folder, MODEL_FILE);
  const waiting = (await readdir(folder)).filter((name) => name.startsWith(`${FOREST_FILE}.`));
  for (const name of waiting) {
    const hash = name.slice(FOREST_FILE.length + 1);
    if (manifest !== null && includesText(manifest, hash)) await giveUsualName(folder, join(folder, name));
    else await rm(join(folder, name), { force: true });
  }
}

async function giveUsualName(folder: string, waiting: string): Promise<void> {
  await rename(waiting, join(folder, FOREST_FILE));
  await syncFolder(folder);
}

const LOCK_WAIT_MS = 10_000;
const LOCK_STALE_MS = 60_000;
const LOCK_UNSIGNED_MS = 500;

/** Keeps two trainers from publishing into one folder at once. A lock whose holder is gone is taken over. */
async function withFolderLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const path = join(folder, ".publishing");
  const giveUpAtMs = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      const lock = await open(path, "wx");
      await lock.writeFile(String(process.pid));
      await lock.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (await isLockStale(path)) await rm(path, { force: true });
      else if (Date.now() > giveUpAtMs)
        throw new Error("another training has been publishing there for ten seconds", { cause: error });
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function isLockStale(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const ageMs = Date.now() - mtimeMs;
    if (ageMs > LOCK_STALE_MS) return true;
    // killed between making the lock and writing its number into it
    if (text === "") return ageMs > LOCK_UNSIGNED_MS;
    return !isAlive(Number(text));
  } catch {
    return false;
  }
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
