import {
  type CleanRun,
  cleanRunTimes,
  type JoinedMetric,
  plausibleInstant,
  type Repository,
  type ReportedJob,
  type ReportedRun,
  type RunAttempt,
} from "@oddrun/core";
import { add, count, type ImportSummary, newTally, plus, type Tally } from "./import-tally.ts";
import type { RunStore } from "../ports.ts";
import { type Reported, runsOfJobs } from "./runs-of-jobs.ts";

export type { ImportSummary } from "./import-tally.ts";

export type CleanTimes = Pick<RunAttempt, "duration" | "queueTime">;

/** One row of a run history: a run attempt, or one job of it with the run's own columns. */
export interface HistoryRow {
  /** "owner/name". */
  readonly repository: string;
  readonly workflow: string;
  /** The repository's, by which the runs on it are told from others; null where it is not told. */
  readonly defaultBranch: string | null;
  readonly run: Omit<ReportedRun, "repositoryId" | "workflowId">;
  /** The clean times of an earlier export, which hold as they are; null where they are still to be worked out. */
  readonly clean: (CleanTimes & Pick<RunAttempt, "heldTime" | "endFrom">) | null;
  readonly job: HistoryJob | null;
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
}

export interface HistoryJob extends Omit<ReportedJob, "repositoryId" | "runId" | "runAttempt" | "steps" | "readyAtMs"> {
  /** Stands in where the start or the end is missing. */
  readonly durationMs: number | null;
  readonly clean: CleanTimes | null;
}

/** Hears of rows that are not given. */
export interface RowListener {
  /** A bad row, or one that contradicts an earlier one, was passed over. */
  onSkipped(reason: string): void;
  /** A row says again what an earlier one said. */
  onRepeated(): void;
}

/** A run history that can be read from its start more than once. */
export interface HistoryRows {
  /** Reads the rows, each run attempt or job once. */
  open(listener?: RowListener): AsyncIterable<readonly HistoryRow[]>;
  /** Whether a row is a job. */
  isOfJobs(): Promise<boolean>;
}

export interface ImportOptions {
  readonly nowMs: number;
  /** Asked between batches: true stops the import in good order. */
  readonly isStopped: () => boolean;
  readonly onProgress: (line: string) => void;
}

/** Runs, or runs with their jobs, saved at once: a batch is kept whole or not at all. */
const BATCH_ROWS = 5000;

/**
 * Imports a run history. The whole of it is read and checked before the first row is saved, so that a bad row costs nothing;
 * then batches are saved one by one. An import that was cut short leaves whole batches, and repeating it completes it: every
 * run is kept once.
 */
export async function importHistory(
  history: HistoryRows,
  store: RunStore,
  options: ImportOptions,
): Promise<ImportSummary> {
  const tally = newTally();
  const runs: AsyncIterable<Reported> = (await history.isOfJobs())
    ? runsOfJobs(await gatherJobs(history, tally, options))
    : await checkedRuns(history, tally, options);
  if (options.isStopped()) return { ...tally, isStopped: true };
  const ids = idsIn(store);
  let batch: Reported[] = [];
  let rowsInBatch = 0;
  const save = async (): Promise<void> => {
    await saveBatch(batch, store, ids, tally, options.nowMs);
    options.onProgress(`Imported ${tally.runs.added + tally.runs.changed + tally.runs.unchanged} runs`);
    batch = [];
    rowsInBatch = 0;
  };
  for await (const run of runs) {
    batch.push(run);
    rowsInBatch += 1 + (run.jobs?.length ?? 0);
    if (rowsInBatch < BATCH_ROWS) continue;
    await save();
    if (options.isStopped()) return { ...tally, isStopped: true };
  }
  if (batch.length > 0) await save();
  return { ...tally, isStopped: false };
}

/** Reads all rows once for their faults and contradictions; gives them on a second reading. */
async function checkedRuns(
  history: HistoryRows,
  tally: Tally,
  { isStopped, onProgress }: ImportOptions,
): Promise<AsyncIterable<Reported>> {
  for await (const block of history.open(listenerFor(tally))) {
    tally.rowCount += block.length;
    onProgress(`Checked ${tally.rowCount} rows`);
    if (isStopped()) break;
  }
  return (async function* () {
    for await (const block of history.open()) for (const row of block) yield { row, jobs: null };
  })();
}

/** Jobs of one run may stand anywhere in the file: they are gathered before the first run is saved. */
async function gatherJobs(
  history: HistoryRows,
  tally: Tally,
  { isStopped, onProgress }: ImportOptions,
): Promise<Iterable<{ readonly row: HistoryRow; readonly jobs: readonly HistoryJob[] }>> {
  const runs = new Map<string, { row: HistoryRow; jobs: HistoryJob[] }>();
  for await (const block of history.open(listenerFor(tally))) {
    tally.rowCount += block.length;
    for (const row of block) {
      if (row.job === null) continue;
      const key = `${row.repository.toLowerCase()} ${row.run.runId} ${row.run.runAttempt}`;
      const run = runs.get(key);
      if (run === undefined) runs.set(key, { row, jobs: [row.job] });
      else run.jobs.push(row.job);
    }
    onProgress(`Checked ${tally.rowCount} rows`);
    if (isStopped()) break;
  }
  return runs.values();
}

async function saveBatch(
  batch: readonly Reported[],
  store: RunStore,
  ids: StoreIds,
  tally: Tally,
  nowMs: number,
): Promise<void> {
  const clean: CleanRun[] = [];
  const metrics: JoinedMetric[] = [];
  for (const { row, jobs } of batch) {
    const repositoryId = await ids.repository(row.repository, row.defaultBranch);
    const workflowId = await ids.workflow(repositoryId, row.workflow);
    const { runId, runAttempt } = row.run;
    const reportedJobs = jobs?.map((job) => reportedJob(job, repositoryId, runId, runAttempt)) ?? null;
    const cleaned = cleanRunTimes({ ...row.run, repositoryId, workflowId }, reportedJobs, nowMs);
    clean.push(withTimesGiven(cleaned, row, jobs, nowMs));
    for (const { name, value } of row.metrics) metrics.push({ repositoryId, runId, runAttempt, name, value });
  }
  const counts = await store.save({
    repositories: ids.newlyTold(),
    workflows: [],
    runs: clean.map(({ run }) => run),
    jobs: clean.flatMap(({ jobs }) => jobs),
    steps: clean.flatMap(({ steps }) => steps),
  });
  tally.runs = plus(tally.runs, counts.runs);
  tally.jobs = plus(tally.jobs, counts.jobs);
  if (metrics.length > 0) tally.metrics = plus(tally.metrics, await store.saveMetrics(metrics));
  for (const run of clean) count(run, tally);
}

/** What was clean when it was exported stays as it was: approvals and steps that told of it are not in the file. */
function withTimesGiven(
  cleaned: CleanRun,
  row: HistoryRow,
  jobs: readonly HistoryJob[] | null,
  nowMs: number,
): CleanRun {
  const { clean, run } = row;
  return {
    ...cleaned,
    // of the times as they were reported, which these rows do not have
    notes: clean === null ? cleaned.notes : cleaned.notes.filter((note) => note !== "end-from-run"),
    run:
      clean === null
        ? cleaned.run
        : { ...cleaned.run, ...clean, completedAtMs: plausibleInstant(run.completedAtMs, nowMs) },
    jobs: cleaned.jobs.map((job, place) => ({ ...job, ...jobs?.[place]?.clean })),
  };
}

function reportedJob(job: HistoryJob, repositoryId: number, runId: number, runAttempt: number): ReportedJob {
  const { durationMs, clean: _, ...times } = job;
  const { startedAtMs, completedAtMs } = job;
  const hasDuration = durationMs !== null && durationMs > 0;
  return {
    ...times,
    startedAtMs: startedAtMs ?? (hasDuration && completedAtMs !== null ? completedAtMs - durationMs : null),
    completedAtMs: completedAtMs ?? (hasDuration && startedAtMs !== null ? startedAtMs + durationMs : null),
    repositoryId,
    runId,
    runAttempt,
    readyAtMs: null,
    steps: [],
  };
}

type StoreIds = ReturnType<typeof idsIn>;

/** Asks the store for each name once. */
function idsIn(store: RunStore) {
  const repositories = new Map<string, Repository>();
  const workflows = new Map<string, number>();
  let told: Repository[] = [];
  return {
    /** A default branch is news only where none is known: GitHub's own word stands. */
    async repository(name: string, defaultBranch: string | null): Promise<number> {
      let known = repositories.get(name) ?? (await store.ensureRepository(name));
      if (known.defaultBranch === null && defaultBranch !== null) {
        known = { ...known, defaultBranch };
        told.push(known);
      }
      repositories.set(name, known);
      return known.id;
    },
    /** Repositories whose default branch became known since this was last asked. */
    newlyTold(): readonly Repository[] {
      const news = told;
      told = [];
      return news;
    },
    async workflow(repositoryId: number, name: string): Promise<number> {
      const key = `${repositoryId} ${name}`;
      const known = workflows.get(key);
      if (known !== undefined) return known;
      const { id } = await store.ensureWorkflow(repositoryId, name);
      workflows.set(key, id);
      return id;
    },
  };
}

const listenerFor = (tally: Tally): RowListener => ({
  onSkipped: (reason) => add(tally.skipped, reason),
  onRepeated: () => {
    tally.repeatedCount++;
  },
});
