import { join } from "node:path";
import { FOREST_FILE, MODEL_FILE } from "@oddrun/core";
import { loadModelFolder } from "../adapters/model-registry/index.ts";
import type { ModelRegistry } from "../operations/ports.ts";
import { servedModel } from "./served-model.ts";
import { filesFingerprint, type ModelPlace } from "./watched-model.ts";

/** Enough of the hash to tell two models of a folder apart: a plain folder knows no versions. */
const HASH_CHARS = 12;

/** The model of a plain folder, as `oddrun train --model-dir` writes it. */
export function folderPlace(folder: string): ModelPlace {
  const files = [MODEL_FILE, FOREST_FILE].map((name) => join(folder, name));
  return {
    fingerprint: () => filesFingerprint(files),
    async load() {
      const { model, sha256 } = await loadModelFolder(folder);
      return servedModel({ model, sha256, version: `${model.kind}-${sha256.slice(0, HASH_CHARS)}` });
    },
  };
}

/** The metrics model in use in a registry; `folder` is the registry's own. */
export function registryPlace(registry: ModelRegistry, folder: string): ModelPlace {
  return {
    fingerprint: () => filesFingerprint([join(folder, "promoted.json")]),
    async load() {
      const promoted = await registry.promoted("metrics");
      return promoted === null ? null : servedModel(promoted);
    },
  };
}
