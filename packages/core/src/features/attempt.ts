import { type FeatureHistory, onGrid } from "./feature.ts";

/**
 * Which attempt a re-run is, in ln: odder than a first run, but never by itself worth a word. A first run does not have
 * it.
 */
export function attemptFeature(): FeatureHistory {
  return {
    read: ({ runAttempt }) =>
      runAttempt <= 1
        ? null
        : {
            feature: "attempt",
            value: onGrid(Math.log(runAttempt)),
            comparison: { feature: "attempt", value: runAttempt, usual: 1, usualLow: 1, usualHigh: 1 },
            isMaterial: false,
          },
    learn: () => {},
  };
}
