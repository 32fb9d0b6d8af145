import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const REPOSITORY = resolve(import.meta.dirname, "..");

/**
 * The folder with data that is not part of the repository (labelled sets, real run histories): ODDRUN_SHARED_DIR, else `../shared`
 * beside the repository; null when it isn't there.
 *
 * @throws Error when ODDRUN_SHARED_DIR is set and is no folder: asked for by name, it must not be skipped.
 */
export function sharedFolder(): string | null {
  const named = process.env["ODDRUN_SHARED_DIR"];
  if (named === undefined || named === "") {
    const usual = resolve(REPOSITORY, "../shared");
    return isFolder(usual) ? usual : null;
  }
  if (!isFolder(named)) throw new Error(`ODDRUN_SHARED_DIR is "${named}", which is no folder.`);
  return resolve(named);
}

/** A file or folder in the shared folder; null, after one loud line on stderr, when it isn't there. */
export function sharedPath(path: string, what: string): string | null {
  const folder = sharedFolder();
  const found = folder === null ? null : join(folder, path);
  if (found !== null && existsSync(found)) return found;
  process.stderr.write(
    `SKIPPED ${what}: no ${path} in ${folder === null ? "../shared beside the repository" : "the shared folder"}; set ODDRUN_SHARED_DIR to the folder that holds it.\n`,
  );
  return null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
