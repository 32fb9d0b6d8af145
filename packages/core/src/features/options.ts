import type { OwnHistoryOptions } from "../baselines/index.ts";
import { onGrid } from "./feature.ts";

export interface HistoryOptions {
  /** Windows and neighbours, for duration and, with another floor, for the other series. */
  readonly duration: OwnHistoryOptions;
  /** ln of how far beyond the usual range a run must be to be told as too long ... */
  readonly longerMin: number;
  /** ... and as too short. */
  readonly shorterMin: number;
  /** ln of how far a failed run or a re-run must be beyond the usual range of the whole ones to count as too long. */
  readonly partLongerMin: number;
  /** Seconds beyond the usual range. */
  readonly differenceMinS: number;
}

/** Chosen by replay: see benchmarks/results/replay-notes.md. */
export const DEFAULT_HISTORY_OPTIONS: HistoryOptions = {
  duration: { windowRuns: 100, neighbourRank: 3, runCountMin: 10, halfWidthMin: 0.074 },
  longerMin: onGrid(Math.log(1.5)),
  shorterMin: onGrid(Math.log(1.5)),
  partLongerMin: onGrid(Math.log(2)),
  differenceMinS: 0,
};
