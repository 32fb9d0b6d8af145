/** Sums are in ln of a ratio of likelihoods. Chosen by replay: docs/detection.md says why each. */
export interface RateOptions {
  /** Rises of the failure rate that are tested for, as shares of all runs. */
  readonly rises: readonly number[];
  /** The usual rate is learnt from this many of the latest runs that belong to it. */
  readonly referenceRunsMax: number;
  /** Nothing is said before there are this many runs. */
  readonly runCountMin: number;
  /** The rate expected before it is seen, and how many runs this expectation is worth. */
  readonly ratePrior: number;
  readonly ratePriorRuns: number;
  /** The usual rate is taken this many standard errors above its estimate: no alert because little is known. */
  readonly rateErrors: number;
  /**
   * Chance that a failure follows a failure as long as nothing changed, in every series alike: a row of failures is one event,
   * and no evidence for a higher rate.
   */
  readonly rowRate: number;
  /** The most that one run can add to a sum. */
  readonly gainMax: number;
  /** The sum at which a rise is sure enough: the one knob for the load of false alarms. */
  readonly sumMin: number;
  /** ... raised by this share of the highest score of a rise that came and went, times `sumMin`, which counts up to a limit. */
  readonly pastPeakShare: number;
  readonly pastPeakMax: number;
  /** While a sum is above this, the runs since its onset wait outside the usual rate ... */
  readonly waitingSum: number;
  /** ... until as many newer ones wait, also in a told rise. */
  readonly waitingRunsMax: number;
  /** The sum at which the usual rate is back. */
  readonly recoverySum: number;
  /** A told rise is told again as grown when its score is this many times the last one told. */
  readonly grownBy: number;
  /** The new rate becomes the usual one when the change was told this many runs ago. */
  readonly settledAfterRuns: number;
  /** Factor on every sum needed: feedback and alert budgets raise it. */
  readonly bar: number;
}

export const DEFAULT_RATE_OPTIONS: RateOptions = {
  rises: [0.15, 0.3, 0.9],
  referenceRunsMax: 200,
  runCountMin: 60,
  ratePrior: 0.05,
  ratePriorRuns: 15,
  rateErrors: 0.4,
  rowRate: 0.8,
  gainMax: 1.5,
  sumMin: 3.3,
  pastPeakShare: 0.2,
  pastPeakMax: 12,
  waitingSum: 1.5,
  waitingRunsMax: 25,
  recoverySum: 5,
  grownBy: 1.1,
  settledAfterRuns: 120,
  bar: 1,
};
