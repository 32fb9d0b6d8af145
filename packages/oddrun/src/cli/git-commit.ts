import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { CommandContext } from "./command.ts";

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** What Git lets a ref be called, as far as it matters here: nothing that leads out of its folder. */
const REF = /^refs\/(?!.*\.\.)[^\s\\:?*[~^]{1,250}$/;

/**
 * The commit that is checked out: in Actions the one that GitHub names, elsewhere the one that .git here or above says. Null when
 * there is none. Git itself is not needed: images often have the folder and not the program.
 */
export function gitCommit(env: CommandContext["env"], folder: string): string | null {
  const named = env["GITHUB_SHA"] ?? "";
  if (COMMIT.test(named)) return named;
  const gitFolder = findGitFolder(folder);
  if (gitFolder === null) return null;
  const head = read(join(gitFolder, "HEAD")) ?? "";
  if (COMMIT.test(head)) return head;
  const ref = /^ref: (\S+)$/.exec(head)?.[1] ?? "";
  if (!REF.test(ref)) return null;
  // a worktree keeps its HEAD, and its branches where the main folder has them
  const common = resolve(gitFolder, read(join(gitFolder, "commondir")) ?? ".");
  const found = read(join(gitFolder, ref)) ?? read(join(common, ref)) ?? packed(common, ref);
  return found !== null && COMMIT.test(found) ? found : null;
}

function findGitFolder(folder: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, ".git");
    if (read(join(path, "HEAD")) !== null) return path;
    const elsewhere = /^gitdir: (.+)$/.exec(read(path) ?? "")?.[1];
    if (elsewhere !== undefined) return resolve(at, elsewhere);
    if (dirname(at) === at) return null;
  }
}

function packed(folder: string, ref: string): string | null {
  const lines = (read(join(folder, "packed-refs")) ?? "").split("\n");
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(" ", 1)[0] ?? null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
