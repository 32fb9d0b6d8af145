import { entersFailureRate, isFailure } from "../pipeline/index.ts";
import { type FeatureHistory, onGrid } from "./feature.ts";

const RECENT_RUNS = 20;
const EARLIER_RUNS = 200;
const EARLIER_RUNS_MIN = 30;
/**
 * Told when so many failures would come by chance once in 10^5 times, and again only after it has fallen below 10^2.
 */
const SURPRISE_MIN = 5;
const SURPRISE_OVER = 2;
const SURPRISE_MAX = 12;
/** For the model a chance of 10^-6 is as far as three times as long. */
const SURPRISE_PER_UNIT = 6;
const FAILURES_MIN = 5;

/**
 * Failures among the last 20 runs of the workflow on this class of branch, against the rate of the 200 before: minus
 * the log10 of the binomial tail. Only a failed run has it, and only the first one of a storm is material: the storm is
 * a change, told elsewhere.
 */
export function failureExcessFeature(): FeatureHistory {
  const outcomes: boolean[] = [];
  let isStorm = false;

  const read: FeatureHistory["read"] = (run) => {
    if (!isFailure(run.conclusion)) return null;
    const recent = [...outcomes.slice(-(RECENT_RUNS - 1)), true];
    const earlier = outcomes.slice(0, -(RECENT_RUNS - 1));
    if (recent.length < RECENT_RUNS || earlier.length < EARLIER_RUNS_MIN) return null;
    const failures = count(recent);
    const usual = (count(earlier) + 1) / (earlier.length + 2);
    const spread = 1.645 * Math.sqrt((usual * (1 - usual)) / RECENT_RUNS);
    const surprise = Math.min(SURPRISE_MAX, -Math.log10(binomialTail(failures, recent.length, usual)));
    return {
      feature: "failure rate",
      value: onGrid(surprise < SURPRISE_OVER ? 0 : surprise / SURPRISE_PER_UNIT),
      comparison: {
        feature: "failure rate",
        value: failures / recent.length,
        usual,
        usualLow: Math.max(0, usual - spread),
        usualHigh: Math.min(1, usual + spread),
      },
      isMaterial: !isStorm && surprise >= SURPRISE_MIN && failures >= FAILURES_MIN,
    };
  };

  return {
    read,
    learn(run, reading) {
      if (!entersFailureRate(run.conclusion)) return;
      if (reading?.isMaterial) isStorm = true;
      else if (isStorm && count(outcomes.slice(-RECENT_RUNS)) < FAILURES_MIN / 2) isStorm = false;
      else if (isStorm && reading !== null && reading.value === 0) isStorm = false;
      outcomes.push(isFailure(run.conclusion));
      if (outcomes.length > RECENT_RUNS - 1 + EARLIER_RUNS) outcomes.shift();
    },
  };
}

const count = (outcomes: readonly boolean[]): number => outcomes.reduce((sum, failed) => sum + (failed ? 1 : 0), 0);

/** Chance of at least `hits` in `draws` at `rate`, which is more than 0 and less than 1. */
export function binomialTail(hits: number, draws: number, rate: number): number {
  let term = (1 - rate) ** draws;
  let below = 0;
  let above = 0;
  for (let k = 0; k <= draws; k++) {
    if (k < hits) below += term;
    else above += term;
    term *= ((draws - k) / (k + 1)) * (rate / (1 - rate));
  }
  // The tail itself, not one minus the rest: a tail of 1e-20 would be lost in that difference.
  return above / (below + above);
}
