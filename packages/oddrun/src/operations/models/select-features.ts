import type { MetricsBatch } from "../ports.ts";
import { problem } from "../problems.ts";

/** The columns `wanted` of the records, in that order. Throws `features-missing` when there are not all of them. */
export function selectFeatures(batch: MetricsBatch, wanted: readonly string[]): MetricsBatch {
  const places = wanted.map((name) => batch.features.indexOf(name));
  const missing = wanted.filter((_, index) => places[index] === -1);
  if (missing.length > 0) throw problem("features-missing", missing, wanted);
  const { rowCount, ids } = batch;
  if (wanted.length === batch.features.length && places.every((place, index) => place === index)) return batch;
  const values = new Float64Array(rowCount * wanted.length);
  for (let row = 0; row < rowCount; row += 1) {
    for (let column = 0; column < wanted.length; column += 1) {
      values[row * wanted.length + column] = batch.values[row * batch.features.length + places[column]!]!;
    }
  }
  return { features: wanted, ids, values, rowCount };
}
