import { asciiBytes, asciiJson } from "./ascii.ts";
import { encodeForest } from "./forest-bytes.ts";
import type { IsolationForestModel } from "./model.ts";

export const MODEL_FILE = "model.json";
export const FOREST_FILE = "isolation_forest.bin";
export const MODEL_FORMAT = "oddrun-isolation-forest";
export const MODEL_FORMAT_VERSION = 1;

/** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
export type Sha256 = (bytes: Uint8Array) => string;

/** Stands for the digest of model.json while that digest is made. */
export const NO_DIGEST = "0".repeat(64);

/**
 * The files of a saved model by name. They hold data only, no clock and no paths: the same model gives the same bytes
 * anywhere.
 *
 * model.json ends with its own digest, `sha256`: that of the file with 64 zeros in the digest's place.
 */
export function encodeModel(model: IsolationForestModel, sha256: Sha256): ReadonlyMap<string, Uint8Array> {
  const forestBytes = encodeForest(model.forest);
  const { options, subsampleSize, featureCount } = model.forest;
  const content = {
    format: MODEL_FORMAT,
    formatVersion: MODEL_FORMAT_VERSION,
    kind: model.kind,
    features: model.features.map(({ name, unit, neutral, usualLow, usual, usualHigh }) => {
      return { name, unit, neutral, usualLow, usual, usualHigh };
    }),
    scaler: { kind: "standard", mean: model.scaler.mean, scale: model.scaler.scale },
    contamination: model.contamination,
    threshold: model.threshold,
    seed: model.seed,
    forest: {
      treeCount: options.treeCount,
      subsampleSize: options.subsampleSize,
      featuresPerTree: options.featuresPerTree,
      samplesPerTree: subsampleSize,
      featureCount,
    },
    dataWindow: model.dataWindow === null ? null : { first: model.dataWindow.first, last: model.dataWindow.last },
    rowCount: model.rowCount,
    flaggedCount: model.flaggedCount,
    metrics: model.metrics,
    files: { [FOREST_FILE]: { bytes: forestBytes.length, sha256: sha256(forestBytes) } },
  };
  const digest = sha256(asciiBytes(asciiJson({ ...content, sha256: NO_DIGEST })));
  return new Map([
    [MODEL_FILE, asciiBytes(asciiJson({ ...content, sha256: digest }))],
    [FOREST_FILE, forestBytes],
  ]);
}
