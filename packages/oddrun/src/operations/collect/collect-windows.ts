import type { CreatedWindow } from "./run-source.ts";

/** A stretch of creation in whole seconds, both ends included. */
export type ClosedWindow = CreatedWindow & { readonly toS: number };

export const DAY_S = 86_400;
/** A run may be repeated for 30 days, and keeps its time of creation. */
export const LOOK_BACK_DAYS = 31;
/** GitHub shows at most so many runs of one filtered list. */
export const LISTED_RUNS_MAX = 1000;
/** A window is cut to hold about this many: nearly full pages, and room for a busier hour. */
const RUNS_WANTED = 900;
const PAGE_RUNS = 100;
/** A count is not believed further than this at a time: a wrong one would lead to windows of a second, for years of seconds. */
const CUT_SHARE_MIN = 1 / 16;

/**
 * Sizes of aligned windows, each a part of the one before: cut at the same places on every day, so that their addresses stay the
 * same and an unchanged list is not sent again.
 */
const ALIGNED_SIZES_S = [
  ...[32, 16, 8, 4, 2].map((days) => days * DAY_S),
  DAY_S,
  43_200,
  21_600,
  10_800,
  3600,
  1800,
  600,
  60,
  10,
  1,
];

export const midnightOf = (second: number): number => Math.floor(second / DAY_S) * DAY_S;
export const lengthS = ({ fromS, toS }: ClosedWindow): number => toS - fromS + 1;

/** The parts of `range` that no window of `covered` holds, newest first. */
export function gapsIn(range: ClosedWindow, covered: readonly ClosedWindow[]): readonly ClosedWindow[] {
  const gaps: ClosedWindow[] = [];
  let toS = range.toS;
  for (const window of [...covered].sort((one, other) => other.toS - one.toS)) {
    if (window.fromS > toS) continue;
    if (toS < range.fromS || window.toS < range.fromS) break;
    if (window.toS < toS) gaps.push({ fromS: window.toS + 1, toS });
    toS = Math.min(toS, window.fromS - 1);
  }
  if (toS >= range.fromS) gaps.push({ fromS: range.fromS, toS });
  return gaps;
}

/** The parts of `range` that `covered` holds, newest first. */
export function overlapsIn(range: ClosedWindow, covered: readonly ClosedWindow[]): readonly ClosedWindow[] {
  return gapsIn(range, gapsIn(range, covered));
}

/**
 * How far down a gap is listed when only what was created from `tierFromS` on is wanted: as far as one page reaches anyway.
 * `runsPerSecond` is null when nothing is known.
 */
export function pieceOf(gap: ClosedWindow, tierFromS: number, runsPerSecond: number | null): ClosedWindow | null {
  const onePageFromS = runsPerSecond === null ? gap.toS : gap.toS - spanFor(PAGE_RUNS, runsPerSecond) + 1;
  if (gap.toS < tierFromS) return null;
  return { fromS: Math.max(gap.fromS, Math.min(tierFromS, onePageFromS)), toS: gap.toS };
}

/** Cuts a range into windows, newest first: without an overlap, without leaving a second out, whatever the server tells. */
export interface WindowCutter {
  /** The window to list now; null when all of the range is listed. */
  next(): CreatedWindow | null;
  /**
   * The window holds more than can be listed; false when it cannot be cut any more. `newest` tells from when to when its newest runs
   * were created: where runs come in a burst, that is a better guide than the total.
   */
  cut(total: number | "many" | null, newest?: NewestRuns | null): boolean;
  /** The window was listed to its end, and held so many runs. */
  done(runCount: number): void;
  /** The window could not be listed, and is left out. */
  skip(): void;
  /** As last seen; null before anything was. */
  runsPerSecond(): number | null;
}

export interface NewestRuns {
  readonly fromS: number;
  readonly toS: number;
  readonly runCount: number;
}

export interface CutterOptions {
  /** The server's time: how long a window without an end is. */
  readonly nowS: number;
  readonly runsPerSecond: number | null;
  /** Cut at the same places every day; the oldest window may then begin before the range does. */
  readonly isAligned: boolean;
}

export function cutWindows(range: CreatedWindow, options: CutterOptions): WindowCutter {
  let { runsPerSecond } = options;
  let isOpen = range.toS === null;
  let isGuessed = false;
  let cursorS = range.toS ?? Math.max(options.nowS, range.fromS);
  let spanS = runsPerSecond === null ? Number.POSITIVE_INFINITY : spanFor(RUNS_WANTED, runsPerSecond);
  const beginS = (): number => {
    const size = options.isAligned && ALIGNED_SIZES_S.find((size) => size <= spanS && (cursorS + 1) % size === 0);
    return size ? cursorS + 1 - size : Math.max(range.fromS, cursorS - spanS + 1);
  };
  const currentLengthS = (): number => cursorS - beginS() + 1;
  const goOn = (): void => {
    cursorS = beginS() - 1;
    spanS = runsPerSecond === null ? Number.POSITIVE_INFINITY : spanFor(RUNS_WANTED, runsPerSecond);
    isOpen = false;
    isGuessed = false;
  };
  return {
    next: () => (cursorS < range.fromS ? null : { fromS: beginS(), toS: isOpen ? null : cursorS }),
    cut(total, newest = null) {
      const length = currentLengthS();
      if (length <= 1) return false;
      const half = Math.floor(length / 2);
      const share = typeof total === "number" ? Math.max(RUNS_WANTED / total, CUT_SHARE_MIN) : 1;
      const byTotal = Math.floor(length * share);
      const byNewest = newest === null ? length : spanOf(newest, cursorS);
      // a guess that was wrong is not made again
      spanS = !isGuessed && byNewest < length ? byNewest : Math.min(byTotal, half);
      spanS = Math.max(1, spanS);
      isGuessed = true;
      return true;
    },
    done(runCount) {
      runsPerSecond = runCount / currentLengthS();
      goOn();
    },
    skip: goOn,
    runsPerSecond: () => runsPerSecond,
  };
}

/** How long a window up to `cursorS` is that holds about as many runs as wanted, going by its newest ones. */
function spanOf({ fromS, toS, runCount }: NewestRuns, cursorS: number): number {
  if (runCount === 0 || fromS > toS || toS > cursorS) return Number.POSITIVE_INFINITY;
  return cursorS - toS + spanFor(RUNS_WANTED, runCount / (toS - fromS + 1));
}

/** Seconds that hold about `runCount` runs. */
function spanFor(runCount: number, runsPerSecond: number): number {
  return runsPerSecond <= 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(runCount / runsPerSecond));
}
