import { deviationHistory } from "./deviation-feature.ts";
import { isFailure } from "../pipeline/index.ts";
import type { HistoryOptions } from "./options.ts";

/** Runs faster than this are all alike: clocks and start-up decide there. */
const SHORTEST_S = 0.001;

/**
 * Wall time of the attempt, in ln seconds. Only successful runs are examples, for failed ones stop early; a failed run is
 * compared with them too, but can only be far too long (a hang), never too short.
 */
export function durationFeature(options: HistoryOptions) {
  return deviationHistory({
    feature: "duration",
    history: options.duration,
    valueOf: (run) =>
      run.duration.ms !== null && (run.conclusion === "success" || isFailure(run.conclusion))
        ? run.duration.ms / 1000
        : null,
    isExample: (run) => run.conclusion === "success",
    toScale: (seconds) => Math.log(Math.max(seconds, SHORTEST_S)),
    fromScale: Math.exp,
    counted: (distance, run) =>
      run.conclusion === "success" ? distance : distance >= options.failedLongerMin ? distance : 0,
    isMaterial: (distance, value, { low, high }) =>
      (distance > 0 ? distance >= options.longerMin : -distance >= options.shorterMin) &&
      (value > high ? value - high : low - value) >= options.differenceMinS,
  });
}
