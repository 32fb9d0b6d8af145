import type { Interval } from "./paired-bootstrap.ts";

export interface ComparisonOptions {
  readonly seed: number;
  /** Resamples of the paired bootstrap. */
  readonly resampleCount: number;
  /** Re-trainings that show how much the figures move by chance. */
  readonly retrainingCount: number;
}

export const DEFAULT_COMPARISON_OPTIONS: ComparisonOptions = { seed: 1, resampleCount: 1000, retrainingCount: 20 };

export const COMPARISON_VERDICTS = ["better", "as-good", "worse"] as const;
export type ComparisonVerdict = (typeof COMPARISON_VERDICTS)[number];

/** What is compared. All but `flagged-beyond-promise` are better when higher. */
export type ComparedMeasure = "found" | "found-at-5-percent" | "roc-auc" | "flagged-beyond-promise";

/** One measure of both models over one family of planted anomalies, or over the untouched records. */
export interface ModelDifference {
  readonly measure: ComparedMeasure;
  /** "duration", "failure_rate", "duration and failure_rate", another column; "untouched records" for what is flagged there. */
  readonly over: string;
  readonly candidate: number;
  readonly serving: number;
  /** Candidate minus serving, with the interval that the records' own chance gives it. */
  readonly difference: number;
  readonly interval: Interval;
  /** A difference up to this is what re-training alone can make. */
  readonly margin: number;
  /** Shown, and not decided by, when the two models are not meant to flag the same share. */
  readonly decides: boolean;
}

/** One kind of planted anomaly, at each model's own threshold and without any. */
export interface KindFigures {
  readonly name: string;
  readonly plantedCount: number;
  readonly candidate: KindScores;
  readonly serving: KindScores;
}

export interface KindScores {
  readonly found: number;
  readonly foundAtFivePercent: number;
  readonly rocAuc: number;
  /** Beside as many untouched records as planted ones, or more where some could not be planted. */
  readonly averagePrecision: number;
}

export interface ComparedModel {
  /** Records it was trained on. */
  readonly trainedOn: number;
  readonly contamination: number;
  readonly threshold: number;
  /** Share of the untouched records flagged. */
  readonly flagged: number;
}

export interface ModelComparison {
  readonly verdict: ComparisonVerdict;
  /** In words, the deciding ones first; never empty. */
  readonly reasons: readonly string[];
  /** What a reader should know of how it was measured. */
  readonly notes: readonly string[];
  readonly candidate: ComparedModel;
  readonly serving: ComparedModel;
  /** Records there are, the newest of them that were tried, and those of the latter that neither model flags. */
  readonly records: { readonly count: number; readonly tried: number; readonly usual: number };
  readonly kinds: readonly KindFigures[];
  readonly differences: readonly ModelDifference[];
  /** Rank correlation of the scores of the untouched records; null where there is no order. */
  readonly agreement: number | null;
}

/** The rule of `compareModels`, in words for people. */
export const COMPARISON_RULE: readonly string[] = [
  "The newest third of the records is tried (1,000 at most). Anomalies are planted into those that neither model flags; the planted ones neither model has seen.",
  "Worse: a measure of one family of planted anomalies (found at the own threshold, found at 5 % false alarms, ROC AUC) is lower, or the share flagged beyond the promised contamination is higher, by more than a re-training alone makes it, and the whole 99 % interval of a paired bootstrap over the records says so.",
  "Worse, too: more than two thirds of the newest records flagged where the serving model flags fewer; or a threshold that rests on fewer than 5 records while the serving model's rests on at least twice as many.",
  "Better: the reverse of one of these, and nothing worse. As good: anything else, so that noise is never called worse.",
  "What a re-training alone makes: four standard deviations of the difference between two models trained, with other seeds, on random four fifths of the records, and at least 0.02 (ROC AUC), 0.05 (found) or 0.03 (flagged).",
];
