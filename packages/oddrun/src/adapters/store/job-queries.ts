import type { Conclusion, Job } from "@oddrun/core";
import type { AttemptKey } from "../../operations/ports.ts";
import { span } from "./rows.ts";
import type { JobRow, StoreDatabase } from "./schema.ts";

/** Runs asked for in one query. */
const RUNS_AT_ONCE = 500;

/** The jobs of these attempts, by repository, run, attempt and job id. */
export async function jobsOf(db: StoreDatabase, attempts: readonly AttemptKey[]): Promise<readonly Job[]> {
  const wanted = new Set(attempts.map(keyOf));
  const jobs: Job[] = [];
  for (const [repositoryId, ofRepository] of Map.groupBy(attempts, (attempt) => attempt.repositoryId)) {
    const runIds = [...new Set(ofRepository.map(({ runId }) => runId))];
    for (let from = 0; from < runIds.length; from += RUNS_AT_ONCE) {
      const rows = await db
        .selectFrom("jobs")
        .where("repository_id", "=", repositoryId)
        .where("run_id", "in", runIds.slice(from, from + RUNS_AT_ONCE))
        .selectAll()
        .execute();
      for (const row of rows) {
        const found = job(row);
        if (wanted.has(keyOf(found))) jobs.push(found);
      }
    }
  }
  return jobs.sort(byKey);
}

const keyOf = ({ repositoryId, runId, runAttempt }: AttemptKey): string => `${repositoryId}/${runId}/${runAttempt}`;

function byKey(one: Job, other: Job): number {
  return (
    one.repositoryId - other.repositoryId ||
    one.runId - other.runId ||
    one.runAttempt - other.runAttempt ||
    one.jobId - other.jobId
  );
}

function job(row: JobRow): Job {
  return {
    repositoryId: row.repository_id,
    runId: row.run_id,
    runAttempt: row.run_attempt,
    jobId: row.job_id,
    name: row.name,
    conclusion: row.conclusion as Conclusion | null,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    completedAtMs: row.completed_at_ms,
    duration: span(row.duration_ms, row.duration_unknown),
    queueTime: span(row.queue_time_ms, row.queue_time_unknown),
    runnerName: row.runner_name,
    runnerGroup: row.runner_group,
    runnerLabels: row.runner_labels,
  };
}
