import { randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, open, readdir, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Problem, problem } from "../../operations/problems.ts";
import { isAlive } from "./process-id.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** A file that appears whole or not at all: written beside its place, synced, then renamed into it. */
export interface AtomicFile {
  /** Resolves when the bytes are handed to the system: await it, and memory stays bounded. */
  write(data: string | Uint8Array): Promise<void>;
  /** Makes the file durable and visible under its name. */
  commit(): Promise<void>;
  /** Leaves no trace. Harmless after `commit` and when called twice. */
  abort(): Promise<void>;
}

export interface AtomicFileOptions {
  /** Replace what is there. Without it an existing file is a problem, and stays. */
  readonly force?: boolean;
  /** What to do about an existing file, where not both: name another file, or replace it with --force. */
  readonly wayOut?: string;
}

const HOST = hostname().replaceAll(/[^A-Za-z0-9]/g, "") || "host";
const TEMPORARY = /^\.oddrun-([A-Za-z0-9]+)-(\d+)-[0-9a-f]+\.tmp$/;
const openHere = new Set<string>();

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function writeProblem(path: string, error: unknown): Problem {
  const code = codeOf(error);
  const why =
    code === "ENOENT"
      ? `the folder ${printable(dirname(path), 200)} does not exist`
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? `no permission to write in ${printable(dirname(path), 200)}`
        : code === "ENOSPC" || code === "EDQUOT"
          ? `no space left in ${printable(dirname(path), 200)}`
          : code === "ENOTDIR"
            ? `${printable(dirname(path), 200)} is not a folder`
            : (code ?? String(error));
  return problem("output-unwritable", printable(path, 200), why);
}

/** Refuses a place that cannot or must not be written, before any work is done for it. */
export async function checkOutputPlace(path: string, options: AtomicFileOptions = {}): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw writeProblem(path, error);
  });
  if (found === null) return;
  if (found.isDirectory()) throw problem("output-unwritable", printable(path, 200), "it is a folder");
  if (!found.isFile() && !found.isSymbolicLink()) {
    throw problem("output-unwritable", printable(path, 200), 'it is not a regular file; write to "-" and redirect');
  }
  if (options.force !== true) throw problem("output-exists", printable(path, 200), options.wayOut);
}

/** Removes what killed processes of this machine left in the folder. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, host, pid] = TEMPORARY.exec(name) ?? [];
    if (host !== HOST || openHere.has(join(folder, name))) continue;
    if (Number(pid) !== process.pid && isAlive(Number(pid))) continue;
    await unlink(join(folder, name)).catch(() => undefined);
  }
}

/** Makes a rename or a new name in the folder survive a power cut; not every system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Takes the name in one step that fails if somebody else has taken it meanwhile. */
async function publish(temporary: string, path: string, force: boolean): Promise<void> {
  if (!force) {
    try {
      await link(temporary, path);
      await unlink(temporary);
      return;
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw problem("output-exists", printable(path, 200));
      await checkOutputPlace(path); // a file system without hard links
    }
  }
  await rename(temporary, path);
}

/** Opens a file for writing that shows up under `path` only on `commit`. Problems: output-exists, output-unwritable. */
export async function openAtomicFile(path: string, options: AtomicFileOptions = {}): Promise<AtomicFile> {
  await checkOutputPlace(path, options);
  const folder = dirname(path);
  await removeLeftovers(folder);
  const temporary = join(folder, `.oddrun-${HOST}-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
  openHere.add(temporary);
  let handle: FileHandle | null = await open(temporary, "wx").catch((error: unknown) => {
    openHere.delete(temporary);
    throw writeProblem(path, error);
  });
  const abort = async () => {
    await handle?.close().catch(() => undefined);
    handle = null;
    if (openHere.delete(temporary)) await unlink(temporary).catch(() => undefined);
  };
  const orProblem = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      await abort();
      throw codeOf(error)?.startsWith("output-") ? error : writeProblem(path, error);
    }
  };
  return {
    write: (data) =>
      orProblem(async () => {
        if (handle === null) throw new Error(`${basename(path)} is closed`);
        await handle.writeFile(data);
      }),
    commit: () =>
      orProblem(async () => {
        if (handle === null) throw new Error(`${basename(path)} is closed`);
        await handle.sync();
        await handle.close();
        handle = null;
        await publish(temporary, path, options.force === true);
        openHere.delete(temporary);
        await syncFolder(folder);
      }),
    abort,
  };
}

/** Writes a whole file at once, so that a reader sees the old one or the new one. */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const file = await openAtomicFile(path, options);
  await file.write(data);
  await file.commit();
}
