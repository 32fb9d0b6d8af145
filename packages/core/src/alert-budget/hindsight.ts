import { quantile } from "../isolation-forest/index.ts";

/** A run of the series that was told to have changed, in order of completion. */
export interface HindsightRun {
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

/** Where the alert said what. Places count the runs of the series from 0. */
export interface HindsightAlert {
  readonly measure: "level" | "failure";
  readonly direction: "up" | "down";
  readonly onsetRun: number;
  /** The run after which it was said. */
  readonly toldRun: number;
}

/**
 * What an alert turned out to be: *real*: the level differs by 8 % or more; *faded*: it did up to the alert, but no more since;
 * *too-small*: in the right direction, but by less; *not-seen*: neither. *not-yet*: fewer than 40 runs since the alert, or fewer
 * than 8 to compare on a side.
 */
export type HindsightVerdict = "real" | "faded" | "too-small" | "not-seen" | "not-yet";

export interface Hindsight {
  readonly verdict: HindsightVerdict;
  /** Median durations in ms, or shares of failed runs; null with too few runs. */
  readonly before: number | null;
  readonly after: number | null;
}

export const HINDSIGHT_RUNS = 40;
const SIDE_RUNS_MIN = 8;
const EFFECT_MIN = Math.log(1.08);
const TAIL_MAX = 0.01;

/**
 * Measures an alert again, once 40 runs have come since: the medians of up to 40 passing runs on either side of its onset; of
 * failures the chance of so many among up to 40 runs at the rate before it. The rule is the replay protocol's. It is kind to the
 * detector, which chose the place by looking at some of the same runs.
 */
export function hindsight(
  runs: readonly HindsightRun[],
  alert: HindsightAlert,
  { waitsForRuns = HINDSIGHT_RUNS }: { readonly waitsForRuns?: number } = {},
): Hindsight {
  const compared = alert.measure === "failure" ? failureHindsight(runs, alert) : levelHindsight(runs, alert);
  return runs.length - 1 - alert.toldRun < waitsForRuns ? { ...compared, verdict: "not-yet" } : compared;
}

function levelHindsight(runs: readonly HindsightRun[], { direction, onsetRun, toldRun }: HindsightAlert): Hindsight {
  const passing = (from: number, to: number): number[] =>
    runs.slice(Math.max(0, from), to).flatMap(({ durationMs, hasFailed }) => (hasFailed ? [] : [durationMs]));
  const earlier = passing(0, onsetRun).slice(-HINDSIGHT_RUNS);
  const later = passing(onsetRun, runs.length).slice(0, HINDSIGHT_RUNS);
  if (earlier.length < SIDE_RUNS_MIN || later.length < SIDE_RUNS_MIN)
    return { verdict: "not-yet", before: null, after: null };
  const sign = direction === "up" ? 1 : -1;
  const before = median(earlier);
  const after = median(later);
  const shift = sign * Math.log(after / before);
  const told = passing(onsetRun, toldRun + 1);
  const toldShift = told.length === 0 ? 0 : sign * Math.log(median(told) / before);
  const verdict =
    shift >= EFFECT_MIN ? "real" : toldShift >= EFFECT_MIN ? "faded" : shift > 0 ? "too-small" : "not-seen";
  return { verdict, before, after };
}

function failureHindsight(runs: readonly HindsightRun[], { onsetRun }: HindsightAlert): Hindsight {
  const earlier = runs.slice(Math.max(0, onsetRun - HINDSIGHT_RUNS), onsetRun);
  const later = runs.slice(onsetRun, onsetRun + HINDSIGHT_RUNS);
  if (earlier.length < SIDE_RUNS_MIN || later.length < SIDE_RUNS_MIN)
    return { verdict: "not-yet", before: null, after: null };
  const failed = (some: readonly HindsightRun[]): number => some.filter(({ hasFailed }) => hasFailed).length;
  const usual = (failed(earlier) + 0.5) / (earlier.length + 1);
  const isReal = binomialTail(failed(later), later.length, usual) < TAIL_MAX;
  return {
    verdict: isReal ? "real" : "not-seen",
    before: failed(earlier) / earlier.length,
    after: failed(later) / later.length,
  };
}

/** Chance of at least `failed` failures in `count` runs at this rate. */
function binomialTail(failed: number, count: number, rate: number): number {
  // from P(0 failures) on, each chance from the one before it
  let chance = (1 - rate) ** count;
  let below = 0;
  for (let k = 0; k < failed; k++) {
    below += chance;
    chance *= ((count - k) / (k + 1)) * (rate / (1 - rate));
  }
  return Math.max(0, 1 - below);
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
