import { deviationHistory } from "./deviation-feature.ts";
import { isFailure } from "../pipeline/index.ts";
import type { HistoryRun } from "./feature.ts";
import type { HistoryOptions } from "./options.ts";

/** Runs faster than this are all alike: clocks and start-up decide there. */
const SHORTEST_S = 0.001;

/**
 * Wall time of the attempt, in ln seconds. Only first attempts that succeeded are examples: a failed run stops early,
 * and a re-run often repeats the failed jobs alone. Both are compared with the examples too, but can only be far too
 * long (a hang), never too short.
 */
export function durationFeature(options: HistoryOptions) {
  return deviationHistory({
    feature: "duration",
    history: options.duration,
    valueOf: (run) =>
      run.duration.ms !== null && (run.conclusion === "success" || isFailure(run.conclusion))
        ? run.duration.ms / 1000
        : null,
    isExample: isWhole,
    toScale: (seconds) => Math.log(Math.max(seconds, SHORTEST_S)),
    fromScale: Math.exp,
    counted: (distance, run) => (isWhole(run) || distance >= options.partLongerMin ? distance : 0),
    isMaterial: (distance, value, { low, high }) =>
      (distance > 0 ? distance >= options.longerMin : -distance >= options.shorterMin) &&
      (value > high ? value - high : low - value) >= options.differenceMinS,
  });
}

/** Whether the attempt did all of the work. */
function isWhole(run: HistoryRun): boolean {
  return run.conclusion === "success" && run.runAttempt === 1;
}
