/** Chosen by replay, see docs/detection.md. */
export interface RateOptions {
  /** Rises of the failure rate that are tested for, as shares of the runs that would pass. */
  readonly rises: readonly number[];
  /** The usual rate is learnt from this many of the latest runs that belong to it. */
  readonly referenceRunsMax: number;
  /** Nothing is said before there are this many runs. */
  readonly runCountMin: number;
  /** The rate expected before it is seen, and how many runs this expectation is worth. */
  readonly ratePrior: number;
  readonly ratePriorRuns: number;
  /** Failures come in rows: how much likelier one is expected to be after another, and how many failures this is worth. */
  readonly rowPrior: number;
  readonly rowPriorRuns: number;
  /** The most that one run can add to a sum. */
  readonly gainMax: number;
  /** The sum at which a rise is sure enough ... */
  readonly sumMin: number;
  /** ... raised by this share of the highest sum that the series' own quiet past has reached. */
  readonly pastPeakShare: number;
  /** A rise shows at least this many failures. */
  readonly failureCountMin: number;
  /** Runs since the onset of a sum above this wait outside the usual rate ... */
  readonly waitingSum: number;
  /** ... until it is back at zero, or this many have gone by; in an open change, this many. */
  readonly waitingRunsMax: number;
  readonly waitingRunsMaxOpen: number;
  /** Evidence (ln of a ratio of likelihoods) at which the usual rate is back. */
  readonly recoverySum: number;
  /** A told rise is told again as grown when its score is this many times the last one told. */
  readonly grownBy: number;
  /** The new rate becomes the usual one when the change was told this many runs ago. */
  readonly settledAfterRuns: number;
  /** Factor on every sum needed: feedback and alert budgets raise it. */
  readonly bar: number;
}

export const DEFAULT_RATE_OPTIONS: RateOptions = {
  rises: [0.12, 0.21, 0.41],
  referenceRunsMax: 275,
  runCountMin: 60,
  ratePrior: 0.046,
  ratePriorRuns: 16.6,
  rowPrior: 0.57,
  rowPriorRuns: 7.5,
  gainMax: 1.47,
  sumMin: 5,
  pastPeakShare: 0.15,
  failureCountMin: 2,
  waitingSum: 1.5,
  waitingRunsMax: 27,
  waitingRunsMaxOpen: 38,
  recoverySum: 5,
  grownBy: 1.1,
  settledAfterRuns: 143,
  bar: 1,
};
