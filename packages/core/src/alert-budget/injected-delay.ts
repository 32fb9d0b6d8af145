import type { ChangeEvent, RunMark } from "../change-points/index.ts";

/** A run that passed, as the detector of levels takes it, with its start. */
export interface InjectableValue {
  readonly value: number;
  readonly mark: RunMark;
  readonly startedAtMs: number;
}

/** The part of a detector of levels that is needed to start it anew in the middle of a history. */
export interface RestartableDetector<State> {
  observe(observation: { readonly value: number; readonly mark: RunMark }): readonly ChangeEvent[];
  state(): State;
}

/** How long one injected slowdown went unnoticed. */
export interface InjectedDelay {
  readonly factor: number;
  /** The first run that it slowed, counted from 0. */
  readonly place: number;
  /** Passing runs until it was told, that one included, and days from the start of the first; null when it was not found. */
  readonly runs: number | null;
  readonly days: number | null;
}

const DAY_MS = 24 * 3_600_000;

/**
 * What would have happened: at each place the history is gone through again with all further durations multiplied, and the
 * detector is asked when it is sure enough for `bar`. It looks at up to `runsMax` passing runs after the place.
 */
export function injectedDelays<State>(
  values: readonly InjectableValue[],
  places: readonly number[],
  {
    factors,
    bar,
    runsMax,
    start,
  }: {
    readonly factors: readonly number[];
    readonly bar: number;
    readonly runsMax: number;
    /** A detector from the beginning, or one that goes on from a state. */
    readonly start: (state?: State) => RestartableDetector<State>;
  },
): readonly InjectedDelay[] {
  const wanted = new Set(places);
  const found: InjectedDelay[] = [];
  const detector = start();
  for (const [place, observation] of values.entries()) {
    if (wanted.has(place)) {
      const state = detector.state();
      for (const factor of factors) {
        const at = firstWord(values, place, { factor, bar, runsMax, detector: start(state) });
        const days = at === null ? null : (values[at]!.mark.atMs - values[place]!.startedAtMs) / DAY_MS;
        found.push({ factor, place, runs: at === null ? null : at - place + 1, days });
      }
    }
    detector.observe(observation);
  }
  return found;
}

function firstWord<State>(
  values: readonly InjectableValue[],
  place: number,
  {
    factor,
    bar,
    runsMax,
    detector,
  }: {
    readonly factor: number;
    readonly bar: number;
    readonly runsMax: number;
    readonly detector: RestartableDetector<State>;
  },
): number | null {
  // a change that was open before is not this one
  const told = new Set<number>();
  for (let at = place; at < Math.min(values.length, place + runsMax); at++) {
    const { value, mark } = values[at]!;
    for (const { state, changeNumber, direction, score } of detector.observe({ value: value * factor, mark })) {
      if (state === "told" && direction === "up") told.add(changeNumber);
      if ((state === "told" || state === "grown") && told.has(changeNumber) && score >= bar) return at;
    }
  }
  return null;
}
