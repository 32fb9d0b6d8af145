import type { Conclusion, Step } from "@oddrun/core";
import type { ExplainStore } from "../../operations/explain/explain-store.ts";
import type { StoredRun } from "../../operations/ports.ts";
import { span } from "./rows.ts";
import { described, storedRuns } from "./run-queries.ts";
import type { StepRow, StoreDatabase } from "./schema.ts";

/** Jobs asked for in one query. */
const JOBS_AT_ONCE = 500;

async function stepsOf(
  db: StoreDatabase,
  jobs: readonly { readonly repositoryId: number; readonly jobId: number }[],
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const [repositoryId, ofRepository] of Map.groupBy(jobs, (job) => job.repositoryId)) {
    const jobIds = [...new Set(ofRepository.map(({ jobId }) => jobId))].sort((a, b) => a - b);
    for (let from = 0; from < jobIds.length; from += JOBS_AT_ONCE) {
      const rows = await db
        .selectFrom("steps")
        .where("repository_id", "=", repositoryId)
        .where("job_id", "in", jobIds.slice(from, from + JOBS_AT_ONCE))
        .selectAll()
        .orderBy("job_id")
        .orderBy("step_number")
        .execute();
      for (const row of rows) steps.push(step(row));
    }
  }
  return steps;
}

async function runsSince(db: StoreDatabase, run: StoredRun, limit: number): Promise<readonly StoredRun[]> {
  const endedAtMs = run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs;
  if (endedAtMs === null) return [];
  const query = db
    .selectFrom("run_attempts as r")
    .where("r.repository_id", "=", run.repositoryId)
    .where("r.workflow_id", "=", run.workflowId)
    .where("r.finished_at_ms", ">=", Math.round(endedAtMs))
    .where("r.event", run.event === null ? "is" : "=", run.event)
    .orderBy("r.finished_at_ms")
    .orderBy("r.run_id")
    .orderBy("r.run_attempt")
    .limit(limit);
  return storedRuns(db, await described(query).execute());
}

/** The port over a database; `reading` explains what goes wrong. */
export function explainStore(
  db: StoreDatabase,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
): ExplainStore {
  return {
    stepsOf: (jobs) => reading(() => stepsOf(db, jobs)),
    runsSince: (run, limit) => reading(() => runsSince(db, run, limit)),
  };
}

function step(row: StepRow): Step {
  return {
    repositoryId: row.repository_id,
    jobId: row.job_id,
    stepNumber: row.step_number,
    name: row.name,
    conclusion: row.conclusion as Conclusion | null,
    startedAtMs: row.started_at_ms,
    completedAtMs: row.completed_at_ms,
    duration: span(row.duration_ms, row.duration_unknown),
  };
}
