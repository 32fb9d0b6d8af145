/** One run as a change names it. */
export interface RunMark {
  readonly runId: number;
  readonly runAttempt: number;
  /** Its end. */
  readonly atMs: number;
}

/**
 * What is said about a change, in the order in which it can be said. A *suspected* one is never pushed; it is *told* or
 * *withdrawn* later. A told one can be *grown* (surer or larger than before), and ends as *recovered* (the old level is back),
 * or as *settled* (the new level has become the usual one).
 */
export type ChangeState = "suspected" | "withdrawn" | "told" | "grown" | "recovered" | "settled";

/** A word about a level or rate that moved and stayed, or a schedule that fell silent. Only runs up to `at` were used. */
export interface ChangeEvent {
  readonly state: ChangeState;
  /** 1 for the first change of the series; all words about one change share it. */
  readonly changeNumber: number;
  readonly direction: "up" | "down";
  /** The first run of the change, as estimated now; of a silence the last run seen. */
  readonly onset: RunMark;
  /** The run after which it was said. Of a silence `atMs` is when the waiting was over. */
  readonly at: RunMark;
  /** The level in force before it, in the unit of the series: ms, a share of runs from 0 to 1, ms between runs, or the metric's own. */
  readonly usual: number;
  /** The level since the onset, in the same unit. */
  readonly level: number;
  /** How sure: 1 where it is just told, more is surer. */
  readonly score: number;
  /** Runs that speak for it: those since the onset; of a level without the first few, which had joined the one before it. */
  readonly runCount: number;
  /** Whether the level in force rested on fewer runs than a settled one has. */
  readonly isYoung: boolean;
  /** Of a rate of failures: runs since the onset that failed first and passed on the same commit when run again. They count as passed. */
  readonly flakyCount?: number;
}
