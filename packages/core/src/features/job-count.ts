import { deviationHistory } from "./deviation-feature.ts";
import { onGrid } from "./feature.ts";
import type { HistoryOptions } from "./options.ts";

/** Half as many again, or a third fewer, and at least two jobs. */
const RATIO_MIN = onGrid(Math.log(1.5));
const DIFFERENCE_MIN = 2;

/** Jobs that ran, in ln. Successful runs only: in a failed one the jobs behind the failed job did not run. */
export function jobCountFeature(options: HistoryOptions) {
  return deviationHistory({
    feature: "jobs",
    history: { ...options.duration, halfWidthMin: 0 },
    valueOf: (run) =>
      run.jobCount !== null && run.jobCount > 0 && run.conclusion === "success" && run.runAttempt === 1
        ? run.jobCount
        : null,
    isExample: () => true,
    toScale: Math.log,
    fromScale: (scaled) => Math.round(Math.exp(scaled)),
    counted: (distance) => distance,
    isMaterial: (distance, value, { low, high }) =>
      Math.abs(distance) >= RATIO_MIN && (value > high ? value - high : low - value) >= DIFFERENCE_MIN,
  });
}
