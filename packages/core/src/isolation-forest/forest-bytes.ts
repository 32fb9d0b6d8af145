import { asciiBytes, asciiText } from "./ascii.ts";
import type { StoredForest } from "./forest.ts";
import { ModelFormatError } from "./model-format-error.ts";

/**
 * isolation_forest.bin, all numbers little-endian:
 *
 *     0   8 bytes "ODDRUNIF"
 *     8   u32 version, trees t, nodes n, features, samples per tree, 0
 *    32   n x f64 threshold
 *         t + 1 x u32 place of each root, then n
 *         n x i32 feature, -1 for a leaf
 *         n x u32 right branch
 *         n x u32 samples in the node
 */
const MAGIC = "ODDRUNIF";
const FOREST_FORMAT_VERSION = 1;
const HEADER_BYTES = 32;

export type ForestArrays = Omit<StoredForest, "options">;

function byteCount(treeCount: number, nodeCount: number): number {
  return HEADER_BYTES + 8 * nodeCount + 4 * (treeCount + 1) + 12 * nodeCount;
}

export function encodeForest(forest: StoredForest): Uint8Array {
  const treeCount = forest.roots.length - 1;
  const nodeCount = forest.feature.length;
  const bytes = new Uint8Array(byteCount(treeCount, nodeCount));
  bytes.set(asciiBytes(MAGIC), 0);
  const view = new DataView(bytes.buffer);
  let place = MAGIC.length;
  const u32 = (value: number): void => {
    view.setUint32(place, value, true);
    place += 4;
  };
  for (const value of [FOREST_FORMAT_VERSION, treeCount, nodeCount, forest.featureCount, forest.subsampleSize, 0])
    u32(value);
  for (const value of forest.threshold) {
    view.setFloat64(place, value, true);
    place += 8;
  }
  forest.roots.forEach(u32);
  for (const value of forest.feature) {
    view.setInt32(place, value, true);
    place += 4;
  }
  forest.right.forEach(u32);
  forest.sampleCount.forEach(u32);
  return bytes;
}

/** Reads the arrays; the trees they draw are not looked at yet. */
export function decodeForest(bytes: Uint8Array, file: string): ForestArrays {
  const refuse = (what: string): never => {
    throw new ModelFormatError(`${file} ${what}.`, { file });
  };
  if (bytes.length < HEADER_BYTES) refuse(`has ${bytes.length} bytes; its header alone needs ${HEADER_BYTES}`);
  if (asciiText(bytes.subarray(0, MAGIC.length)) !== MAGIC) refuse(`doesn't begin with "${MAGIC}"`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, treeCount, nodeCount, featureCount, subsampleSize, reserved] = Array.from({ length: 6 }, (_, index) =>
    view.getUint32(MAGIC.length + 4 * index, true),
  ) as [number, number, number, number, number, number];
  if (version !== FOREST_FORMAT_VERSION) {
    refuse(`is of format ${version}; this version of Oddrun reads format ${FOREST_FORMAT_VERSION}`);
  }
  if (reserved !== 0) refuse(`has ${reserved} where 0 belongs`);
  // A tree over n samples has at most n leaves.
  const nodeCountMax = treeCount * (2 * subsampleSize - 1);
  if (nodeCount > nodeCountMax) {
    refuse(`has ${nodeCount} nodes; ${treeCount} trees of ${subsampleSize} samples have at most ${nodeCountMax}`);
  }
  const needed = byteCount(treeCount, nodeCount);
  if (bytes.length !== needed) {
    refuse(`has ${bytes.length} bytes; ${treeCount} trees of ${nodeCount} nodes in all take ${needed}`);
  }
  // one copy for each array, in the order they are stored in
  let place = HEADER_BYTES;
  const next = (elements: number, elementBytes: number): ArrayBuffer => {
    const copy = new Uint8Array(elements * elementBytes);
    copy.set(bytes.subarray(place, place + copy.length));
    place += copy.length;
    return inHostOrder(copy, elementBytes).buffer;
  };
  return {
    featureCount,
    subsampleSize,
    threshold: new Float64Array(next(nodeCount, 8)),
    roots: new Uint32Array(next(treeCount + 1, 4)),
    feature: new Int32Array(next(nodeCount, 4)),
    right: new Uint32Array(next(nodeCount, 4)),
    sampleCount: new Uint32Array(next(nodeCount, 4)),
  };
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Little-endian numbers as this machine has them: the same bytes nearly everywhere, each number turned round elsewhere.
 */
function inHostOrder(bytes: Uint8Array<ArrayBuffer>, elementBytes: number): Uint8Array<ArrayBuffer> {
  if (IS_LITTLE_ENDIAN) return bytes;
  for (let start = 0; start < bytes.length; start += elementBytes)
    bytes.subarray(start, start + elementBytes).reverse();
  return bytes;
}
