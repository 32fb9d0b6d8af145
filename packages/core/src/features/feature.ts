import type { Comparison } from "../detection/index.ts";
import type { RunAttempt } from "../pipeline/index.ts";

/** A finished attempt with what its features are read from. */
export interface HistoryRun extends RunAttempt {
  readonly defaultBranch: string | null;
  /** Jobs that ran in this attempt; null when not known. */
  readonly jobCount: number | null;
  readonly metrics: ReadonlyMap<string, number>;
}

/** One number of a run against its own past. */
export interface FeatureReading {
  readonly feature: string;
  /** The model's input: 0 is as usual, further from 0 is odder. */
  readonly value: number;
  /** The same in people's units. */
  readonly comparison: Comparison;
  /** Outside its usual range by enough to be worth a word. Without one such feature no run is told as odd. */
  readonly isMaterial: boolean;
}

/** What one feature keeps of one context. Reading does not learn; learning comes after reading. */
export interface FeatureHistory {
  /** Null when the run does not have this number, or its past is too short. */
  read(run: HistoryRun): FeatureReading | null;
  learn(run: HistoryRun, reading: FeatureReading | null): void;
}

/** Model inputs are kept to this grid, so that a last-digit difference of Math.log between machines is not stored. */
const GRID = 1e6;

export function onGrid(value: number): number {
  return Math.round(value * GRID) / GRID + 0;
}
