import type { CleanRun, QualityNote, UnknownTime } from "@oddrun/core";
import type { SaveCounts } from "../ports.ts";

export interface ImportSummary {
  readonly rowCount: number;
  /** Bad rows passed over, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Rows that repeat an earlier one word for word. */
  readonly repeatedCount: number;
  readonly runs: SaveCounts;
  readonly jobs: SaveCounts;
  readonly metrics: SaveCounts;
  /** Runs and jobs of which the duration is not known, by reason. */
  readonly unknownRunDurations: Readonly<Partial<Record<UnknownTime, number>>>;
  readonly unknownJobDurations: Readonly<Partial<Record<UnknownTime, number>>>;
  readonly notes: Readonly<Partial<Record<QualityNote, number>>>;
  /** From the first start to the last end, milliseconds since 1970 UTC. */
  readonly window: { readonly firstMs: number; readonly lastMs: number } | null;
  /** Stopped before the end: what was saved is whole, and the same import completes it. */
  readonly isStopped: boolean;
}

/** The summary while it grows. */
export type Tally = { -readonly [Key in keyof Omit<ImportSummary, "isStopped">]: ImportSummary[Key] };

const NONE: SaveCounts = { added: 0, changed: 0, unchanged: 0 };

export function newTally(): Tally {
  return {
    rowCount: 0,
    skipped: {},
    repeatedCount: 0,
    runs: NONE,
    jobs: NONE,
    metrics: NONE,
    unknownRunDurations: {},
    unknownJobDurations: {},
    notes: {},
    window: null,
  };
}

export function add(counts: Readonly<Record<string, number | undefined>>, name: string): void {
  (counts as Record<string, number>)[name] = (counts[name] ?? 0) + 1;
}

export function plus(one: SaveCounts, other: SaveCounts): SaveCounts {
  return {
    added: one.added + other.added,
    changed: one.changed + other.changed,
    unchanged: one.unchanged + other.unchanged,
  };
}
/** Takes in what one run and its jobs are like. */
export function count({ run, jobs, notes }: CleanRun, tally: Tally): void {
  if (run.duration.unknown !== null) add(tally.unknownRunDurations, run.duration.unknown);
  for (const job of jobs) if (job.duration.unknown !== null) add(tally.unknownJobDurations, job.duration.unknown);
  for (const note of notes) add(tally.notes, note);
  const firstMs = run.runStartedAtMs ?? run.completedAtMs;
  const lastMs = run.completedAtMs ?? run.runStartedAtMs;
  if (firstMs === null || lastMs === null) return;
  tally.window = {
    firstMs: Math.min(tally.window?.firstMs ?? firstMs, firstMs),
    lastMs: Math.max(tally.window?.lastMs ?? lastMs, lastMs),
  };
}
