import { type ChangeState, GITHUB_PRICES, type PriceTable } from "@oddrun/core";
import type { ChangeStore, NewChange } from "./change-store.ts";
import type { CollectionStore } from "../collect/collection-store.ts";
import { type RepositoryDeps, type RepositoryOutcome, watchRepository } from "./detect-changes-repository.ts";
import type { ChangeFeedback } from "./detect-changes-series-set.ts";
import { grouped } from "../text/grouped-number.ts";
import type { Logger, RunStore, StoredRun } from "../ports.ts";
import { problem } from "../problems.ts";

export type { ChangeFeedback } from "./detect-changes-series-set.ts";

/** What `detect` has of the world outside, to look for changes. */
export interface DetectChangesDeps {
  readonly store: RunStore & ChangeStore & Pick<CollectionStore, "collectionState">;
  readonly log: Logger;
  readonly now: () => number;
  /** Aborted: what was saved stays, and the next `detect` goes on from there. */
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
}

export interface DetectChangesOptions {
  /** Where the runs are kept, for messages: ".oddrun". */
  readonly place: string;
  /** How long after its end a run may come and still be looked at in its place. */
  readonly windowMs?: number;
  readonly feedback?: ChangeFeedback;
  readonly prices?: PriceTable;
  /** A look at a long history is saved after so many runs. Default: 20,000. */
  readonly saveAfterRuns?: number;
}

/** A run that came after the window had passed its place, and was not used. */
export type LateRun = Pick<StoredRun, "repositoryName" | "workflowName" | "runId" | "runAttempt" | "completedAtMs">;

export interface DetectChangesSummary {
  /** Words said now, corrections not among them, by state. */
  readonly said: Readonly<Record<ChangeState, number>>;
  /** Of earlier words, how many changes they were about that late runs took back or amended. */
  readonly correctedCount: number;
  /** Series of the workflows that had runs. */
  readonly seriesCount: number;
  /** Runs looked at, those within the window among them. */
  readonly runCount: number;
  readonly lateCount: number;
  /** The first few of them. */
  readonly lateRuns: readonly LateRun[];
  /** Repositories whose history was read again from the first run on. */
  readonly readAgain: readonly string[];
  /** False when it was stopped before the end. */
  readonly isComplete: boolean;
}

/**
 * A day and two hours: `collect` looks for re-runs of older runs once a day, and the pass that finds them takes its time. All else
 * it finds within minutes.
 */
export const LATENESS_WINDOW_MS = 26 * 3_600_000;

const NO_FEEDBACK: ChangeFeedback = { bars: new Map(), accepted: [] };
const SAVE_AFTER_RUNS = 20_000;
const LATE_NAMED = 3;
/** Another process that looks for changes at the same time moves the checkpoint; then the repository is looked at again. */
const TRIES_MAX = 5;

/**
 * Looks in every repository for levels that moved and stayed: durations, waits, failures, costs and joined metrics of workflows, jobs
 * and runners, and schedules that fell silent. Goes on from the checkpoint that the last look left, and appends what there is
 * to say; memory is bounded by the series of one repository.
 *
 * Problems: "no-runs" when the store is empty, "store-busy" when another process keeps moving the checkpoint.
 */
export async function detectChanges(
  deps: DetectChangesDeps,
  options: DetectChangesOptions,
): Promise<DetectChangesSummary> {
  const { place, windowMs = LATENESS_WINDOW_MS, feedback = NO_FEEDBACK, prices = GITHUB_PRICES } = options;
  const { saveAfterRuns = SAVE_AFTER_RUNS } = options;
  const { store, log, now, signal, progress } = deps;
  const repositories = await store.repositories();
  const outcomes: { readonly name: string; readonly outcome: RepositoryOutcome }[] = [];
  let runCount = 0;
  let isComplete = true;
  for (const repository of repositories) {
    if (signal.aborted) isComplete = false;
    if (!isComplete) break;
    const { completedAtMs: collectedAtMs } = await store.collectionState(repository.id, "");
    const onRuns = (count: number): void => {
      runCount += count;
      progress(`looked for changes in ${grouped(runCount)} runs`);
    };
    const given = { store, repository, feedback, prices, windowMs, saveAfterRuns, signal };
    const outcome = await tryRepository({ ...given, nowMs: now(), collectedAtMs, onRuns }, place);
    outcomes.push({ name: repository.fullName, outcome });
    isComplete = outcome.isComplete;
  }
  const late = outcomes.flatMap(({ outcome }) => outcome.late);
  const summary: DetectChangesSummary = {
    ...counted(outcomes.flatMap(({ outcome }) => outcome.said)),
    seriesCount: outcomes.reduce((sum, { outcome }) => sum + outcome.seriesCount, 0),
    runCount: outcomes.reduce((sum, { outcome }) => sum + outcome.passedCount + outcome.windowCount, 0),
    lateCount: late.length,
    lateRuns: late.slice(0, LATE_NAMED).map(({ repositoryName, workflowName, runId, runAttempt, completedAtMs }) => ({
      repositoryName,
      workflowName,
      runId,
      runAttempt,
      completedAtMs,
    })),
    readAgain: outcomes.filter(({ outcome }) => outcome.isReadAgain).map(({ name }) => name),
    isComplete,
  };
  log.info("looked for changes", { ...summary.said, runCount: summary.runCount, lateCount: summary.lateCount });
  if (isComplete && summary.runCount === 0 && (await store.countRuns()) === 0) throw problem("no-runs", place);
  return summary;
}

async function tryRepository(deps: RepositoryDeps, place: string): Promise<RepositoryOutcome> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const outcome = await watchRepository(deps);
    if (outcome !== null) return outcome;
  }
  throw problem("store-busy", place);
}

function counted(all: readonly NewChange[]): Pick<DetectChangesSummary, "said" | "correctedCount"> {
  const said = { suspected: 0, withdrawn: 0, told: 0, grown: 0, recovered: 0, settled: 0 };
  for (const { event, isCorrection } of all) if (!isCorrection) said[event.state]++;
  return { said, correctedCount: all.filter(({ isCorrection }) => isCorrection).length };
}
