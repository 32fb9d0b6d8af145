import type { QualityNote } from "@oddrun/core";
import { add, plus } from "../history/import-tally.ts";
import type { BatchCounts, SaveCounts } from "../ports.ts";

/** What a request was for. */
export type RequestPurpose = "repositories" | "list" | "polls" | "attempts" | "jobs";

/** What a pass did so far. */
export interface CollectTally {
  attempts: SaveCounts;
  jobs: SaveCounts;
  /** Runs that a list showed, counted again when shown again; those out of scope too. */
  listedRuns: number;
  /** Of those, out of scope. */
  leftOutRuns: number;
  steps: number;
  readonly requests: Record<RequestPurpose, number>;
  readonly notes: Partial<Record<QualityNote, number>>;
  readonly unreadable: Record<string, number>;
  /** Runs and attempts that GitHub has no more; what is stored of them stays. */
  deletedUpstream: number;
  /** Open for longer than GitHub lets a run live: not asked for any more. */
  givenUpRuns: number;
  failedTasks: number;
  /** Questions that GitHub did not answer however often they were put: not put any more. */
  givenUpTasks: number;
  tasksLeft: number;
  readonly warnings: string[];
}

const NONE: SaveCounts = { added: 0, changed: 0, unchanged: 0 };

export function newCollectTally(): CollectTally {
  return {
    attempts: NONE,
    jobs: NONE,
    listedRuns: 0,
    leftOutRuns: 0,
    steps: 0,
    requests: { repositories: 0, list: 0, polls: 0, attempts: 0, jobs: 0 },
    notes: {},
    unreadable: {},
    deletedUpstream: 0,
    givenUpRuns: 0,
    failedTasks: 0,
    givenUpTasks: 0,
    tasksLeft: 0,
    warnings: [],
  };
}

export function countSaved(tally: CollectTally, { runs, jobs }: BatchCounts, isAfterwards: boolean): void {
  tally.attempts = plus(tally.attempts, isAfterwards ? { ...NONE, added: runs.added } : runs);
  tally.jobs = plus(tally.jobs, jobs);
}

export function countKnown(tally: CollectTally): void {
  tally.attempts = plus(tally.attempts, { ...NONE, unchanged: 1 });
}

export function countUnreadable(tally: CollectTally, reasons: readonly string[]): void {
  for (const reason of reasons) add(tally.unreadable, reason);
}

export function countNotes(tally: CollectTally, notes: readonly QualityNote[]): void {
  for (const note of notes) add(tally.notes, note);
}
