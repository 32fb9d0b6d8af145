import { growForest } from "./grow.ts";
import { modelScorer, scaleRows } from "./model-scorer.ts";
import {
  type DataWindow,
  featureNamesProblem,
  type FeatureSpec,
  type FeatureUnit,
  type IsolationForestModel,
  type ModelKind,
} from "./model.ts";
import { roundScore } from "./path-length.ts";
import { quantile, sortedColumn } from "./quantile.ts";
import { checkForestOptions, checkTrainingShape, type ForestOptions, type SampleMatrix } from "./samples.ts";
import { fitScaler } from "./scaler.ts";
import { checkContamination, thresholdFor } from "./threshold.ts";

export interface TrainingRequest {
  readonly kind: ModelKind;
  /** In the order of the columns of `samples`; `neutral` is the training median when it is not given. */
  readonly features: readonly { readonly name: string; readonly unit: FeatureUnit; readonly neutral?: number }[];
  /** Raw units; NaN is a missing value. */
  readonly samples: SampleMatrix;
  /** Share of anomalies expected, more than 0 and at most 0.5. */
  readonly contamination: number;
  readonly options: ForestOptions;
  readonly dataWindow: DataWindow | null;
}

/** A model, and the score of each row it was trained on. */
export interface TrainingResult {
  readonly model: IsolationForestModel;
  readonly scores: Float64Array;
}

/**
 * Learns a model: scaler, forest, threshold and what is usual for each feature. The same request gives the same model
 * to the last bit.
 *
 * @throws RangeError for no rows, no features, infinite values, names that are empty, twice there or reserved, and options or
 * contamination out of range.
 */
export function trainModel(request: TrainingRequest): TrainingResult {
  const { kind, samples, contamination, options, dataWindow } = request;
  checkTrainingShape(samples);
  checkForestOptions(options, samples.featureCount);
  checkContamination(contamination);
  checkFeatures(request);

  const unlearnt = request.features.map((feature, index) => {
    const values = sortedColumn(samples.values, samples.featureCount, index, () => true);
    // `+ 0` makes 0 of -0, which JSON doesn't keep.
    const neutral = (feature.neutral ?? (values.length === 0 ? 0 : quantile(values, 0.5))) + 0;
    return { name: feature.name, unit: feature.unit, neutral, usualLow: neutral, usual: neutral, usualHigh: neutral };
  });
  const scaler = fitScaler(
    samples,
    unlearnt.map((feature) => feature.neutral),
  );
  const row = new Float64Array(samples.featureCount);
  const forest = growForest(samples.rowCount, samples.featureCount, options, (index, columns, stride, slot) => {
    scaleRows({ features: unlearnt, scaler }, samples.values, index, 1, row);
    for (let feature = 0; feature < row.length; feature++) columns[feature * stride + slot] = row[feature]!;
  });

  const draft: IsolationForestModel = {
    kind,
    features: unlearnt,
    scaler,
    forest,
    contamination,
    threshold: 1,
    seed: options.seed,
    dataWindow,
    rowCount: samples.rowCount,
    flaggedCount: 0,
    metrics: {},
  };
  const scores = modelScorer(draft).scores(samples);
  const threshold = thresholdFor(scores, contamination);
  const { flaggedCount, metrics } = trainingFigures(scores, threshold);
  const features = unlearnt.map((feature, index) => learnUsual(feature, index, samples, scores, threshold));
  return { model: { ...draft, features, threshold, flaggedCount, metrics }, scores };
}

function checkFeatures({ features, samples }: TrainingRequest): void {
  if (features.length !== samples.featureCount) {
    throw new RangeError(`${features.length} features are named; the rows have ${samples.featureCount}.`);
  }
  const problem = featureNamesProblem(features.map((feature) => feature.name));
  if (problem !== null) throw new RangeError(`A model can't be trained: ${problem}.`);
  for (const { name, neutral } of features) {
    if (neutral !== undefined && !Number.isFinite(neutral)) {
      throw new RangeError(`The neutral value of feature ${JSON.stringify(name)} must be finite; it is ${neutral}.`);
    }
  }
}

/** The level in force comes from rows that were not flagged: an anomaly must not widen what is usual. */
function learnUsual(
  feature: FeatureSpec,
  index: number,
  samples: SampleMatrix,
  scores: Float64Array,
  threshold: number,
): FeatureSpec {
  const values = sortedColumn(samples.values, samples.featureCount, index, (row) => scores[row]! < threshold);
  if (values.length === 0) return feature;
  return {
    ...feature,
    usualLow: quantile(values, 0.05) + 0,
    usual: quantile(values, 0.5) + 0,
    usualHigh: quantile(values, 0.95) + 0,
  };
}

function trainingFigures(scores: Float64Array, threshold: number) {
  let sum = 0;
  let scoreMin = 1;
  let scoreMax = 0;
  let flaggedCount = 0;
  for (const score of scores) {
    sum += score;
    if (score < scoreMin) scoreMin = score;
    if (score > scoreMax) scoreMax = score;
    if (score >= threshold) flaggedCount++;
  }
  const scoreMean = roundScore(sum / scores.length);
  return { flaggedCount, metrics: { scoreMin, scoreMean, scoreMax, shareFlagged: flaggedCount / scores.length } };
}
