import { hash } from "node:crypto";
import { type ModelFile, printable, problem } from "oddrun/ports";
import { z } from "zod";
import type { Blobs } from "./blobs.ts";
import { isPlainFileName } from "./model-uri.ts";

/** Hashes by name of file. */
export type FileHashes = ReadonlyMap<string, string>;

/** The file whose hash is the model's identity: it names the hashes of the others. */
export const IDENTITY_FILE = "model.json";
const FILES_MAX = 20;
const SHA256 = /^[0-9a-f]{64}$/;
const hashesShape = z.record(z.string(), z.string());

export function hashesOf(files: readonly ModelFile[]): FileHashes {
  return new Map(files.map(({ name, bytes }) => [name, hash("sha256", bytes, "hex")]));
}

/** Puts the files where they are not yet, and reads each back: what stands there then is what was meant, whole. */
export async function storeFiles(
  blobs: Blobs,
  folder: string,
  files: readonly ModelFile[],
  hashes: FileHashes,
): Promise<void> {
  for (const { name, bytes } of files) {
    const path = `${folder}/${name}`;
    const sha256 = hashes.get(name)!;
    const isThere = (found: Uint8Array | null) => found !== null && hash("sha256", found, "hex") === sha256;
    const before = await blobs.read(path);
    if (isThere(before)) continue;
    if (before === null) await blobs.writeNew(path, bytes, sha256);
    if (!isThere(await blobs.read(path))) throw problem("azure-file-foreign", path);
  }
}

/** What is kept of the hashes with a version. */
export function hashesText(hashes: FileHashes): string {
  return JSON.stringify(Object.fromEntries(hashes));
}

/** Reads the hashes of a version again; names that could lead elsewhere are refused, `what` names the version. */
export function readHashes(text: string | undefined, identity: string | undefined, what: string): FileHashes {
  const refuse = (why: string) => problem("cloud-model-refused", what, why);
  if (text === undefined || identity === undefined) throw refuse("Oddrun did not register it");
  const read = hashesShape.safeParse(parsed(text));
  if (!read.success) throw refuse("what is registered of its files cannot be read");
  const hashes = new Map(Object.entries(read.data));
  const isSound = [...hashes].every(([name, sha256]) => isPlainFileName(name) && SHA256.test(sha256));
  if (!isSound || hashes.size > FILES_MAX) throw refuse("what is registered of its files is not as Oddrun writes it");
  if (hashes.get(IDENTITY_FILE) !== identity) throw refuse(`its ${IDENTITY_FILE} has two different hashes`);
  return hashes;
}

/** All files of a version, none of them given before all are checked. */
export async function fetchFiles(
  blobs: Blobs,
  folder: string,
  hashes: FileHashes,
  what: string,
): Promise<readonly ModelFile[]> {
  const files: ModelFile[] = [];
  for (const [name, sha256] of hashes) {
    const bytes = await blobs.read(`${folder}/${name}`);
    if (bytes === null) throw problem("cloud-model-refused", what, `its file ${printable(name)} is gone`);
    if (hash("sha256", bytes, "hex") !== sha256) {
      throw problem("cloud-model-refused", what, `its file ${printable(name)} is not the one that was registered`);
    }
    files.push({ name, bytes });
  }
  return files;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
