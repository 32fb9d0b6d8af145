import { isHeldUnmeasured } from "@oddrun/core";
import type { RunAttemptRow } from "./schema.ts";

/** Columns that describe a run: what a report leaves out of them stays as it was told before. */
const RUN_DESCRIPTION = [
  "run_number",
  "branch",
  "event",
  "head_sha",
  "title",
  "created_at_ms",
  "updated_at_ms",
  "held_for",
  "seen_held_at_ms",
] as const satisfies readonly (keyof RunAttemptRow)[];

/** Columns that a list of runs can only guess at, and the jobs of the attempt tell. */
const TIMES = [
  "run_started_at_ms",
  "completed_at_ms",
  "finished_at_ms",
  "end_from",
  "held_time_ms",
  "held_time_unknown",
  "duration_ms",
  "duration_unknown",
  "queue_time_ms",
  "queue_time_unknown",
] as const satisfies readonly (keyof RunAttemptRow)[];

/**
 * What two reports of one attempt say together; `row` came after `other`.
 *
 * - Of two reports by GitHub the one that it made later (`updated_at`) describes the run, whatever order they came in.
 * - The times that jobs taught stay while the attempt has the conclusion that it had then.
 * - An import adds what GitHub did not tell, and may only end an attempt that GitHub last told as open.
 * - Else the later report corrects the earlier one.
 */
export function mergeRunRows(row: RunAttemptRow, other: RunAttemptRow): RunAttemptRow {
  if (other.updated_at_ms === null) return described(row, other);
  if (row.updated_at_ms === null) return importedLater(row, other);
  const [newer, older] = isNewer(row, other) ? [row, other] : [other, row];
  const merged = { ...described(newer, older), ...lastSeenHeld(newer, older) };
  const keepsTimes = newer.conclusion === older.conclusion && learntFromJobs(older) > learntFromJobs(newer);
  return withoutUnmeasuredHold(keepsTimes ? { ...merged, ...pick(older, TIMES) } : merged);
}

/** One report saw the attempt held back, and another one tells of its end alone: how long it worked is in neither. */
function withoutUnmeasuredHold(row: RunAttemptRow): RunAttemptRow {
  const isHeld = isHeldUnmeasured({
    heldTimeMs: row.held_time_ms,
    seenHeldAtMs: row.seen_held_at_ms,
    startMs: row.run_started_at_ms,
    endMs: row.completed_at_ms,
  });
  return isHeld && row.duration_ms !== null ? { ...row, duration_ms: null, duration_unknown: "held-back" } : row;
}

function importedLater(row: RunAttemptRow, other: RunAttemptRow): RunAttemptRow {
  const endsIt = row.conclusion !== null && other.conclusion === null;
  // the time of GitHub's report belongs to what it replaces: GitHub has yet to tell of the end
  return endsIt ? { ...described(row, other), updated_at_ms: null } : described(other, row);
}

function isNewer(row: RunAttemptRow, other: RunAttemptRow): boolean {
  const laterMs = (row.updated_at_ms ?? 0) - (other.updated_at_ms ?? 0);
  // within one second an attempt may end, but not begin again
  return laterMs > 0 || (laterMs === 0 && (row.conclusion !== null || other.conclusion === null));
}

function described(row: RunAttemptRow, other: RunAttemptRow): RunAttemptRow {
  const missing = RUN_DESCRIPTION.filter((column) => row[column] === null);
  return missing.length === 0 ? row : { ...row, ...pick(other, missing) };
}

function lastSeenHeld(one: RunAttemptRow, other: RunAttemptRow) {
  const last = (other.seen_held_at_ms ?? 0) > (one.seen_held_at_ms ?? 0) ? other : one;
  return { held_for: last.held_for ?? one.held_for ?? other.held_for, seen_held_at_ms: last.seen_held_at_ms };
}

/** How much of the times only jobs can have told: 0 is nothing. A wait's end may also have been told with the run. */
function learntFromJobs(row: RunAttemptRow): 0 | 1 | 2 {
  const isTold =
    row.end_from === "jobs" ||
    row.queue_time_ms !== null ||
    ONLY_FROM_JOBS.has(row.queue_time_unknown) ||
    (row.duration_unknown === "held-back" && row.held_time_unknown === null) ||
    row.held_time_unknown === "never-ran";
  return isTold ? 2 : row.held_time_unknown !== "not-recorded" ? 1 : 0;
}

const ONLY_FROM_JOBS: ReadonlySet<string | null> = new Set(["held-back", "out-of-range", "end-before-start"]);

function pick<Key extends keyof RunAttemptRow>(row: RunAttemptRow, keys: readonly Key[]): Pick<RunAttemptRow, Key> {
  return Object.fromEntries(keys.map((key) => [key, row[key]])) as Pick<RunAttemptRow, Key>;
}
