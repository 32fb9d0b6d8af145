import { featureUnit } from "../explanation/index.ts";
import type { FeatureUnit } from "../isolation-forest/index.ts";
import type { FeatureReading } from "./feature.ts";
import { METRIC_PREFIX } from "./joined-metric.ts";

/** A column of the history model. Its neutral value, 0, stands for "as usual" and for "not known". */
export interface HistoryFeature {
  readonly name: string;
  readonly unit: FeatureUnit;
}

const OWN_FEATURES: readonly HistoryFeature[] = [
  { name: "duration", unit: "ln-ratio" },
  { name: "queue time", unit: "ln-ratio" },
  { name: "failure rate", unit: "none" },
  { name: "jobs", unit: "ln-ratio" },
  { name: "attempt", unit: "ln-ratio" },
];

/**
 * The columns of a model of runs that have these features: duration always, joined metrics last, in alphabetical order.
 */
export function historyFeatures(present: readonly string[]): readonly HistoryFeature[] {
  const own = OWN_FEATURES.filter(({ name }) => name === "duration" || present.includes(name));
  const joined = present.filter((name) => name.startsWith(METRIC_PREFIX)).sort();
  return [...own, ...joined.map((name) => ({ name, unit: "none" as const }))];
}

/**
 * Beyond this (4.5 times as long) the model tells nothing apart: an isolation tree splits a range evenly, and one
 * outlier would stretch it.
 */
export const INPUT_MAX = 1.5;

/** What the model sees of a reading: how far from usual, whichever the side. */
export function modelInput(reading: FeatureReading): number {
  return Math.min(INPUT_MAX, Math.abs(reading.value));
}

const COMPARED_IN = new Map<string, FeatureUnit>([
  ["duration", "seconds"],
  ["queue time", "seconds"],
  ["failure rate", "share"],
  ["jobs", "count"],
  ["attempt", "count"],
]);

/** The unit of the numbers in a comparison, which is people's, not the model's. */
export function comparisonUnit(feature: string): FeatureUnit {
  return COMPARED_IN.get(feature) ?? featureUnit(comparisonLabel(feature));
}

/** The feature's name as people know it: a joined metric goes by its own name. */
export function comparisonLabel(feature: string): string {
  return feature.startsWith(METRIC_PREFIX) ? feature.slice(METRIC_PREFIX.length) : feature;
}
