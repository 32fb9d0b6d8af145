import type { ChangeEvent, ChangeState, RunMark } from "./change.ts";
import { DEFAULT_RATE_OPTIONS, type RateOptions } from "./rate-options.ts";

export interface RateObservation {
  readonly hasFailed: boolean;
  readonly mark: RunMark;
}

/** All that is kept of a series of failures between two runs; plain numbers, fit for JSON. */
export interface RateState {
  readonly runCount: number;
  /** Pairs (run before, run) that the usual rate is learnt from, oldest first: 0 to 3, twice the first plus the second. */
  readonly reference: readonly number[];
  readonly before: 0 | 1;
  readonly waiting: readonly WaitingPair[];
  readonly sums: readonly number[];
  /** Highest score, times `sumMin`, of the rises that were told and recovered, up to a limit. */
  readonly faded: number;
  readonly starts: readonly RateStart[];
  readonly changeCount: number;
  readonly open: OpenRise | null;
}

interface WaitingPair {
  readonly at: number;
  readonly pair: number;
}

/** The run at which a sum last left zero, and the failures since. */
interface RateStart {
  readonly at: number;
  readonly mark: RunMark | null;
  readonly failures: number;
}

interface OpenRise {
  readonly changeNumber: number;
  readonly onset: RunMark;
  readonly onsetAt: number;
  readonly toldAt: number;
  readonly usual: number;
  readonly isYoung: boolean;
  failures: number;
  score: number;
  /** Evidence that the usual rate is back. */
  recovery: number;
}

export interface RateDetector {
  /** Takes the next finished run in order of completion; what there is to say after it, mostly nothing. */
  observe(observation: RateObservation): readonly ChangeEvent[];
  state(): RateState;
}

const RATE_MAX = 0.95;
/** A rise that begins within the first runs has no usual rate before it: what always failed has not changed. */
const RUNS_BEFORE_MIN = 10;
const NOTHING: readonly ChangeEvent[] = [];

/**
 * Finds where the share of failed runs rose: a bank of likelihood-ratio sums (Page 1954) against a two-state Markov chain, because
 * failures come in rows. The latest runs of an open or suspected rise wait outside the usual rate.
 */
export function rateDetector({
  options = DEFAULT_RATE_OPTIONS,
  state,
}: {
  readonly options?: RateOptions;
  readonly state?: RateState;
} = {}): RateDetector {
  const { rises, gainMax, sumMin } = options;
  const zeros = rises.map(() => 0);
  let runCount = state?.runCount ?? 0;
  const reference = [...(state?.reference ?? [])];
  let before: 0 | 1 = state?.before ?? 0;
  let waiting = [...(state?.waiting ?? [])];
  const sums = [...(state?.sums ?? zeros)];
  const starts: RateStart[] = [...(state?.starts ?? zeros.map(() => ({ at: 0, mark: null, failures: 0 })))];
  let faded = state?.faded ?? 0;
  let changeCount = state?.changeCount ?? 0;
  let open: OpenRise | null = state?.open == null ? null : { ...state.open };
  const counts = [0, 0, 0, 0];
  for (const pair of reference) counts[pair]!++;

  /** Share of failed runs as far as seen, and how likely the next one is to fail while nothing has changed. */
  const usualRates = () => {
    const { ratePrior, ratePriorRuns, rateErrors, rowRate } = options;
    const rate = (counts[1]! + counts[3]! + ratePriorRuns * ratePrior) / (reference.length + ratePriorRuns);
    if (before === 1) return { rate, next: rowRate };
    const count = counts[0]! + counts[1]! + ratePriorRuns;
    const afterPass = (counts[1]! + ratePriorRuns * rate) / count;
    const error = Math.sqrt((afterPass * (1 - afterPass)) / count);
    return { rate, next: Math.min(RATE_MAX, afterPass + rateErrors * error) };
  };

  /** Adds the run to every sum; the place of the one that is largest beside the one it needs, and that ratio. */
  const add = (failed: 0 | 1, rate: number, next: number, mark: RunMark) => {
    let best = 0;
    let place = -1;
    for (const [k, rise] of rises.entries()) {
      const raised = next + (1 - next) * Math.min(RATE_MAX, rise / (1 - rate));
      const gain = failed === 1 ? Math.log(raised / next) : Math.log((1 - raised) / (1 - next));
      if (sums[k] === 0) {
        if (failed === 0) continue;
        starts[k] = { at: runCount, mark, failures: 0 };
      }
      const sum = sums[k]! + Math.min(gainMax, gain);
      if (failed === 1) starts[k] = { ...starts[k]!, failures: starts[k]!.failures + 1 };
      sums[k] = Math.max(0, sum);
      const ratio = sum / (sumMin + options.pastPeakShare * faded);
      if (ratio > best) {
        best = ratio;
        place = k;
      }
    }
    return { best, place };
  };

  /** Lets runs that no open sum stands on join the usual rate. */
  const release = (): void => {
    let earliest = runCount + 1;
    for (const [k, { at }] of starts.entries()) {
      if (sums[k]! > options.waitingSum && at < earliest) earliest = at;
    }
    const runsMax = options.waitingRunsMax;
    let released = 0;
    while (released < waiting.length && (waiting[released]!.at < earliest || waiting.length - released > runsMax)) {
      const { pair } = waiting[released]!;
      reference.push(pair);
      counts[pair]!++;
      if (reference.length > options.referenceRunsMax) counts[reference.shift()!]!--;
      released++;
    }
    if (released > 0) waiting = waiting.slice(released);
  };

  const wordOn = (rise: OpenRise, said: ChangeState, at: RunMark): ChangeEvent => {
    const count = runCount - rise.onsetAt + 1;
    return {
      state: said,
      changeNumber: rise.changeNumber,
      direction: "up",
      onset: rise.onset,
      at,
      usual: rise.usual,
      level: rise.failures / count,
      score: rise.score,
      runCount: count,
      isYoung: rise.isYoung,
    };
  };

  const follow = (rise: OpenRise, failed: 0 | 1, best: number, mark: RunMark): readonly ChangeEvent[] => {
    rise.failures += failed;
    const least = Math.min(RATE_MAX, rise.usual + rises[0]!);
    const raised = Math.max(rise.failures / (runCount - rise.onsetAt + 1), least);
    const gain = failed === 1 ? Math.log(rise.usual / raised) : Math.log((1 - rise.usual) / (1 - raised));
    rise.recovery = Math.max(0, rise.recovery + Math.max(-gainMax, Math.min(gainMax, gain)));
    if (rise.recovery > options.recoverySum || sums.every((sum) => sum === 0)) {
      open = null;
      faded = Math.max(faded, Math.min(options.pastPeakMax, rise.score * sumMin));
      sums.fill(0);
      return [wordOn(rise, "recovered", mark)];
    }
    if (runCount - rise.toldAt > options.settledAfterRuns) {
      open = null;
      // the runs of this rise are the usual ones now: what stood on them must not tell it again
      sums.fill(0);
      return [wordOn(rise, "settled", mark)];
    }
    if (best < rise.score * options.grownBy) return NOTHING;
    rise.score = best;
    return [wordOn(rise, "grown", mark)];
  };

  return {
    observe({ hasFailed, mark }) {
      const failed = hasFailed ? 1 : 0;
      runCount++;
      const { rate, next } = usualRates();
      const { best, place } = add(failed, rate, next, mark);
      waiting.push({ at: runCount, pair: 2 * before + failed });
      before = failed;
      release();
      if (open !== null) return follow(open, failed, best, mark);
      // where nearly all runs fail anyway, not even the smallest rise has room
      if (rate > 1 - rises[0]!) sums.fill(0);
      if (place < 0 || sums[place] === 0 || runCount <= options.runCountMin || best < options.bar) return NOTHING;
      const start = starts[place]!;
      if (start.at <= RUNS_BEFORE_MIN) return NOTHING;
      open = {
        changeNumber: ++changeCount,
        onset: start.mark!,
        onsetAt: start.at,
        toldAt: runCount,
        usual: rate,
        isYoung: reference.length < options.runCountMin,
        failures: start.failures,
        score: best,
        recovery: 0,
      };
      return [wordOn(open, "told", mark)];
    },
    state: () => ({
      runCount,
      reference: [...reference],
      before,
      waiting: [...waiting],
      sums: [...sums],
      faded,
      starts: starts.map((start, k) => (sums[k] === 0 ? { at: 0, mark: null, failures: 0 } : start)),
      changeCount,
      open: open === null ? null : { ...open },
    }),
  };
}
