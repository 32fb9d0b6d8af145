import type { Span } from "@oddrun/core";
import {
  BLOCK_ROWS,
  type ExportCell,
  type ExportColumn,
  type ExportSource,
  type ExportTable,
  readCounter,
} from "./export-table.ts";
import { inBatches } from "./in-batches.ts";
import type { StoredRun } from "../ports.ts";
import { finishedAtMs } from "../models/tabulate-runs.ts";

/** A column of a joined metric: the name behind the prefix. */
export const METRIC_PREFIX = "metric:";

const column = (kind: ExportColumn["kind"], ...names: readonly string[]): readonly ExportColumn[] =>
  names.map((name) => ({ name, kind }));

export const RUN_EXPORT_COLUMNS: readonly ExportColumn[] = [
  ...column("text", "repository", "workflow"),
  ...column("integer", "run_id", "run_attempt", "run_number"),
  ...column("text", "branch", "default_branch", "event", "title", "head_sha"),
  ...column("time", "created_at", "run_started_at", "completed_at", "updated_at"),
  ...column("text", "status", "conclusion"),
  ...column("number", "duration_s"),
  ...column("text", "duration_unknown"),
  ...column("number", "queue_time_s"),
  ...column("text", "queue_time_unknown"),
  ...column("number", "held_time_s"),
  ...column("text", "held_time_unknown", "held_for"),
  ...column("time", "seen_held_at"),
  ...column("text", "end_from"),
];

/** The finished run attempts in the columns that `oddrun import` reads, so that it makes the same store of them. */
export async function exportRuns(source: ExportSource): Promise<ExportTable> {
  const names = new Set<string>();
  for await (const { metrics } of readRuns(source)) for (const name of metrics.keys()) names.add(name);
  const joined = [...names].sort();
  return {
    columns: [...RUN_EXPORT_COLUMNS, ...column("number", ...joined.map((name) => METRIC_PREFIX + name))],
    blocks: (async function* () {
      for await (const batch of inBatches(runsInOrder(source), BLOCK_ROWS)) {
        yield batch.map((run) => [...runCells(run), ...joined.map((name) => run.metrics.get(name) ?? null)]);
      }
    })(),
  };
}

/** The cells of `RUN_EXPORT_COLUMNS`. */
export function runCells(run: StoredRun): readonly ExportCell[] {
  return [
    run.repositoryName,
    run.workflowName === "" ? `workflow ${run.workflowId}` : run.workflowName,
    run.runId,
    run.runAttempt,
    run.runNumber,
    run.branch,
    run.defaultBranch,
    run.event,
    run.title,
    run.headSha,
    run.createdAtMs,
    run.runStartedAtMs,
    run.completedAtMs,
    run.updatedAtMs,
    run.status,
    run.conclusion,
    ...spanCells(run.duration),
    ...spanCells(run.queueTime),
    ...spanCells(run.heldTime),
    run.heldFor,
    run.seenHeldAtMs,
    run.endFrom,
  ];
}

/** Seconds, and why they are not known. */
export function spanCells({ ms, unknown }: Span): readonly [number | null, string | null] {
  return [ms === null ? null : ms / 1000, unknown];
}

/** Ends at one instant that are put in order; a store has more of them only where it has no times at all. */
const TIES_MAX = 10_000;

/**
 * In order of completion, at one instant by repository name, run and attempt: the store's own order goes by ids that
 * another store need not give.
 */
export async function* runsInOrder(source: ExportSource): AsyncGenerator<StoredRun> {
  let ties: StoredRun[] = [];
  for await (const run of readRuns(source)) {
    const [first] = ties;
    if (first !== undefined && (finishedAtMs(first) !== finishedAtMs(run) || ties.length >= TIES_MAX)) {
      yield* ties.sort(byName);
      ties = [];
    }
    ties.push(run);
  }
  yield* ties.sort(byName);
}

function byName(one: StoredRun, other: StoredRun): number {
  if (one.repositoryName !== other.repositoryName) return one.repositoryName < other.repositoryName ? -1 : 1;
  return one.runId - other.runId || one.runAttempt - other.runAttempt;
}

async function* readRuns({ store, filter, onRead }: ExportSource): AsyncGenerator<StoredRun> {
  const count = readCounter(onRead);
  for await (const run of store.finishedRuns(filter)) {
    await count();
    yield run;
  }
}
