import { type IsolationForestModel, modelScorer } from "../isolation-forest/index.ts";
import type { ComparisonRecords, PlantedKind } from "./planted-anomalies.ts";

/** One kind of anomaly planted into every base record that can take it. */
export interface PlantedRows {
  readonly kind: PlantedKind;
  /** Which base record each row was made of, as a place among the bases. */
  readonly bases: Uint32Array;
  readonly records: ComparisonRecords;
}

/** What models are tried on: usual records, and the same with anomalies planted. */
export interface Trial {
  readonly untouched: ComparisonRecords;
  /** Rows of `untouched` that anomalies are planted into. */
  readonly bases: Uint32Array;
  readonly planted: readonly PlantedRows[];
}

/** How one model scores a trial. */
export interface TrialScores {
  readonly model: IsolationForestModel;
  readonly untouched: Float64Array;
  /** In the order of `planted` and of its rows. */
  readonly planted: readonly Float64Array[];
}

export function scoreRecords(model: IsolationForestModel, records: ComparisonRecords): Float64Array {
  return modelScorer(model).scores({
    values: columnsFor(model, records),
    rowCount: records.rowCount,
    featureCount: model.features.length,
  });
}

/** A column that the records lack is missing throughout, which speaks neither for nor against a record. */
export function columnsFor(
  model: IsolationForestModel,
  { features, values, rowCount }: ComparisonRecords,
): Float64Array {
  const width = model.features.length;
  const read = new Float64Array(rowCount * width).fill(Number.NaN);
  for (const [column, { name }] of model.features.entries()) {
    const place = features.indexOf(name);
    if (place < 0) continue;
    for (let row = 0; row < rowCount; row++) read[row * width + column] = values[row * features.length + place]!;
  }
  return read;
}

export function makeTrial(untouched: ComparisonRecords, bases: Uint32Array, kinds: readonly PlantedKind[]): Trial {
  const width = untouched.features.length;
  const planted = kinds.map((kind): PlantedRows => {
    const values = new Float64Array(bases.length * width);
    const taken = new Uint32Array(bases.length);
    let count = 0;
    for (const [base, row] of bases.entries()) {
      const planted = untouched.values.slice(row * width, (row + 1) * width);
      if (!kind.plant(planted)) continue;
      values.set(planted, count * width);
      taken[count++] = base;
    }
    const records = { features: untouched.features, values: values.slice(0, count * width), rowCount: count };
    return { kind, bases: taken.slice(0, count), records };
  });
  return { untouched, bases, planted: planted.filter(({ bases: rows }) => rows.length > 0) };
}

export function scoreTrial(model: IsolationForestModel, trial: Trial): TrialScores {
  return {
    model,
    untouched: scoreRecords(model, trial.untouched),
    planted: trial.planted.map(({ records }) => scoreRecords(model, records)),
  };
}
