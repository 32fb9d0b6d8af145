import type { RunsQuery } from "../api/index.ts";
import type { CompletionPlace, JudgedRun, RunStore } from "../operations/ports.ts";

/** One page of odd runs, newest completion first. */
export interface OddRunsPage {
  readonly runs: readonly JudgedRun[];
  readonly next: CompletionPlace | null;
}

/** Reads one run more than the page needs: whether there is a page after it. */
export async function readOddRuns(store: RunStore, { limit, before }: RunsQuery): Promise<OddRunsPage> {
  const found = await store.judgedRuns({
    kind: "anomalous",
    limit: limit + 1,
    ...(before === null ? {} : { after: before }),
  });
  const runs = found.slice(0, limit);
  const last = runs.at(-1);
  return { runs, next: last === undefined || found.length <= limit ? null : placeOf(last) };
}

function placeOf({ run }: JudgedRun): CompletionPlace {
  const { repositoryId, runId, runAttempt } = run;
  const finishedAtMs = run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;
  return { finishedAtMs, repositoryId, runId, runAttempt };
}
