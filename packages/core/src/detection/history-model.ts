import { type FeatureReading, historyFeatures, modelInput } from "../features/index.ts";
import {
  type DataWindow,
  DEFAULT_FOREST_OPTIONS,
  type ForestOptions,
  type IsolationForestModel,
  trainModel,
} from "../isolation-forest/index.ts";
import { referenceRows } from "./reference-sample.ts";

export interface HistoryModelOptions {
  readonly forest: ForestOptions;
  /** Share of the rows, the reference sample included, that lie beyond the cut. */
  readonly contamination: number;
  /** Real rows remembered for training: the latest ones. */
  readonly rowsMax: number;
  /** The reference sample has at least this many rows, and at least a third of the real ones. */
  readonly referenceRowsMin: number;
}

export const DEFAULT_HISTORY_MODEL_OPTIONS: HistoryModelOptions = {
  forest: DEFAULT_FOREST_OPTIONS,
  contamination: 0.08,
  rowsMax: 4096,
  referenceRowsMin: 512,
};

/**
 * A feature becomes a column when at least this many remembered rows have it: one that nobody has would only dilute the
 * others.
 */
const COLUMN_ROWS_MIN = 20;

/** The readings of the latest judged runs, for the next fit. Memory is bounded by `rowsMax`. */
export interface TrainingRows {
  /** Rows ever added. */
  readonly seenCount: number;
  add(readings: readonly FeatureReading[], completedAtMs: number | null): void;
  fit(options: HistoryModelOptions): IsolationForestModel;
  /** Whether a model fitted now would have a column that this one does not know. */
  hasColumnBeyond(model: IsolationForestModel): boolean;
}

interface Row {
  readonly values: ReadonlyMap<string, number>;
  readonly atMs: number | null;
}

export function trainingRows(rowsMax: number): TrainingRows {
  const rows: Row[] = [];
  const present = new Map<string, number>();
  let seenCount = 0;

  const count = (row: Row, by: 1 | -1): void => {
    for (const feature of row.values.keys()) present.set(feature, (present.get(feature) ?? 0) + by);
  };

  const columns = () =>
    historyFeatures([...present].filter(([, rows]) => rows >= COLUMN_ROWS_MIN).map(([name]) => name));

  return {
    get seenCount() {
      return seenCount;
    },
    hasColumnBeyond(model) {
      const names = new Set(model.features.map(({ name }) => name));
      return columns().some(({ name }) => !names.has(name));
    },
    add(readings, completedAtMs) {
      const row = {
        values: new Map(readings.map((reading) => [reading.feature, modelInput(reading)])),
        atMs: completedAtMs,
      };
      const oldest = rows[seenCount % rowsMax];
      if (oldest !== undefined) count(oldest, -1);
      count(row, 1);
      rows[seenCount % rowsMax] = row;
      seenCount++;
    },
    fit({ forest, contamination, referenceRowsMin }) {
      const features = columns();
      const referenceCount = Math.max(referenceRowsMin, Math.ceil(rows.length / 3));
      const values = new Float64Array((rows.length + referenceCount) * features.length);
      for (const [index, row] of rows.entries()) {
        for (const [column, { name }] of features.entries()) {
          values[index * features.length + column] = row.values.get(name) ?? 0;
        }
      }
      values.set(referenceRows(features, referenceCount), rows.length * features.length);
      const samples = { values, rowCount: rows.length + referenceCount, featureCount: features.length };
      const { model } = trainModel({
        kind: "history",
        features: features.map((feature) => ({ ...feature, neutral: 0 })),
        samples,
        contamination,
        options: forest,
        dataWindow: windowOf(rows),
      });
      return { ...model, metrics: { ...model.metrics, runsSeen: seenCount, referenceRows: referenceCount } };
    },
  };
}

function windowOf(rows: readonly Row[]): DataWindow | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { atMs } of rows) {
    if (atMs === null) continue;
    first = Math.min(first, atMs);
    last = Math.max(last, atMs);
  }
  return first <= last ? { first: new Date(first).toISOString(), last: new Date(last).toISOString() } : null;
}
