/** Rows of numbers, one after another: row r is values[r * featureCount] and the following. NaN is a missing value. */
export interface SampleMatrix {
  readonly values: Float64Array;
  readonly rowCount: number;
  readonly featureCount: number;
}

export interface ForestOptions {
  readonly treeCount: number;
  /** Samples each tree is grown from; with fewer samples than that, all of them. */
  readonly subsampleSize: number;
  /** How many features one tree may look at, drawn anew for each tree; null is all of them. */
  readonly featuresPerTree: number | null;
  /** Whole number of 0 .. 2^53 - 1. */
  readonly seed: number;
}

/** The forest of Liu, Ting and Zhou (2008), section 4: more trees or larger subsamples gain little. */
export const DEFAULT_FOREST_OPTIONS: ForestOptions = {
  treeCount: 100,
  subsampleSize: 256,
  featuresPerTree: null,
  seed: 42,
};

/** Up to these sums of path lengths are exact in a double: see path-length.ts. */
export const TREE_COUNT_MAX = 10_000;
export const SUBSAMPLE_SIZE_MAX = 65_536;
export const FEATURE_COUNT_MAX = 65_536;

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}; it is ${value}.`);
  }
}

export function checkForestOptions(options: ForestOptions, featureCount: number): void {
  checkWhole("treeCount", options.treeCount, 1, TREE_COUNT_MAX);
  checkWhole("subsampleSize", options.subsampleSize, 2, SUBSAMPLE_SIZE_MAX);
  if (options.featuresPerTree !== null) checkWhole("featuresPerTree", options.featuresPerTree, 1, featureCount);
  checkWhole("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
}

/** The shape fits the values; there may be no rows, but never no features. */
export function checkShape(samples: SampleMatrix): void {
  checkWhole("featureCount", samples.featureCount, 1, FEATURE_COUNT_MAX);
  if (!Number.isInteger(samples.rowCount) || samples.rowCount < 0) {
    throw new RangeError(`rowCount must be a whole number of at least 0; it is ${samples.rowCount}.`);
  }
  if (samples.values.length !== samples.rowCount * samples.featureCount) {
    throw new RangeError(
      `${samples.rowCount} rows of ${samples.featureCount} features are ${samples.rowCount * samples.featureCount} values; there are ${samples.values.length}.`,
    );
  }
}

/** The shape fits and there is something to learn from. */
export function checkTrainingShape(samples: SampleMatrix): void {
  checkShape(samples);
  if (samples.rowCount === 0) throw new RangeError("A forest needs at least one row to learn from; there are 0.");
}
