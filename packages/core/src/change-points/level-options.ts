/** Sizes and spans are in ln of the value: ln 1.1 is 10 %. Chosen by replay, see docs/detection.md. */
export interface LevelOptions {
  /** How many times slower (or faster) the shifts are that are tested for, each by a sum of its own. */
  readonly ratiosUp: readonly number[];
  readonly ratiosDown: readonly number[];
  /** The level in force is learnt from this many of the latest runs that belong to it ... */
  readonly referenceRunsMax: number;
  /** ... and nothing is said before there are this many. */
  readonly referenceRunsMin: number;
  /** Share of a tested shift that quiet levels wander by; what lies below speaks neither for nor against it ... */
  readonly deadZoneShare: number;
  /** ... up to this much. */
  readonly deadZoneMax: number;
  /** The scatter is taken to be at least this: a very quiet series does not decide alone. */
  readonly scaleMin: number;
  /** What scatter is expected before it is seen, and how many runs this expectation is worth. */
  readonly scalePrior: number;
  readonly scalePriorRuns: number;
  /** The most that one run can add to a sum: no single run decides. */
  readonly gainMax: number;
  /** The sum at which a shift is sure enough ... */
  readonly sumMin: number;
  /** ... raised by this share of the highest sum that the series' own quiet past has reached. */
  readonly pastPeakShare: number;
  /** Under `settledRuns` of history, sums count less: by 1 / (1 + this) at the very start. */
  readonly youngCaution: number;
  readonly settledRuns: number;
  /** A change is told after this many runs since its onset ... */
  readonly runCountMin: number;
  /** ... or after this many when the sum is beyond `earlyScore` times the one needed. */
  readonly earlyRunCountMin: number;
  readonly earlyScore: number;
  /** Of the runs since the onset, this share must lie beyond `beyondShare` of the shift ... */
  readonly persistentShare: number;
  readonly beyondShare: number;
  /** ... or this share, once there are `longRunCount` of them. */
  readonly persistentShareLong: number;
  readonly longRunCount: number;
  /** A change is suspected at this share of the sum needed, after this many runs. */
  readonly suspicionScore: number;
  readonly suspicionRunCountMin: number;
  /** A suspicion that is not sure after this many runs is withdrawn. */
  readonly suspicionRunsMax: number;
  /** Runs since the onset of a sum above this wait outside the level in force ... */
  readonly waitingSum: number;
  /** ... until it is back at zero, or this many have gone by. */
  readonly waitingRunsMax: number;
  /** Evidence (ln of a ratio of likelihoods) at which the old level is back. */
  readonly recoverySum: number;
  /** The new level becomes the usual one when the change is this many runs old. */
  readonly settledAfterRuns: number;
  /** Factor on every sum needed: feedback and alert budgets raise it. */
  readonly bar: number;
}

export const DEFAULT_LEVEL_OPTIONS: LevelOptions = {
  ratiosUp: [1.1, 1.2, 1.3, 1.5, 2, 3, 9],
  ratiosDown: [1.1, 1.2, 1.35, 1.6, 2, 3, 9],
  referenceRunsMax: 150,
  referenceRunsMin: 15,
  deadZoneShare: 0.5,
  deadZoneMax: 0.24,
  scaleMin: 0.041,
  scalePrior: 0.121,
  scalePriorRuns: 14,
  gainMax: 4.4,
  sumMin: 5.2,
  pastPeakShare: 0.35,
  youngCaution: 0.3,
  settledRuns: 60,
  runCountMin: 12,
  earlyRunCountMin: 9,
  earlyScore: 2.5,
  persistentShare: 0.77,
  beyondShare: 0.42,
  persistentShareLong: 0.72,
  longRunCount: 31,
  suspicionScore: 0.8,
  suspicionRunCountMin: 4,
  suspicionRunsMax: 60,
  waitingSum: 2,
  waitingRunsMax: 51,
  recoverySum: 7,
  settledAfterRuns: 72,
  bar: 1,
};
