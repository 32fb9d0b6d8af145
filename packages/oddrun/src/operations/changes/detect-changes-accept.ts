import type { ChangeEvent, LevelState, RateState, SilenceState } from "@oddrun/core";

/** A rate that a person accepts is as usual as one learnt from so many runs. */
const ACCEPTED_RATE_RUNS = 60;

/** A detector's state after a person took the level since the change for the usual one, and the word about it. */
export interface Accepted<State> {
  readonly state: State;
  readonly event: ChangeEvent;
}

/** The provisional level becomes the usual one; null when the change is not open. */
export function acceptLevel(state: LevelState, changeNumber: number, atMs: number): Accepted<LevelState> | null {
  const { open } = state;
  if (open?.changeNumber !== changeNumber) return null;
  const { direction, onset, score, runCount, isYoung } = open;
  const at = { ...onset, atMs };
  const levels = { usual: Math.exp(open.level), level: Math.exp(state.level) };
  return {
    state: { ...state, open: null },
    event: { state: "settled", changeNumber, direction, onset, at, ...levels, score, runCount, isYoung },
  };
}

/** The runs since the onset stand for the usual rate from now on. */
export function acceptRate(state: RateState, changeNumber: number, atMs: number): Accepted<RateState> | null {
  const { open, waiting, runCount } = state;
  if (open?.changeNumber !== changeNumber) return null;
  const since = waiting.filter((pair) => pair.at >= open.onsetAt).map(({ pair }) => pair);
  const seen = since.length === 0 ? state.reference.slice(-ACCEPTED_RATE_RUNS) : since;
  const times = Math.ceil(ACCEPTED_RATE_RUNS / Math.max(1, seen.length));
  const none = state.sums.map(() => 0);
  const count = runCount - open.onsetAt + 1;
  const { onset, usual, score, isYoung } = open;
  return {
    state: {
      ...state,
      reference: Array.from({ length: times }, () => seen).flat(),
      waiting: [],
      sums: none,
      starts: none.map(() => ({ at: 0, mark: null, failures: 0 })),
      open: null,
    },
    event: {
      state: "settled",
      changeNumber,
      direction: "up",
      onset,
      at: { ...onset, atMs },
      usual,
      level: open.failures / count,
      score,
      runCount: count,
      isYoung,
    },
  };
}

/** The schedule may stay silent: it is looked at again from its next run on. */
export function acceptSilence(state: SilenceState, changeNumber: number, atMs: number): Accepted<SilenceState> | null {
  const { open } = state;
  if (open?.changeNumber !== changeNumber) return null;
  return {
    state: { ...state, lastAtMs: null, lastMark: null, open: null },
    event: { ...open, state: "settled", at: { ...open.onset, atMs } },
  };
}
