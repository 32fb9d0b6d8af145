import { type IsolationForestModel, isAnomaly, modelContributions, modelScorer } from "@oddrun/core/isolation-forest";
import { metricsReason } from "@oddrun/core/explanation";
import type { MetricsBatch, ScoredBatch } from "../ports.ts";
import { selectFeatures } from "./select-features.ts";

/** Scores records batch by batch, in the order given; a reason is worked out for the odd ones only. */
export async function* scoreRecords(
  model: IsolationForestModel,
  batches: AsyncIterable<MetricsBatch>,
): AsyncGenerator<ScoredBatch> {
  const scorer = modelScorer(model);
  const wanted = model.features.map((feature) => feature.name);
  const featureCount = wanted.length;
  for await (const batch of batches) {
    const { ids, values, rowCount } = selectFeatures(batch, wanted);
    const scores = scorer.scores({ values, rowCount, featureCount });
    yield {
      ids,
      scores,
      isAnomaly: (row) => isAnomaly(model, scores[row]!),
      reason: (row) => reasonFor(model, values.subarray(row * featureCount, (row + 1) * featureCount)),
    };
  }
}

function reasonFor(model: IsolationForestModel, row: Float64Array): string {
  return metricsReason(model, row, modelContributions(model, row));
}
