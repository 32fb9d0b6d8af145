import { describeComparison } from "../explanation/index.ts";
import {
  comparisonLabel,
  comparisonUnit,
  type FeatureReading,
  modelInput,
  type RunReading,
} from "../features/index.ts";
import { type IsolationForestModel, modelContributions, modelScorer } from "../isolation-forest/index.ts";
import type { Comparison, Verdict } from "./verdict.ts";

const REASONS_MAX = 3;

export type HistoryJudge = (reading: RunReading) => Verdict;

/**
 * A run is odd when the forest scores it at the threshold or above **and** at least one of its features is materially
 * outside its own usual range. The forest alone always finds the oddest share, even where nothing is wrong; the range
 * alone knows nothing of how often this happens here.
 */
export function historyJudge(model: IsolationForestModel): HistoryJudge {
  const scorer = modelScorer(model);
  const places = new Map(model.features.map(({ name }, place) => [name, place]));
  const values = new Float64Array(model.features.length);
  const row = { values, rowCount: 1, featureCount: model.features.length };

  return (reading) => {
    if (reading.kind !== "read") return reading;
    values.fill(0);
    for (const one of reading.readings) {
      const place = places.get(one.feature);
      if (place !== undefined) values[place] = modelInput(one);
    }
    const score = scorer.scores(row)[0]!;
    const threshold = model.threshold;
    const comparisons = reading.readings.filter(({ feature }) => feature !== "attempt").map(compact);
    const material = reading.readings.filter(({ isMaterial }) => isMaterial);
    if (material.length === 0 || score < threshold) return { kind: "usual", score, threshold, comparisons };
    return {
      kind: "anomalous",
      score,
      threshold,
      contributions: modelContributions(model, values),
      comparisons,
      reason: reasonFor(material),
    };
  };
}

/** Six digits are more than anyone reads, and a million verdicts are kept. */
function compact({ comparison }: FeatureReading): Comparison {
  const { feature, value, usual, usualLow, usualHigh } = comparison;
  const short = (number: number): number => Number(number.toPrecision(6));
  return { feature, value: short(value), usual: short(usual), usualLow: short(usualLow), usualHigh: short(usualHigh) };
}

/** "duration 42 min, usual 12 to 15 min; queue time 9 min, usual 0 to 1 min": the furthest out first. */
function reasonFor(material: readonly FeatureReading[]): string {
  return [...material]
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, REASONS_MAX)
    .map(({ feature, comparison }) =>
      describeComparison({ ...comparison, feature: comparisonLabel(feature) }, comparisonUnit(feature)),
    )
    .join("; ");
}
