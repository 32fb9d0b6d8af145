import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MODEL_FILE } from "@oddrun/core";
import { problem } from "../operations/problems.ts";
import { printable } from "../operations/text/visible-text.ts";

/**
 * The folder of the one model in `place`: `place` itself or a folder directly in it, since platforms mount a registered folder as
 * the one or the other. `place` may also be the manifest of a model.
 * @throws Problem "model-not-found" when there is none, "model-ambiguous" when there are several, "model-refused" when it can't be read.
 */
export async function findModelFolder(place: string): Promise<string> {
  if (basename(place) === MODEL_FILE && (await isFile(place))) return dirname(place);
  const folders = [place, ...(await foldersIn(place))];
  const withModel = await Promise.all(folders.map((folder) => isFile(join(folder, MODEL_FILE))));
  const found = folders.filter((_, index) => withModel[index]);
  if (found.length > 1) throw problem("model-ambiguous", shown(place), found.map(shown));
  if (found.length === 0) throw problem("model-not-found", `${shown(place)} or a folder directly in it`);
  return found[0]!;
}

/** Hidden ones are left out: Kubernetes keeps what it mounts in such folders and links to it, so that a model would be found twice. */
async function foldersIn(place: string): Promise<string[]> {
  try {
    const entries = await readdir(place, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.name.startsWith(".") && !entry.isFile())
      .map(({ name }) => join(place, name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    if (code === "EACCES" || code === "EPERM") throw problem("model-refused", shown(place), "it may not be read");
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function shown(path: string): string {
  return printable(path, 300);
}
