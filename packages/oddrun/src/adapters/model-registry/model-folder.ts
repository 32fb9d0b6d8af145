import { hash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  decodeModel,
  FOREST_FILE,
  type IsolationForestModel,
  MODEL_FILE,
  ModelFormatError,
} from "@oddrun/core/isolation-forest";
import { problem } from "../../operations/problems.ts";

/** More than any model has; a bigger file is not one, and is not read into memory to find out. */
const FILE_BYTES_MAX = 512 * 1024 * 1024;

export interface ModelInFolder {
  readonly model: IsolationForestModel;
  /** SHA-256 of model.json. */
  readonly sha256: string;
}

export function sha256(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Reads a model and checks everything about it before it is used. */
export async function loadModelFolder(folder: string): Promise<ModelInFolder> {
  // a publisher may rename between our two reads: then the second look fits
  for (let attempt = 1; ; attempt += 1) {
    const manifest = readModelFile(folder, MODEL_FILE);
    if (manifest === null) throw problem("model-not-found", folder);
    const forests = forestCandidates(folder);
    const digestOf = rememberedDigests();
    const fitting = forests.find((bytes) => includesText(manifest, digestOf(bytes)));
    if (fitting === undefined && attempt < 4) {
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
      continue;
    }
    const files = new Map([[MODEL_FILE, manifest]]);
    const forest = fitting ?? forests[0];
    if (forest !== undefined) files.set(FOREST_FILE, forest);
    try {
      return { model: decodeModel(files, digestOf), sha256: digestOf(manifest) };
    } catch (error) {
      if (error instanceof ModelFormatError) throw problem("model-refused", folder, error.reason);
      throw error;
    }
  }
}

/** The hash of the folder's model.json, whether or not it is sound; null when there is none. */
export function manifestSha256(folder: string): string | null {
  const manifest = readModelFile(folder, MODEL_FILE);
  return manifest === null ? null : sha256(manifest);
}

/** The same bytes are asked for when a forest is chosen and when it is checked. */
function rememberedDigests(): (bytes: Uint8Array) => string {
  const digests = new Map<Uint8Array, string>();
  return (bytes) => {
    const digest = digests.get(bytes) ?? sha256(bytes);
    digests.set(bytes, digest);
    return digest;
  };
}

function forestCandidates(folder: string): Uint8Array[] {
  const names = readdirSync(folder).filter((name) => name === FOREST_FILE || name.startsWith(`${FOREST_FILE}.`));
  const found: Uint8Array[] = [];
  for (const name of names.sort()) {
    const bytes = readModelFile(folder, name);
    if (bytes !== null) found.push(bytes);
  }
  return found;
}

/** Without waiting: unpacking what was read takes longer than reading it. Null when there is no such file. */
export function readModelFile(folder: string, name: string): Uint8Array | null {
  const path = join(folder, name);
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw problem("model-refused", folder, `${name} has ${size} bytes, more than any model`);
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return null;
    if (code === "ENOTDIR") throw problem("model-refused", folder, "it is a file, and a model is a folder");
    if (code === "EISDIR") throw problem("model-refused", folder, `${name} is a folder`);
    if (code === "EACCES" || code === "EPERM") throw problem("model-refused", folder, `${name} may not be read`);
    throw error;
  }
}

export function includesText(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(text);
}
