/** Sums are in ln of a ratio of likelihoods, scales in ln of the value. Chosen by replay: docs/detection.md says why each. */
export interface LevelOptions {
  /** How many times slower and faster the shifts are that are tested for, each by a sum of its own. */
  readonly ratios: readonly number[];
  /** The level in force is learnt from this many of the latest runs that belong to it ... */
  readonly referenceRunsMax: number;
  /** ... and nothing is said before there are this many. */
  readonly referenceRunsMin: number;
  /** Share of a tested shift that quiet levels wander by: it speaks for no shift, and a run is in a shift only beyond it. */
  readonly deadZoneShare: number;
  /** The scale of the scatter is taken to be at least this: a very quiet series does not decide alone. */
  readonly scaleMin: number;
  /** What scale is expected before it is seen, and how many runs this expectation is worth. */
  readonly scalePrior: number;
  readonly scalePriorRuns: number;
  /** Variance of the level in force, beside that of a mean of as many runs. */
  readonly levelVarianceFactor: number;
  /** The sum at which a shift is sure enough: the one knob for the load of false alarms ... */
  readonly sumMin: number;
  /** ... raised by this share of the highest sum that faded by itself before. */
  readonly pastPeakShare: number;
  /** After this many runs the past counts half: what came and went long ago makes nobody deaf. */
  readonly pastHalfLifeRuns: number;
  /** A change of fewer runs than this needs a higher sum in proportion, twice as much at half of them ... */
  readonly runCountFull: number;
  /** ... and of fewer than this it is never told. */
  readonly runCountMin: number;
  /** Share of the runs since the onset that must be in the shift. */
  readonly persistentShare: number;
  /** A shift up to `halfDayShift` (in ln) must have been seen over this many hours: half days are a rhythm. */
  readonly halfDayHours: number;
  readonly halfDayShift: number;
  /** A change is suspected at this share of the sum needed, after this many runs. */
  readonly suspicionScore: number;
  readonly suspicionRunCountMin: number;
  /** A suspicion that is not sure after this many runs is withdrawn. */
  readonly suspicionRunsMax: number;
  /** While a sum is above this, the runs since its onset wait outside the level in force ... */
  readonly waitingSum: number;
  /** ... until as many newer ones wait. Those that came before it was above this have joined the level. */
  readonly waitingRunsMax: number;
  /** The sum at which the old level is back. */
  readonly recoverySum: number;
  /** ... once so many runs have kept it above zero: two light runs of a pipeline with two kinds of run are no recovery. */
  readonly recoveryRunCountMin: number;
  /** The new level becomes the usual one this many runs after the change was told. */
  readonly settledAfterRuns: number;
  /** The law of the scatter is fitted anew when this share of the reference is new. */
  readonly refitShare: number;
  /** Under this many runs of history a change is called young. */
  readonly youngRuns: number;
  /** Factor on every sum needed: feedback and alert budgets raise it. */
  readonly bar: number;
}

export const DEFAULT_LEVEL_OPTIONS: LevelOptions = {
  ratios: [1.1, 1.2, 1.3, 1.5, 2, 3],
  referenceRunsMax: 150,
  referenceRunsMin: 15,
  deadZoneShare: 0.45,
  scaleMin: 0.045,
  scalePrior: 0.12,
  scalePriorRuns: 12,
  levelVarianceFactor: 3,
  sumMin: 4.4,
  pastPeakShare: 0.35,
  pastHalfLifeRuns: 300,
  runCountFull: 16,
  runCountMin: 8,
  persistentShare: 0.75,
  halfDayHours: 16,
  halfDayShift: 0.35,
  suspicionScore: 0.8,
  suspicionRunCountMin: 4,
  suspicionRunsMax: 60,
  waitingSum: 3,
  waitingRunsMax: 50,
  recoverySum: 5,
  recoveryRunCountMin: 5,
  settledAfterRuns: 60,
  refitShare: 0.125,
  youngRuns: 60,
  bar: 1,
};
