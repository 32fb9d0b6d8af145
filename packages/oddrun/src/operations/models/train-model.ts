import {
  type DataWindow,
  type ForestOptions,
  type IsolationForestModel,
  isAnomaly,
  modelContributions,
  metricsReason,
  thresholdFor,
  trainModel,
} from "@oddrun/core";
import type { FeatureUnit, SampleMatrix } from "@oddrun/core";
import type { MetricsBatch } from "../ports.ts";
import { problem } from "../problems.ts";

export interface TrainOptions {
  /** Share of anomalies expected, above 0 and up to 0.5. */
  readonly contamination: number;
  readonly forest: ForestOptions;
  /** First and last instant of the records, where they have any. */
  readonly dataWindow: DataWindow | null;
}

export interface FlaggedRecord {
  readonly id: string;
  readonly score: number;
  readonly reason: string;
}

/** What another contamination would have flagged. */
export interface TuningRow {
  readonly contamination: number;
  readonly threshold: number;
  readonly flaggedCount: number;
  readonly shareFlagged: number;
  /** The records closest to the cut on the odd side: the ones to look at when choosing. */
  readonly examples: readonly FlaggedRecord[];
}

export interface Training {
  readonly model: IsolationForestModel;
  /** Highest score first. */
  readonly flagged: readonly FlaggedRecord[];
  readonly tuning: readonly TuningRow[];
  /** Features with one value throughout: no tree can split there, so that another value of them goes unnoticed. */
  readonly constantFeatures: readonly string[];
}

/** Fewer records than this have no usual to speak of. */
export const TRAINING_ROWS_MIN = 20;
const TUNING_CONTAMINATIONS: readonly number[] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const EXAMPLES_PER_CUT = 3;

const UNITS: Readonly<Record<string, FeatureUnit>> = { duration: "seconds", failure_rate: "share" };

/** Trains a metrics model on the records of `table`; `place` names them in a problem. */
export function trainMetricsModel(table: MetricsBatch, options: TrainOptions, place: string): Training {
  const { ids, features, values, rowCount } = table;
  if (rowCount < TRAINING_ROWS_MIN) throw problem("too-few-records", place, rowCount, TRAINING_ROWS_MIN);
  const { featuresPerTree } = options.forest;
  if (featuresPerTree !== null && featuresPerTree > features.length) {
    throw problem("too-many-features-per-tree", featuresPerTree, features);
  }
  const samples = { values, rowCount, featureCount: features.length };
  const { model, scores } = trainModel({
    kind: "metrics",
    features: features.map((name) => ({ name, unit: UNITS[name] ?? "none" })),
    samples,
    contamination: options.contamination,
    options: options.forest,
    dataWindow: options.dataWindow,
  });
  const oddestFirst = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const record = (row: number): FlaggedRecord => {
    const values = samples.values.subarray(row * samples.featureCount, (row + 1) * samples.featureCount);
    return {
      id: ids[row]!,
      score: scores[row]!,
      reason: metricsReason(model, values, modelContributions(model, values)),
    };
  };
  const flaggedRows = oddestFirst.filter((row) => isAnomaly(model, scores[row]!));
  const contaminations = [...new Set([...TUNING_CONTAMINATIONS, options.contamination])].sort((a, b) => a - b);
  return {
    model,
    flagged: flaggedRows.map(record),
    constantFeatures: features.filter((_, column) => isConstant(samples, column)),
    tuning: contaminations.map((contamination) => tuningRow(contamination, scores, oddestFirst, record)),
  };
}

function isConstant({ values, rowCount, featureCount }: SampleMatrix, column: number): boolean {
  for (let row = 1; row < rowCount; row += 1) {
    if (values[row * featureCount + column] !== values[column]) return false;
  }
  return true;
}

function tuningRow(
  contamination: number,
  scores: Float64Array,
  oddestFirst: readonly number[],
  record: (row: number) => FlaggedRecord,
): TuningRow {
  const threshold = thresholdFor(scores, contamination);
  const cut = oddestFirst.findIndex((row) => scores[row]! < threshold);
  const flaggedCount = cut === -1 ? oddestFirst.length : cut;
  const examples = oddestFirst.slice(Math.max(0, flaggedCount - EXAMPLES_PER_CUT), flaggedCount).map(record);
  return { contamination, threshold, flaggedCount, shareFlagged: flaggedCount / scores.length, examples };
}
