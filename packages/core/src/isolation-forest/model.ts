import type { IsolationForest } from "./forest.ts";
import type { Scaler } from "./scaler.ts";

/** What a feature is measured in; it decides how its values are put into words. */
export const FEATURE_UNITS = [
  "seconds",
  "share",
  "count",
  "bytes",
  "megabytes",
  "percent",
  "ln-ratio",
  "none",
] as const;
export type FeatureUnit = (typeof FEATURE_UNITS)[number];

/** A *metrics* model judges the columns given; a *history* model judges runs against their own workflow's past. */
export const MODEL_KINDS = ["metrics", "history"] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

/** All values in the feature's own unit, unscaled. */
export interface FeatureSpec {
  readonly name: string;
  readonly unit: FeatureUnit;
  /** Stands in for a missing value, so that not knowing speaks neither for nor against a row. */
  readonly neutral: number;
  /** 5 % of the rows not flagged in training lie below. */
  readonly usualLow: number;
  /** Their median. */
  readonly usual: number;
  /** 95 % of them lie below. */
  readonly usualHigh: number;
}

/** First and last instant of the data trained on, as the caller writes them (ISO 8601). */
export interface DataWindow {
  readonly first: string;
  readonly last: string;
}

export interface IsolationForestModel {
  readonly kind: ModelKind;
  readonly features: readonly FeatureSpec[];
  readonly scaler: Scaler;
  /** Grown on scaled values. */
  readonly forest: IsolationForest;
  readonly contamination: number;
  /** A score of at least this is an anomaly. */
  readonly threshold: number;
  readonly seed: number;
  readonly dataWindow: DataWindow | null;
  readonly rowCount: number;
  readonly flaggedCount: number;
  /** Figures of the training: scoreMin, scoreMean, scoreMax, shareFlagged. */
  readonly metrics: Readonly<Record<string, number>>;
}

export const FEATURE_NAME_LENGTH_MAX = 256;
const RESERVED_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/** What is wrong with the names of a model's features, in words; null when nothing is. */
export function featureNamesProblem(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === "") return `feature ${index} has no name`;
    if (name.length > FEATURE_NAME_LENGTH_MAX) {
      return `the name of feature ${index} has ${name.length} characters; ${FEATURE_NAME_LENGTH_MAX} are allowed`;
    }
    if (RESERVED_NAMES.has(name)) return `"${name}" can't be the name of a feature`;
    if (seen.has(name)) return `the feature name ${JSON.stringify(name)} is there twice`;
    seen.add(name);
  }
  return null;
}
