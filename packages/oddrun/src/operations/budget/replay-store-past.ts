import {
  amendIncidents,
  contextOf,
  GITHUB_PRICES,
  type Job,
  type PastHistory,
  pastHistory,
  type Reading,
  readingsOf,
  type RepositoryActivity,
  runnersOf,
  type SaidOfPast,
  type SeriesContext,
  seriesId,
  waitsOf,
} from "@oddrun/core";
import { runCost } from "../changes/detect-changes-cost.ts";
import { seriesSet } from "../changes/detect-changes-series-set.ts";
import { grouped } from "../text/grouped-number.ts";
import { inBatches } from "../history/in-batches.ts";
import type { AttemptKey, RunFilter, RunStore, StoredRun } from "../ports.ts";
import { finishedAtMs } from "../models/tabulate-runs.ts";

/** A stored past as it was gone through. */
export interface StoredPast {
  readonly past: SaidOfPast;
  readonly runCount: number;
  /** "owner/name" by id. */
  readonly repositories: ReadonlyMap<number, string>;
  /** Names by repository and workflow id. */
  readonly workflows: ReadonlyMap<string, string>;
  readonly firstMs: number;
  readonly lastMs: number;
  /** False when it was stopped before the end. */
  readonly isComplete: boolean;
}

interface SeriesOfStore {
  readonly series: SaidOfPast["series"];
  readonly activity: readonly RepositoryActivity[];
}

export interface StoredPastDeps {
  readonly store: RunStore;
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
}

const BATCH_RUNS = 250;
const NO_FEEDBACK = { bars: new Map<string, never>(), accepted: [] };

export const workflowKey = (repositoryId: number, workflowId: number): string => `${repositoryId}/${workflowId}`;

/**
 * Goes through all stored runs in order of completion, as if they came now and nobody had said anything of them yet, and groups what
 * `detect` would have said. Held in memory: four numbers for each measure of each run and job.
 */
export async function readStoredPast(deps: StoredPastDeps, filter: RunFilter): Promise<StoredPast> {
  const read = await readSeries(deps, filter, true);
  const { series, activity } = read;
  const words = [...series].flatMap(([id, { events }]) => events.map((event) => ({ seriesId: id, event })));
  // all words are there at once: each is placed as if it came in time
  const latenessMs = Number.POSITIVE_INFINITY;
  const incidents = amendIncidents({ known: [], nextNumber: 1, words, activity, latenessMs });
  return { ...read, past: { series, words, incidents } };
}

/**
 * The series of the stored runs, in order of completion; `watched`: with what `detect` would have said of each, had nobody said
 * anything of it yet.
 */
export async function readSeries(
  { store, signal, progress }: StoredPastDeps,
  filter: RunFilter,
  watched: boolean,
): Promise<Omit<StoredPast, "past"> & SeriesOfStore> {
  const history = pastHistory({ watched: false });
  const total = await store.countRuns(filter);
  const repositories = new Map<number, string>();
  const workflows = new Map<string, string>();
  const activity: RepositoryActivity[] = [];
  let runCount = 0;
  let isComplete = true;
  for (const { id: repositoryId, fullName, visibility } of await store.repositories()) {
    if (filter.repository !== undefined && filter.repository.toLowerCase() !== fullName.toLowerCase()) continue;
    const set = seriesSet({ repositoryId, feedback: NO_FEEDBACK, nowMs: 0, load: () => Promise.resolve([]) });
    const costOf = runCost(visibility, GITHUB_PRICES);
    let firstMs = Number.POSITIVE_INFINITY;
    let lastMs = Number.NEGATIVE_INFINITY;
    for await (const runs of inBatches(store.finishedRuns({ ...filter, repository: fullName }), BATCH_RUNS)) {
      if (signal.aborted) isComplete = false;
      if (!isComplete) break;
      const jobs = Map.groupBy(await store.jobsOf(runs), keyOf);
      for (const run of runs) {
        const atMs = finishedAtMs(run);
        const ofRun = jobs.get(keyOf(run)) ?? [];
        const microUsd = costOf(ofRun);
        if (watched) await set.observe(run, ofRun, microUsd, atMs);
        keep(history, run, ofRun, { microUsd, atMs });
        workflows.set(workflowKey(repositoryId, run.workflowId), run.workflowName);
        firstMs = Math.min(firstMs, atMs);
        lastMs = Math.max(lastMs, atMs);
      }
      runCount += runs.length;
      progress(`${watched ? "replayed" : "read"} ${grouped(runCount)} of ${grouped(total)} runs`);
    }
    for (const { id, words, watch } of set.all())
      history.say(id, [...words, ...watch.check({ nowMs: lastMs, listenedUntilMs: lastMs })]);
    if (lastMs >= firstMs) {
      repositories.set(repositoryId, fullName);
      activity.push({ repositoryId, firstMs, lastMs });
    }
    if (!isComplete) break;
  }
  const lastMs = activity.reduce((last, one) => Math.max(last, one.lastMs), 0);
  const series = history.finish(lastMs);
  return {
    series,
    activity,
    runCount,
    repositories,
    workflows,
    firstMs: activity.reduce((first, one) => Math.min(first, one.firstMs), lastMs),
    lastMs,
    isComplete,
  };
}

function keep(
  history: PastHistory,
  run: StoredRun,
  jobs: readonly Job[],
  { microUsd, atMs }: { readonly microUsd: number | null; readonly atMs: number },
): void {
  const jobMs = new Map(jobs.map((job) => [job.name, job.duration.ms]));
  const mark = { runId: run.runId, runAttempt: run.runAttempt, atMs };
  const startedAtMs = run.runStartedAtMs ?? run.createdAtMs ?? atMs;
  const add = (context: SeriesContext, reading: Reading): void => {
    const { scope, measure, job, part } = reading;
    const took = reading.scope === "job" ? jobMs.get(job) : run.duration.ms;
    const value = Math.max(1, reading.kind === "level" ? reading.value : (took ?? 1));
    const hasFailed = reading.kind === "verdict" && reading.hasFailed;
    history.add({ seriesId: seriesId({ ...context, scope, measure, job, part }), mark, startedAtMs, value, hasFailed });
  };
  const context = contextOf(run);
  for (const reading of readingsOf(run, jobs, microUsd)) add(context, reading);
  for (const reading of waitsOf(jobs)) add(runnersOf(run.repositoryId), reading);
}

const keyOf = ({ repositoryId, runId, runAttempt }: AttemptKey): string => `${repositoryId}/${runId}/${runAttempt}`;
