import { asciiBytes, asciiText } from "./ascii.ts";
import { FOREST_FILE, MODEL_FILE, MODEL_FORMAT, MODEL_FORMAT_VERSION, NO_DIGEST, type Sha256 } from "./encode-model.ts";
import { foreignFormat } from "./foreign-format.ts";
import { forestFrom, type IsolationForest } from "./forest.ts";
import { decodeForest } from "./forest-bytes.ts";
import { forestStructure } from "./forest-structure.ts";
import { type JsonReader, jsonReader } from "./json-reader.ts";
import { ModelFormatError } from "./model-format-error.ts";
import {
  FEATURE_UNITS,
  featureNamesProblem,
  type FeatureSpec,
  type IsolationForestModel,
  MODEL_KINDS,
} from "./model.ts";
import { FEATURE_COUNT_MAX, SUBSAMPLE_SIZE_MAX, TREE_COUNT_MAX } from "./samples.ts";

const MODEL_JSON_BYTES_MAX = 32 * 1024 * 1024;
const TEXT_LENGTH_MAX = 256;
/** Far more fields than any object of a model has, in a newer format too. */
const ENTRIES_MAX = 256;
/** What follows the digest in model.json. */
const DIGEST_END = '"\n}\n';
/** Just above the highest score, which is where the threshold lies when nothing may be flagged. */
const THRESHOLD_MAX = 1.000001;

/**
 * Reads a saved model, after checking all of it: sizes and digests, versions, every field, every tree. It computes
 * nothing but numbers from the files; nothing in them is ever run.
 *
 * @param files exactly model.json and the files it names.
 * @throws ModelFormatError saying what is wrong, in which file and field.
 */
export function decodeModel(files: ReadonlyMap<string, Uint8Array>, sha256: Sha256): IsolationForestModel {
  const root = jsonReader(parse(files), MODEL_FILE);
  checkVersion(root);
  const fields = root.fields([
    "format",
    "formatVersion",
    "kind",
    "features",
    "scaler",
    "contamination",
    "threshold",
    "seed",
    "forest",
    "dataWindow",
    "rowCount",
    "flaggedCount",
    "metrics",
    "files",
    "sha256",
  ]);
  checkOwnDigest(files.get(MODEL_FILE)!, fields.sha256, sha256);
  checkFiles(files, fields.files, sha256);

  const features = readFeatures(fields.features);
  const seed = fields.seed.whole(0, Number.MAX_SAFE_INTEGER);
  const rowCount = fields.rowCount.whole(1, Number.MAX_SAFE_INTEGER);
  return {
    kind: fields.kind.oneOf(MODEL_KINDS),
    features,
    scaler: readScaler(fields.scaler, features.length),
    forest: readForest(fields.forest, files.get(FOREST_FILE)!, features.length, seed),
    contamination: fields.contamination.number(Number.MIN_VALUE, 0.5),
    threshold: fields.threshold.number(0, THRESHOLD_MAX),
    seed,
    dataWindow: readDataWindow(fields.dataWindow),
    rowCount,
    flaggedCount: fields.flaggedCount.whole(0, rowCount),
    metrics: Object.fromEntries(fields.metrics.entries(ENTRIES_MAX).map(([name, value]) => [name, value.number()])),
  };
}

function parse(files: ReadonlyMap<string, Uint8Array>): unknown {
  const bytes = files.get(MODEL_FILE);
  if (bytes === undefined) {
    for (const [name, other] of files) refuseForeign(name, other);
    throw new ModelFormatError(`There is no ${MODEL_FILE}, so this is not a model of Oddrun.`, { file: MODEL_FILE });
  }
  refuseForeign(MODEL_FILE, bytes);
  if (bytes.length === 0) throw new ModelFormatError(`${MODEL_FILE} is empty.`, { file: MODEL_FILE });
  if (bytes.length > MODEL_JSON_BYTES_MAX) {
    throw new ModelFormatError(
      `${MODEL_FILE} has ${bytes.length} bytes; more than ${MODEL_JSON_BYTES_MAX} can't be a model of Oddrun.`,
      { file: MODEL_FILE },
    );
  }
  const text = asciiText(bytes);
  if (text === null) {
    throw new ModelFormatError(`${MODEL_FILE} holds bytes that are not ASCII, so it is not as Oddrun wrote it.`, {
      file: MODEL_FILE,
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFormatError(`${MODEL_FILE} isn't complete, valid JSON: it was cut off or changed.`, {
      file: MODEL_FILE,
    });
  }
}

function refuseForeign(file: string, bytes: Uint8Array): void {
  const format = foreignFormat(bytes);
  if (format === null) return;
  throw new ModelFormatError(
    `${file} is a ${format} file, not a model of Oddrun. Oddrun never loads such files, as loading some of them runs code; train again with "oddrun train".`,
    { file },
  );
}

/** Before all other fields: another version may have others. */
function checkVersion(root: JsonReader): void {
  const entries = new Map(root.entries(ENTRIES_MAX));
  if (entries.get("format") === undefined) {
    throw new ModelFormatError(`${MODEL_FILE} names no format, so it is not a model of Oddrun.`, {
      file: MODEL_FILE,
      field: "format",
    });
  }
  entries.get("format")!.oneOf([MODEL_FORMAT]);
  const version = entries.get("formatVersion");
  if (version === undefined) {
    throw new ModelFormatError(`${MODEL_FILE} doesn't say which version of the format it is in.`, {
      file: MODEL_FILE,
      field: "formatVersion",
    });
  }
  const number = version.whole(1, Number.MAX_SAFE_INTEGER);
  if (number > MODEL_FORMAT_VERSION) {
    version.refuse(
      `is ${number}; this version of Oddrun reads up to ${MODEL_FORMAT_VERSION}. Use a newer Oddrun, or train again with this one`,
    );
  }
}

function checkOwnDigest(bytes: Uint8Array, field: JsonReader, sha256: Sha256): void {
  const digest = field.text(NO_DIGEST.length);
  const place = bytes.length - DIGEST_END.length - NO_DIGEST.length;
  // not bytes.slice(): that of a Buffer is no copy
  const blank = Uint8Array.from(bytes);
  blank.set(asciiBytes(NO_DIGEST + DIGEST_END), place);
  const isAtEnd = asciiText(bytes.subarray(place)) === digest + DIGEST_END;
  if (digest.length !== NO_DIGEST.length || !isAtEnd || sha256(blank) !== digest) {
    throw new ModelFormatError(
      `${MODEL_FILE} isn't as it was written: its SHA-256 differs from the one it ends with.`,
      {
        file: MODEL_FILE,
        field: "sha256",
      },
    );
  }
}

function checkFiles(files: ReadonlyMap<string, Uint8Array>, manifest: JsonReader, sha256: Sha256): void {
  for (const [name, entry] of manifest.entries(ENTRIES_MAX)) {
    if (name !== FOREST_FILE) {
      const isPath = /[/\\:]|^\.+$/.test(name);
      entry.refuse(isPath ? "is a path; a model's files lie beside model.json" : "is not a file of this format");
    }
  }
  const listed = manifest.fields([FOREST_FILE])[FOREST_FILE].fields(["bytes", "sha256"]);
  for (const name of files.keys()) {
    if (name !== MODEL_FILE && name !== FOREST_FILE) {
      throw new ModelFormatError(
        `${JSON.stringify(name)} lies among the model's files but is not listed in ${MODEL_FILE}.`,
        {
          file: name,
        },
      );
    }
  }
  const bytes = files.get(FOREST_FILE);
  if (bytes === undefined) {
    throw new ModelFormatError(`${FOREST_FILE} is missing; ${MODEL_FILE} lists it.`, { file: FOREST_FILE });
  }
  refuseForeign(FOREST_FILE, bytes);
  const size = listed.bytes.whole(0, Number.MAX_SAFE_INTEGER);
  if (bytes.length !== size) {
    throw new ModelFormatError(
      `${FOREST_FILE} has ${bytes.length} bytes; ${MODEL_FILE} says ${size}. It was cut off or changed.`,
      {
        file: FOREST_FILE,
      },
    );
  }
  if (sha256(bytes) !== listed.sha256.text(64)) {
    throw new ModelFormatError(
      `${FOREST_FILE} isn't as it was written: its SHA-256 differs from the one in ${MODEL_FILE}.`,
      {
        file: FOREST_FILE,
      },
    );
  }
}

function readFeatures(list: JsonReader): FeatureSpec[] {
  const features = list.items(1, FEATURE_COUNT_MAX).map((item) => {
    const fields = item.fields(["name", "unit", "neutral", "usualLow", "usual", "usualHigh"]);
    const usualLow = fields.usualLow.number();
    const usual = fields.usual.number(usualLow);
    return {
      name: fields.name.text(TEXT_LENGTH_MAX),
      unit: fields.unit.oneOf(FEATURE_UNITS),
      neutral: fields.neutral.number(),
      usualLow,
      usual,
      usualHigh: fields.usualHigh.number(usual),
    };
  });
  const problem = featureNamesProblem(features.map((feature) => feature.name));
  if (problem !== null) list.refuse(`can't be used: ${problem}`);
  return features;
}

function readScaler(scaler: JsonReader, featureCount: number): IsolationForestModel["scaler"] {
  const fields = scaler.fields(["kind", "mean", "scale"]);
  fields.kind.oneOf(["standard"]);
  return {
    mean: fields.mean.items(featureCount, featureCount).map((mean) => mean.number()),
    scale: fields.scale.items(featureCount, featureCount).map((scale) => scale.number(Number.MIN_VALUE)),
  };
}

function readForest(section: JsonReader, bytes: Uint8Array, featureCount: number, seed: number): IsolationForest {
  const fields = section.fields(["treeCount", "subsampleSize", "featuresPerTree", "samplesPerTree", "featureCount"]);
  const options = {
    treeCount: fields.treeCount.whole(1, TREE_COUNT_MAX),
    subsampleSize: fields.subsampleSize.whole(2, SUBSAMPLE_SIZE_MAX),
    featuresPerTree: fields.featuresPerTree.isNull() ? null : fields.featuresPerTree.whole(1, featureCount),
    seed,
  };
  const samplesPerTree = fields.samplesPerTree.whole(1, options.subsampleSize);
  fields.featureCount.whole(featureCount, featureCount);
  const arrays = decodeForest(bytes, FOREST_FILE);
  const agrees =
    arrays.roots.length - 1 === options.treeCount &&
    arrays.subsampleSize === samplesPerTree &&
    arrays.featureCount === featureCount;
  if (!agrees) {
    throw new ModelFormatError(
      `${FOREST_FILE} has ${arrays.roots.length - 1} trees over ${arrays.featureCount} features, of ${arrays.subsampleSize} samples each; ${MODEL_FILE} says ${options.treeCount}, ${featureCount} and ${samplesPerTree}.`,
      { file: FOREST_FILE },
    );
  }
  const structure = forestStructure(arrays);
  if (structure.problem !== null) {
    throw new ModelFormatError(`${FOREST_FILE} holds no sound forest: ${structure.problem}.`, { file: FOREST_FILE });
  }
  return forestFrom({ options, ...arrays }, structure);
}

function readDataWindow(window: JsonReader): IsolationForestModel["dataWindow"] {
  if (window.isNull()) return null;
  const fields = window.fields(["first", "last"]);
  return { first: fields.first.text(TEXT_LENGTH_MAX), last: fields.last.text(TEXT_LENGTH_MAX) };
}
