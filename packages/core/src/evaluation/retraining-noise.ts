import { type IsolationForestModel, trainModel } from "../isolation-forest/index.ts";
import { seededRandom } from "../random/index.ts";
import { columnsFor } from "./model-trial.ts";
import type { ComparisonRecords } from "./planted-anomalies.ts";

const SHARE = 0.8;
/** Noise falls with more records: a training on the newest of them errs on the safe side. */
const RECORDS_MAX = 5000;

/** Models as `model` was trained, with other seeds and on random four fifths of the (newest) records. */
export function* retrainings(
  model: IsolationForestModel,
  records: ComparisonRecords,
  { seed, count }: { readonly seed: number; readonly count: number },
): Generator<IsolationForestModel> {
  const featureCount = model.features.length;
  const used = Math.min(records.rowCount, RECORDS_MAX);
  const values = columnsFor(model, records).subarray((records.rowCount - used) * featureCount);
  const rowCount = Math.max(1, Math.floor(used * SHARE));
  for (let training = 0; training < count; training++) {
    const random = seededRandom(seed + training);
    const drawn = new Float64Array(rowCount * featureCount);
    // each row is taken with the chance that the places left have among the rows left: the order stays
    let taken = 0;
    for (let row = 0; row < used && taken < rowCount; row++) {
      if (random.integer(used - row) >= rowCount - taken) continue;
      drawn.set(values.subarray(row * featureCount, (row + 1) * featureCount), taken * featureCount);
      taken++;
    }
    const { model: trained } = trainModel({
      kind: model.kind,
      features: model.features.map(({ name, unit }) => ({ name, unit })),
      samples: { values: drawn, rowCount, featureCount },
      contamination: model.contamination,
      options: { ...model.forest.options, seed: random.integer(2 ** 32) },
      dataWindow: null,
    });
    yield trained;
  }
}
