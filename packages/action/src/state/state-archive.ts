import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { isObject } from "oddrun/internal/adapters/github/json";

/** The files of a data folder as one entry of a cache. */
export interface StateArchive {
  /** What the state is about: an entry of another repository is not taken. */
  readonly about: string;
  readonly savedAtMs: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

interface Heading {
  readonly format: number;
  readonly about: string;
  readonly savedAtMs: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

const FORMAT = 1;
const UNPACKED_BYTES_MAX = 1024 ** 3;
/** The store, and models as the registry lays them out: nothing else is ever written anywhere. */
const PATH = /^(?:oddrun\.db|models\/(?:promoted\.json|history-[1-9]\d{0,8}\/[a-z0-9][a-z0-9._-]{0,80}))$/;

export const isStatePath = (path: string): boolean => PATH.test(path) && !path.includes("..");

/** A line of JSON with each file's length and hash, then the files, all of it compressed. */
export async function packState({ about, savedAtMs, files }: StateArchive): Promise<Buffer> {
  const listed = [...files].map(([path, bytes]) => ({ path, size: bytes.byteLength, sha256: sha256(bytes) }));
  const heading: Heading = { format: FORMAT, about, savedAtMs, files: listed };
  const line = Buffer.from(`${JSON.stringify(heading)}\n`);
  return await promisify(zstdCompress)(Buffer.concat([line, ...files.values()]));
}

/** The archive, or why it is none: cut short, changed, of another format. */
export async function unpackState(bytes: Uint8Array): Promise<StateArchive | { readonly damage: string }> {
  let whole: Buffer;
  try {
    whole = await promisify(zstdDecompress)(bytes, { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch {
    return { damage: "it cannot be unpacked" };
  }
  const end = whole.indexOf(10);
  const heading = end < 0 ? null : headingOf(whole.subarray(0, end).toString("utf8"));
  if (heading === null) return { damage: "it is of another format" };
  const files = new Map<string, Uint8Array>();
  let from = end + 1;
  for (const { path, size, sha256: hash } of heading.files) {
    const content = whole.subarray(from, from + size);
    from += size;
    if (!isStatePath(path)) return { damage: "it holds a file that is no part of a state" };
    if (content.byteLength !== size || sha256(content) !== hash) return { damage: "a checksum does not match" };
    files.set(path, content);
  }
  if (from !== whole.byteLength) return { damage: "it is longer than it says" };
  return { about: heading.about, savedAtMs: heading.savedAtMs, files };
}

function headingOf(line: string): Heading | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(value) || value["format"] !== FORMAT || !Array.isArray(value["files"])) return null;
  const { about, savedAtMs } = value;
  if (typeof about !== "string" || typeof savedAtMs !== "number") return null;
  const files: { path: string; size: number; sha256: string }[] = [];
  for (const file of value["files"] as unknown[]) {
    if (!isObject(file)) return null;
    const { path, size, sha256: hash } = file;
    if (typeof path !== "string" || typeof hash !== "string") return null;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return null;
    files.push({ path, size, sha256: hash });
  }
  return { format: FORMAT, about, savedAtMs, files };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
