export {
  contextOf,
  type ObservedRun,
  type Reading,
  readingsOf,
  runnersOf,
  type SeriesContext,
  type SeriesPlace,
  softeningMs,
  waitsOf,
} from "./contexts.ts";
export {
  type AttemptVerdict,
  FLAKY_WAIT_MS,
  type FailureVerdicts,
  type FailureVerdictsState,
  failureVerdicts,
  type RunVerdict,
} from "./flaky.ts";
export { type Siblings, siblings, type SpreadPrior } from "./siblings.ts";
export type { ChangeEvent, ChangeState, RunMark } from "./change.ts";
export { type LevelDetector, levelDetector, type LevelObservation, type LevelState } from "./level-detector.ts";
export { DEFAULT_LEVEL_OPTIONS, type LevelOptions } from "./level-options.ts";
export { type RateDetector, rateDetector, type RateObservation, type RateState } from "./rate-detector.ts";
export { DEFAULT_RATE_OPTIONS, type RateOptions } from "./rate-options.ts";
export { type Series, seriesId, type SeriesMeasure, seriesOf, type SeriesScope } from "./series.ts";
export {
  DEFAULT_SILENCE_OPTIONS,
  type SilenceDetector,
  silenceDetector,
  type SilenceObservation,
  type SilenceOptions,
  type SilenceState,
} from "./silence-detector.ts";
