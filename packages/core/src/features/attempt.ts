import { type FeatureHistory, onGrid } from "./feature.ts";

/** Which attempt this is, in ln: a re-run is odder than a first run, but never by itself worth a word. */
export function attemptFeature(): FeatureHistory {
  return {
    read: (run) => ({
      feature: "attempt",
      value: onGrid(Math.log(Math.max(1, run.runAttempt))),
      comparison: { feature: "attempt", value: run.runAttempt, usual: 1, usualLow: 1, usualHigh: 1 },
      isMaterial: false,
    }),
    learn: () => {},
  };
}
