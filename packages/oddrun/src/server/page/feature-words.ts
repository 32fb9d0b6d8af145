import { type FeatureUnit, featureLabel, featureUnit } from "@oddrun/core";

const UNITS = new Map<string, FeatureUnit>([
  ["duration", "seconds"],
  ["queue time", "seconds"],
  ["failure rate", "share"],
  ["jobs", "count"],
  ["attempt", "count"],
]);

/** The unit of the numbers in a comparison. */
export function comparisonUnit(feature: string): FeatureUnit {
  return UNITS.get(feature) ?? featureUnit(comparisonLabel(feature));
}

/** The feature's name as people know it: a joined metric goes by its own name. */
export function comparisonLabel(feature: string): string {
  return featureLabel(feature.replace(/^metric:/, ""));
}
