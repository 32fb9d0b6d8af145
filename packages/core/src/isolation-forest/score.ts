import type { IsolationForest } from "./forest.ts";
import { scoreOfPathLengths } from "./path-length.ts";
import { checkShape, type SampleMatrix } from "./samples.ts";

/** Says how odd rows are; the arrays given are never changed. */
export interface ForestScorer {
  /** One score per row, in order: 0 to 1, higher is more anomalous. Throws RangeError when the shape does not fit. */
  scores(samples: SampleMatrix): Float64Array;
}

/** Adds to sums[r] the lengths of the ways that row r of `values` takes through all trees. */
export type PathLengthKernel = (values: Float64Array, rowCount: number, sums: Float64Array) => void;

const BLOCK_ROWS = 1024;

/**
 * Scores by flat arrays: a block of rows goes through one tree after another, so that the tree stays in the nearest
 * cache. A missing value (NaN) goes right at every split; `modelScorer` fills in the neutral value first.
 */
export function flatScorer(forest: IsolationForest): ForestScorer {
  const addPathLengths = flatKernel(forest);
  const { featureCount } = forest;
  return {
    scores(samples) {
      checkScorable(forest, samples);
      const scores = new Float64Array(samples.rowCount);
      for (let first = 0; first < samples.rowCount; first += BLOCK_ROWS) {
        const end = Math.min(first + BLOCK_ROWS, samples.rowCount);
        const block = samples.values.subarray(first * featureCount, end * featureCount);
        addPathLengths(block, end - first, scores.subarray(first, end));
      }
      toScores(forest, scores);
      return scores;
    },
  };
}

export function checkScorable(forest: IsolationForest, samples: SampleMatrix): void {
  checkShape(samples);
  if (samples.featureCount !== forest.featureCount) {
    throw new RangeError(`The forest knows ${forest.featureCount} features; the rows have ${samples.featureCount}.`);
  }
}

/** Sums of path lengths become scores, in place. */
export function toScores(forest: IsolationForest, sums: Float64Array): void {
  for (let row = 0; row < sums.length; row++) {
    sums[row] = scoreOfPathLengths(sums[row]!, forest.treeCount, forest.subsampleSize);
  }
}

export function flatKernel(forest: IsolationForest): PathLengthKernel {
  const { roots, threshold, right, feature, pathLength, treeCount, featureCount } = forest;
  return (values, rowCount, sums) => {
    for (let tree = 0; tree < treeCount; tree++) {
      const root = roots[tree]!;
      for (let row = 0, start = 0; row < rowCount; row++, start += featureCount) {
        let node = root;
        let split = feature[node]!;
        while (split >= 0) {
          node = values[start + split]! <= threshold[node]! ? node + 1 : right[node]!;
          split = feature[node]!;
        }
        sums[row]! += pathLength[node]!;
      }
    }
  };
}
