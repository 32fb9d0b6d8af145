import type { Job } from "@oddrun/core";
import { RUN_EXPORT_COLUMNS, runCells, runsInOrder, spanCells } from "./export-runs.ts";
import type { ExportCell, ExportColumn, ExportRow, ExportSource, ExportTable } from "./export-table.ts";
import { inBatches } from "./in-batches.ts";
import type { AttemptKey } from "../ports.ts";

/** Attempts whose jobs are held at once: a matrix may make 256 jobs of each. */
const ATTEMPTS_AT_ONCE = 100;

const JOB_EXPORT_COLUMNS: readonly ExportColumn[] = [
  { name: "job_id", kind: "integer" },
  { name: "job_name", kind: "text" },
  { name: "job_conclusion", kind: "text" },
  { name: "job_created_at", kind: "time" },
  { name: "job_started_at", kind: "time" },
  { name: "job_completed_at", kind: "time" },
  { name: "job_duration_s", kind: "number" },
  { name: "job_duration_unknown", kind: "text" },
  { name: "job_queue_time_s", kind: "number" },
  { name: "job_queue_time_unknown", kind: "text" },
  { name: "runner_name", kind: "text" },
  { name: "runner_group", kind: "text" },
  { name: "runner_labels", kind: "text" },
];

/** The jobs of the finished run attempts, a row each, with the run's own columns before theirs. */
export async function exportJobs(source: ExportSource): Promise<ExportTable> {
  return {
    columns: [...RUN_EXPORT_COLUMNS, ...JOB_EXPORT_COLUMNS],
    blocks: (async function* () {
      for await (const runs of inBatches(runsInOrder(source), ATTEMPTS_AT_ONCE)) {
        const jobs = Map.groupBy(await source.store.jobsOf(runs), keyOf);
        const rows: ExportRow[] = [];
        for (const run of runs) {
          const cells = runCells(run);
          for (const job of jobs.get(keyOf(run)) ?? []) rows.push([...cells, ...jobCells(job)]);
        }
        if (rows.length > 0) yield rows;
      }
    })(),
  };
}

const keyOf = ({ repositoryId, runId, runAttempt }: AttemptKey): string => `${repositoryId}/${runId}/${runAttempt}`;

function jobCells(job: Job): readonly ExportCell[] {
  return [
    job.jobId,
    job.name === "" ? `job ${job.jobId}` : job.name,
    job.conclusion,
    job.createdAtMs,
    job.startedAtMs,
    job.completedAtMs,
    ...spanCells(job.duration),
    ...spanCells(job.queueTime),
    job.runnerName,
    job.runnerGroup,
    job.runnerLabels,
  ];
}
