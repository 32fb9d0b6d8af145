import { branchClass, type Incident, type Job, leadingChanges, type Series, type Step } from "@oddrun/core";
import type { ExplainStore } from "../explain/explain-store.ts";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import type { RunStore, StoredRun } from "../ports.ts";

const DAY_MS = 86_400_000;
/** Runs before the onset that are shown and counted, in days; after the end, a little. */
const BEFORE_MS = 28 * DAY_MS;
const AFTER_MS = 14 * DAY_MS;
/** A fleet of repositories is not read run by run. */
const SERIES_MAX = 6;
/** Of one series, from its oldest: enough for a picture and for a rate. */
const RUNS_MAX = 3000;

/** The runs of one series around an incident, in order of completion. */
export interface SeriesRuns {
  readonly series: Series;
  readonly runs: readonly StoredRun[];
  /** Of a series of jobs or steps those of these runs, by run; else empty. */
  readonly jobs: ReadonlyMap<string, readonly Job[]>;
  readonly steps: ReadonlyMap<number, readonly Step[]>;
}

/** By series id; of series whose runs were not read there is none. */
export type ContextRuns = ReadonlyMap<string, SeriesRuns>;

export const runKey = ({ runId, runAttempt }: Pick<StoredRun, "runId" | "runAttempt">): string =>
  `${runId}/${runAttempt}`;

/** Reads the runs of the changes that stand for an incident. */
export async function contextRuns(
  store: RunStore & ExplainStore,
  incident: Incident,
  names: IncidentNames,
  nowMs: number,
): Promise<ContextRuns> {
  const leading = leadingChanges(incident.changes).filter(({ series }) => series.workflowId !== 0);
  if (leading.length > SERIES_MAX) return new Map();
  const found = new Map<string, SeriesRuns>();
  const sinceMs = incident.onsetMs - BEFORE_MS;
  const untilMs = Math.min(nowMs, (incident.overAtMs ?? nowMs) + AFTER_MS) + 1;
  for (const { seriesId, series } of leading) {
    const runs: StoredRun[] = [];
    const { repositoryId, workflowId } = series;
    const named = { repository: names.repository(repositoryId), workflow: names.workflow(repositoryId, workflowId) };
    for await (const run of store.finishedRuns({ ...named, sinceMs, untilMs })) {
      if (isOf(series, run)) runs.push(run);
      if (runs.length >= RUNS_MAX) break;
    }
    const jobs = series.scope === "run" ? [] : await store.jobsOf(runs);
    const own = jobs.filter(({ name }) => name === series.job);
    const steps = series.scope === "step" ? await store.stepsOf(own) : [];
    found.set(seriesId, {
      series,
      runs,
      jobs: Map.groupBy(own, runKey),
      steps: Map.groupBy(
        steps.filter(({ name }) => name === series.part),
        ({ jobId }) => jobId,
      ),
    });
  }
  return found;
}

function isOf(series: Series, run: StoredRun): boolean {
  return (
    run.repositoryId === series.repositoryId &&
    run.workflowId === series.workflowId &&
    (run.event ?? "") === series.event &&
    branchClass(run.branch, run.defaultBranch) === series.branches
  );
}
