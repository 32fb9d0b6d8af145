import { seededRandom, type SeededRandom } from "../random/index.ts";
import { forestFrom, type IsolationForest } from "./forest.ts";
import { forestStructure, heightLimit } from "./forest-structure.ts";
import { checkForestOptions, checkTrainingShape, type ForestOptions, type SampleMatrix } from "./samples.ts";

const SEED_LIMIT = 0x20_0000_0000_0000;

/**
 * Writes row `row` of the training data to `columns[feature * stride + slot]`, for every feature; all values finite.
 */
export type RowReader = (row: number, columns: Float64Array, stride: number, slot: number) => void;

/**
 * Grows the forest of Liu, Ting and Zhou (2008), algorithms 1 and 2. Each tree has a subsample without replacement;
 * each node splits at a uniformly drawn place between the least and the greatest value of one feature, drawn among
 * those that are not constant in the node, so both branches always hold samples. No feature left, one sample, or the
 * height limit makes a leaf.
 *
 * @throws RangeError for no rows, no features, options out of range, and for values that are missing or infinite: a forest
 * has no notion of "missing" (`trainModel` fills in a neutral value first).
 */
export function fitForest(samples: SampleMatrix, options: ForestOptions): IsolationForest {
  checkTrainingShape(samples);
  const { values, rowCount, featureCount } = samples;
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      throw new RangeError(
        `Row ${Math.floor(index / featureCount)}, feature ${index % featureCount} is ${values[index]}; a forest is grown from finite numbers only.`,
      );
    }
  }
  return growForest(rowCount, featureCount, options, (row, columns, stride, slot) => {
    const start = row * featureCount;
    for (let feature = 0; feature < featureCount; feature++)
      columns[feature * stride + slot] = values[start + feature]!;
  });
}

/** As fitForest, reading only the rows that are drawn. */
export function growForest(
  rowCount: number,
  featureCount: number,
  options: ForestOptions,
  readRow: RowReader,
): IsolationForest {
  checkForestOptions(options, featureCount);
  const subsampleSize = Math.min(options.subsampleSize, rowCount);
  const rows = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) rows[row] = row;
  const swaps = new Uint32Array(subsampleSize);
  const columns = new Float64Array(featureCount * subsampleSize);
  const nodes = nodeList();
  const roots = new Uint32Array(options.treeCount + 1);

  const treeSeeds = seededRandom(options.seed);
  for (let tree = 0; tree < options.treeCount; tree++) {
    // A generator of its own makes each tree independent of how many others there are, and of who grows it.
    const random = seededRandom(treeSeeds.next() * SEED_LIMIT);
    drawRows(random, rows, swaps);
    for (let slot = 0; slot < subsampleSize; slot++) readRow(rows[slot]!, columns, subsampleSize, slot);
    putBack(rows, swaps);
    growTree(random, columns, subsampleSize, drawFeatures(random, featureCount, options.featuresPerTree), nodes);
    roots[tree + 1] = nodes.count();
  }
  const stored = { options, featureCount, subsampleSize, roots, ...nodes.arrays() };
  return forestFrom(stored, forestStructure(stored));
}

/** The first `swaps.length` places of `rows` become a draw without replacement (a partial Fisher-Yates shuffle). */
function drawRows(random: SeededRandom, rows: Uint32Array, swaps: Uint32Array): void {
  for (let slot = 0; slot < swaps.length; slot++) {
    const other = slot + random.integer(rows.length - slot);
    swaps[slot] = other;
    const row = rows[slot]!;
    rows[slot] = rows[other]!;
    rows[other] = row;
  }
}

/** Undoes drawRows, so that every tree draws from the rows in their own order. */
function putBack(rows: Uint32Array, swaps: Uint32Array): void {
  for (let slot = swaps.length - 1; slot >= 0; slot--) {
    const other = swaps[slot]!;
    const row = rows[slot]!;
    rows[slot] = rows[other]!;
    rows[other] = row;
  }
}

function drawFeatures(random: SeededRandom, featureCount: number, featuresPerTree: number | null): Uint32Array {
  const features = Uint32Array.from({ length: featureCount }, (_, feature) => feature);
  if (featuresPerTree === null || featuresPerTree === featureCount) return features;
  drawRows(random, features, new Uint32Array(featuresPerTree));
  return features.slice(0, featuresPerTree);
}

interface NodeList {
  /** Adds a leaf and returns its place; `split` may turn it into an inner node. */
  add(sampleCount: number): number;
  split(node: number, feature: number, threshold: number): void;
  setRight(node: number, right: number): void;
  count(): number;
  arrays(): { feature: Int32Array; threshold: Float64Array; right: Uint32Array; sampleCount: Uint32Array };
}

function nodeList(): NodeList {
  let feature = new Int32Array(1024);
  let threshold = new Float64Array(1024);
  let right = new Uint32Array(1024);
  let sampleCount = new Uint32Array(1024);
  let count = 0;
  const resize = (length: number): void => {
    const grown = Math.min(length, count);
    const [oldFeature, oldThreshold, oldRight, oldSampleCount] = [feature, threshold, right, sampleCount];
    feature = new Int32Array(length);
    threshold = new Float64Array(length);
    right = new Uint32Array(length);
    sampleCount = new Uint32Array(length);
    feature.set(oldFeature.subarray(0, grown));
    threshold.set(oldThreshold.subarray(0, grown));
    right.set(oldRight.subarray(0, grown));
    sampleCount.set(oldSampleCount.subarray(0, grown));
  };
  return {
    add(samples) {
      if (count === feature.length) resize(2 * count);
      feature[count] = -1;
      sampleCount[count] = samples;
      return count++;
    },
    split(node, splitFeature, splitThreshold) {
      feature[node] = splitFeature;
      threshold[node] = splitThreshold;
    },
    setRight(node, place) {
      right[node] = place;
    },
    count: () => count,
    arrays() {
      resize(count);
      return { feature, threshold, right, sampleCount };
    },
  };
}

/** Adds one tree over the samples in slots 0 .. stride - 1 of `columns`; permutes `features`. */
function growTree(
  random: SeededRandom,
  columns: Float64Array,
  stride: number,
  features: Uint32Array,
  nodes: NodeList,
): void {
  const limit = heightLimit(stride);
  const slots = new Uint32Array(stride);
  for (let slot = 0; slot < stride; slot++) slots[slot] = slot;

  // Features at places openCount and above of `features` are constant here, hence in every branch below.
  const grow = (start: number, end: number, depth: number, openCount: number): number => {
    const node = nodes.add(end - start);
    if (end - start <= 1 || depth >= limit) return node;
    let open = openCount;
    while (open > 0) {
      const place = random.integer(open);
      const feature = features[place]!;
      const offset = feature * stride;
      let least = columns[offset + slots[start]!]!;
      let greatest = least;
      for (let index = start + 1; index < end; index++) {
        const value = columns[offset + slots[index]!]!;
        if (value < least) least = value;
        else if (value > greatest) greatest = value;
      }
      if (least < greatest) {
        const threshold = drawBetween(least, greatest, random.next());
        nodes.split(node, feature, threshold);
        const middle = partition(columns, offset, slots, start, end, threshold);
        grow(start, middle, depth + 1, open);
        nodes.setRight(node, grow(middle, end, depth + 1, open));
        return node;
      }
      open--;
      features[place] = features[open]!;
      features[open] = feature;
    }
    return node;
  };
  grow(0, stride, 0, features.length);
}

/** least <= result < greatest, also where the difference of the two is more than a double holds. */
export function drawBetween(least: number, greatest: number, share: number): number {
  const width = greatest - least;
  const drawn = width <= Number.MAX_VALUE ? least + share * width : least * (1 - share) + greatest * share;
  return drawn < greatest && drawn >= least ? drawn : least;
}

/** Slots whose value is at most the threshold come first; returns where the others begin. */
function partition(
  columns: Float64Array,
  offset: number,
  slots: Uint32Array,
  start: number,
  end: number,
  threshold: number,
): number {
  let low = start;
  let high = end - 1;
  while (low <= high) {
    const slot = slots[low]!;
    if (columns[offset + slot]! <= threshold) {
      low++;
    } else {
      slots[low] = slots[high]!;
      slots[high] = slot;
      high--;
    }
  }
  return low;
}
