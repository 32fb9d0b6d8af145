import { branchClass, type DataWindow, entersDurationBaseline, entersFailureRate, isFailure } from "@oddrun/core";
import type { MetricsBatch, RunFilter, RunStore, StoredRun } from "../ports.ts";

/** A failure rate looks back over this many finished runs of the workflow on the same branch class, this one included. */
const FAILURE_WINDOW = 20;

/** One stored run as a row of pipeline metrics. */
export interface MetricRecord {
  readonly id: string;
  readonly durationS: number;
  readonly failureRate: number;
  readonly metrics: StoredRun["metrics"];
  readonly completedAtMs: number | null;
}

export interface RunTable extends MetricsBatch {
  /** First and last completion; null without any. */
  readonly dataWindow: DataWindow | null;
}

/**
 * The stored runs as the table of pipeline metrics: build_id, duration in seconds, failure_rate, and every joined metric as a
 * further column (missing where a run has none). A run of unknown duration, or one that came to no verdict, is not a record.
 */
export async function tabulateRuns(store: RunStore): Promise<RunTable> {
  const joinedNames = new Set<string>();
  const records: MetricRecord[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const record of metricRecords(store)) {
    records.push(record);
    for (const name of record.metrics.keys()) joinedNames.add(name);
    firstMs = Math.min(firstMs, record.completedAtMs ?? firstMs);
    lastMs = Math.max(lastMs, record.completedAtMs ?? lastMs);
  }
  const joined = joinedColumns(joinedNames);
  const features = ["duration", "failure_rate", ...joined];
  const values = new Float64Array(records.length * features.length);
  for (const [row, { durationS, failureRate, metrics }] of records.entries()) {
    values.set(
      [durationS, failureRate, ...joined.map((name) => metrics.get(name) ?? Number.NaN)],
      row * features.length,
    );
  }
  return {
    features,
    ids: records.map(({ id }) => id),
    values,
    rowCount: records.length,
    dataWindow: lastMs < firstMs ? null : { first: isoTime(firstMs), last: isoTime(lastMs) },
  };
}

/**
 * The records of the runs that the filter lets through, in order of completion. The runs before `sinceMs` are read too: they
 * count in the failure rates after it.
 */
export async function* metricRecords(
  store: RunStore,
  filter: RunFilter = {},
  onRun: () => void | Promise<void> = () => undefined,
): AsyncGenerator<MetricRecord> {
  const { sinceMs = Number.NEGATIVE_INFINITY, ...named } = filter;
  const recentFailures = new Map<string, boolean[]>();
  for await (const run of store.finishedRuns(named)) {
    await onRun();
    const failureRate = nextFailureRate(recentFailures, run);
    if (run.duration.ms === null || !entersDurationBaseline(run.conclusion) || failureRate === null) continue;
    if (finishedAtMs(run) < sinceMs) continue;
    const id = `${run.repositoryName}/${run.runId}/${run.runAttempt}`;
    const { metrics, completedAtMs } = run;
    yield { id, durationS: run.duration.ms / 1000, failureRate, metrics, completedAtMs };
  }
}

/** Its place in the order of completion, as the store has it. */
export function finishedAtMs(run: StoredRun): number {
  return run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;
}

/** The columns that joined metrics make, beside duration and failure_rate. */
export function joinedColumns(names: Iterable<string>): readonly string[] {
  return [...names].filter((name) => name !== "duration" && name !== "failure_rate").sort();
}

/** The share of failed runs up to and including this one; null when this one says nothing about failing. */
function nextFailureRate(recent: Map<string, boolean[]>, run: StoredRun): number | null {
  if (!entersFailureRate(run.conclusion)) return null;
  const key = `${run.repositoryId} ${run.workflowId} ${branchClass(run.branch, run.defaultBranch)}`;
  const window = recent.get(key) ?? [];
  recent.set(key, window);
  window.push(isFailure(run.conclusion));
  if (window.length > FAILURE_WINDOW) window.shift();
  return window.filter(Boolean).length / window.length;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
