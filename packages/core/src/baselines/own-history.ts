import { rollingWindow } from "./rolling-window.ts";
import { type UsualRange, usualLevel, type UsualLevelOptions } from "./usual-level.ts";

/** How far a value lies from its own past. */
export interface Deviation {
  /**
   * 0 inside the usual range; beyond it, the smaller of the distance to the range and the distance to the k-th nearest
   * of the last values, with the sign of the side. One spike is far from all; the second mode of a cache, or a level
   * that moved, is near k others after k runs.
   */
  readonly distance: number;
  readonly range: UsualRange;
}

export interface OwnHistoryOptions extends UsualLevelOptions {
  /** The k above: that many alike, and a value stops being odd. */
  readonly neighbourRank: number;
  /** Before this many values there is no answer. */
  readonly runCountMin: number;
}

/** What one series of one context has been like. Reading does not learn. */
export interface OwnHistory {
  /** Values learnt, up to the size of the window. */
  readonly runCount: number;
  /** Null while there are fewer than `runCountMin` values. */
  read(value: number): Deviation | null;
  learn(value: number, isOdd: boolean): void;
}

export function ownHistory(options: OwnHistoryOptions): OwnHistory {
  const last = rollingWindow(options.windowRuns);
  const level = usualLevel(options);
  return {
    get runCount() {
      return last.size;
    },
    read(value) {
      const range = level.range();
      if (range === null || last.size < options.runCountMin) return null;
      const beyond = value > range.high ? value - range.high : value < range.low ? range.low - value : 0;
      const distance = Math.min(beyond, last.nearestDistance(value, options.neighbourRank));
      return { distance: value < range.low ? -distance : distance, range };
    },
    learn(value, isOdd) {
      last.push(value);
      level.learn(value, isOdd);
    },
  };
}
