import type { Conclusion } from "@oddrun/core";
import type { HistoryJob, HistoryRow } from "./import-history.ts";

/** A run with its jobs as the file tells it; the store's ids are not known yet. */
export interface Reported {
  readonly row: HistoryRow;
  readonly jobs: readonly HistoryJob[] | null;
}

/** Fills what the file does not tell of a run from its jobs. */
export async function* runsOfJobs(
  runs: Iterable<{ readonly row: HistoryRow; readonly jobs: readonly HistoryJob[] }>,
): AsyncGenerator<Reported> {
  for (const { row, jobs } of runs) {
    const { run } = row;
    if (row.clean !== null) {
      yield { row, jobs };
      continue;
    }
    const createdAtMs = run.createdAtMs ?? least(jobs.map((job) => job.createdAtMs));
    const firstStartMs = least(jobs.map((job) => job.startedAtMs));
    yield {
      row: {
        ...row,
        run: {
          ...run,
          createdAtMs,
          // a re-run keeps the first attempt's creation and may list its jobs: neither says when the re-run began
          runStartedAtMs: run.runStartedAtMs ?? (run.runAttempt === 1 ? (createdAtMs ?? firstStartMs) : null),
          completedAtMs: run.completedAtMs ?? greatest(jobs.map((job) => job.completedAtMs)),
          conclusion: run.conclusion ?? worstConclusion(jobs),
        },
      },
      jobs,
    };
  }
}

/** Of an attempt whose own conclusion is not told: open while one job is, else as the worst of its jobs. */
function worstConclusion(jobs: readonly HistoryJob[]): Conclusion | null {
  const ends = new Set(jobs.map((job) => job.conclusion));
  if (ends.has(null)) return null;
  return WORST_FIRST.find((conclusion) => ends.has(conclusion)) ?? "other";
}

const WORST_FIRST: readonly Conclusion[] = [
  "failure",
  "timed_out",
  "startup_failure",
  "cancelled",
  "action_required",
  "stale",
  "other",
  "success",
  "neutral",
  "skipped",
];

function least(instants: readonly (number | null)[]): number | null {
  return instants.reduce<number | null>(
    (soFar, ms) => (soFar === null || (ms !== null && ms < soFar) ? ms : soFar),
    null,
  );
}

function greatest(instants: readonly (number | null)[]): number | null {
  return instants.reduce<number | null>(
    (soFar, ms) => (soFar === null || (ms !== null && ms > soFar) ? ms : soFar),
    null,
  );
}
