import type { IsolationForestModel } from "./model.ts";
import { checkScorable, flatKernel, type ForestScorer, toScores } from "./score.ts";
import { infiniteValue, scaled } from "./scaler.ts";

const BLOCK_ROWS = 1024;

/**
 * Scores rows in raw units, in the order of `model.features`; NaN is a missing value. Making a scorer is cheap, using
 * it again is cheaper.
 */
export function modelScorer(model: IsolationForestModel): ForestScorer {
  const { forest } = model;
  const { featureCount } = forest;
  const addPathLengths = flatKernel(forest);
  let block = new Float64Array(featureCount);
  return {
    scores(samples) {
      checkScorable(forest, samples);
      const blockRows = Math.min(samples.rowCount, BLOCK_ROWS);
      if (block.length < blockRows * featureCount) block = new Float64Array(blockRows * featureCount);
      const scores = new Float64Array(samples.rowCount);
      for (let first = 0; first < samples.rowCount; first += blockRows) {
        const rowCount = Math.min(blockRows, samples.rowCount - first);
        scaleRows(model, samples.values, first, rowCount, block);
        addPathLengths(block, rowCount, scores.subarray(first, first + rowCount));
      }
      toScores(forest, scores);
      return scores;
    },
  };
}

/** Whether a row of this score is an anomaly. */
export function isAnomaly(model: Pick<IsolationForestModel, "threshold">, score: number): boolean {
  return score >= model.threshold;
}

/** Rows `first` and following, missing values filled in and scaled, into `target`. */
export function scaleRows(
  model: Pick<IsolationForestModel, "features" | "scaler">,
  values: ArrayLike<number>,
  first: number,
  rowCount: number,
  target: Float64Array,
): void {
  const { features, scaler } = model;
  const featureCount = features.length;
  const start = first * featureCount;
  for (let feature = 0; feature < featureCount; feature++) {
    const mean = scaler.mean[feature]!;
    const scale = scaler.scale[feature]!;
    const neutral = features[feature]!.neutral;
    for (let index = feature; index < rowCount * featureCount; index += featureCount) {
      const value = values[start + index]!;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        throw infiniteValue(start + index, featureCount, value);
      }
      target[index] = scaled(Number.isNaN(value) ? neutral : value, mean, scale);
    }
  }
}
