import {
  compareModels,
  type ComparisonOptions,
  type IsolationForestModel,
  type ModelComparison,
  sharedFeatures,
} from "@oddrun/core";
import type { MetricsBatch } from "../ports.ts";
import { problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** Compares a model just trained with the one at `place`, on the records, oldest first. */
export function compareWithServing(
  candidate: IsolationForestModel,
  serving: IsolationForestModel,
  { records, place, options }: { records: MetricsBatch; place: string; options: ComparisonOptions },
): ModelComparison {
  for (const [who, { kind }] of [
    ["the new model", candidate],
    ["the other one", serving],
  ] as const) {
    if (kind !== "metrics")
      throw problem("models-not-comparable", place, `${who} is a ${kind} model; only metrics models are compared.`);
  }
  if (sharedFeatures(candidate, serving, records).length === 0) {
    const names = (list: readonly string[]) => list.map((name) => printable(name)).join(", ");
    const read = (model: IsolationForestModel) => names(model.features.map(({ name }) => name));
    throw problem(
      "models-not-comparable",
      place,
      `one reads ${read(candidate)}, the other ${read(serving)}, and the records have ${names(records.features)}. Compare them on records with a feature that both read.`,
    );
  }
  return compareModels(candidate, serving, records, options);
}
