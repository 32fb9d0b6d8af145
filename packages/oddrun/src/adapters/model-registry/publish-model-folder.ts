import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel, FOREST_FILE, type IsolationForestModel, MODEL_FILE } from "@oddrun/core/isolation-forest";
import { problem } from "../../operations/problems.ts";
import { makeFolder, syncFolder, withFileLock, writeFileAtomically } from "../files/index.ts";
import { includesText, readModelFile, sha256 } from "./model-folder.ts";

/** Writing two files takes a second on a slow disk. */
export const PUBLISH_LOCK = { waitMs: 15_000 };

/**
 * Puts a model into a plain folder, `model.json` and `isolation_forest.bin`, so that a reader finds the old model or the new one, whole, at
 * every moment and after a kill at any moment. The new forest waits under its hash; renaming model.json is the moment of
 * change; only then does the forest take its usual name. A reader looks under both names.
 */
export async function publishModelFolder(folder: string, model: IsolationForestModel): Promise<string> {
  return await publishModelFiles(folder, encodedModel(model));
}

/** The files that a model is kept in, by name: the same model gives the same bytes. */
export function encodedModel(model: IsolationForestModel): ReadonlyMap<string, Uint8Array> {
  return encodeModel(model, sha256);
}

/** The same for files that are there already, byte by byte: the caller has checked that they are a model. Answers with the hash of model.json. */
export async function publishModelFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const manifest = files.get(MODEL_FILE)!;
  const forest = files.get(FOREST_FILE)!;
  try {
    makeFolder(folder);
    // keeps two trainers from publishing into one folder at once
    const published = await withFileLock(join(folder, ".publishing"), PUBLISH_LOCK, async () => {
      await finishPublishing(folder);
      const waiting = join(folder, `${FOREST_FILE}.${sha256(forest)}`);
      await writeFileAtomically(waiting, forest, { force: true });
      await writeFileAtomically(join(folder, MODEL_FILE), manifest, { force: true });
      await giveUsualName(folder, waiting);
      return sha256(manifest);
    });
    if (published === null) throw new Error("another training has been publishing there for too long");
    return published.result;
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
