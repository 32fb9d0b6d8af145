import { type ChangeEvent, type PriceTable, type Repository, seriesOf } from "@oddrun/core";
import type { ChangeStore, HeldWord, NewChange, WatchedSeries } from "./change-store.ts";
import { ENGINE } from "./detect-changes-engine.ts";
import { runCost } from "./detect-changes-cost.ts";
import { type ChangeFeedback, type SeriesSet, seriesSet } from "./detect-changes-series-set.ts";
import { amend, isSameWord, type Said } from "./detect-changes-words.ts";
import { inBatches } from "../history/in-batches.ts";
import type { AttemptKey, RunStore, StoredRun } from "../ports.ts";
import { finishedAtMs } from "../models/tabulate-runs.ts";

/** Runs whose jobs are held at once: a matrix may make 256 of each. */
const BATCH_RUNS = 250;
/** While a history is read from its first run on, states saved on the way are marked so. */
const FIRST_LOOK = `${ENGINE}, first look`;
/** More late runs than this share are an older part of the history, collected or imported afterwards: it is read anew. */
const LATE_SHARE_MAX = 0.05;
/** Late runs that are named and marked in one go. */
const LATE_AT_ONCE = 10_000;
/** What GitHub did not answer so often is not waited for. */
const ASKED_IN_VAIN_MAX = 2;

export interface RepositoryDeps {
  readonly store: RunStore & ChangeStore;
  readonly repository: Repository;
  readonly feedback: ChangeFeedback;
  readonly prices: PriceTable;
  readonly windowMs: number;
  /** A look at a long history is saved after so many runs, so that a stop loses little. */
  readonly saveAfterRuns: number;
  readonly nowMs: number;
  /** When its runs were last collected to the end; null when never: a schedule is silent only where somebody listened. */
  readonly collectedAtMs: number | null;
  readonly signal: { readonly aborted: boolean };
  readonly onRuns: (count: number) => void;
}

export interface RepositoryOutcome {
  readonly said: readonly NewChange[];
  readonly seriesCount: number;
  /** Runs that entered the saved states, and those looked at within the window. */
  readonly passedCount: number;
  readonly windowCount: number;
  readonly late: readonly StoredRun[];
  /** Whether its history was read again from the first run on. */
  readonly isReadAgain: boolean;
  readonly isComplete: boolean;
}

/**
 * Looks at the runs of one repository from the checkpoint on. Those that finished before the window go into the saved states for
 * good; those within are shown to the states in memory alone, and again the next time. Null when another process moved the
 * checkpoint meanwhile: then nothing more was saved.
 */
export async function watchRepository(deps: RepositoryDeps): Promise<RepositoryOutcome | null> {
  const { store, repository, nowMs, windowMs, signal } = deps;
  const { id: repositoryId } = repository;
  const begun = await beginAt(deps);
  let { version } = begun;
  const lastMs = await store.lastFinishedMs(repositoryId);
  const nothing = {
    said: [],
    seriesCount: 0,
    passedCount: 0,
    windowCount: 0,
    late: begun.late,
    isReadAgain: begun.isReadAgain,
  };
  if (lastMs === null) return { ...nothing, isComplete: true };
  // a run whose end lies in the future by a wrong clock must not close the window on all others
  const windowFromMs = Math.min(lastMs, nowMs) - windowMs;
  // nor does it close on runs whose jobs are still to come, as in a long first collection
  const askedForMs = (await store.oldestAskedForMs(repositoryId, ASKED_IN_VAIN_MAX)) ?? windowFromMs;
  const passUntilMs = Math.max(begun.checkpointMs ?? Number.NEGATIVE_INFINITY, Math.min(windowFromMs, askedForMs));

  const load = (workflowId: number) => store.watchedSeries(repositoryId, { workflowId });
  const costOf = runCost(repository.visibility, deps.prices);
  const set = seriesSet({ repositoryId, feedback: deps.feedback, nowMs, load });
  for (const workflowId of await openWorkflows(deps, begun)) await set.open(workflowId);
  const allSaid: NewChange[] = [];
  let passed: AttemptKey[] = [];
  let late: readonly StoredRun[] = begun.late;
  let passedCount = 0;
  let windowCount = 0;
  let checkpointMs = begun.checkpointMs;

  /** Saves where the states stand; `isLast` takes back what nobody says any more, which a later part of the runs may yet say. */
  const save = async (touched: readonly WatchedSeries[], isLast: boolean): Promise<boolean> => {
    const touchedIds = new Set(touched.map(({ seriesId }) => seriesId));
    const rebarred =
      version === begun.version ? set.rebarred().filter(({ seriesId }) => !touchedIds.has(seriesId)) : [];
    const series = [...touched, ...rebarred];
    const said = await newWords(deps, set, begun.isAnew, isLast);
    const isIdle = series.length === 0 && passed.length === 0 && late.length === 0 && said.length === 0;
    if (isIdle && checkpointMs === begun.checkpointMs) return true;
    const engine = begun.isAnew && !isLast ? FIRST_LOOK : ENGINE;
    const step = { repositoryId, fromVersion: version, engine, checkpointMs, series };
    const isSaved = await store.saveWatch({ ...step, passedRuns: passed, lateRuns: late, said });
    if (!isSaved) return false;
    version++;
    allSaid.push(...said);
    passed = [];
    late = [];
    return true;
  };

  let snapshot: readonly WatchedSeries[] | null = null;
  let placed = 0;
  const unwatched = store.unwatchedRuns(repositoryId, begun.checkpointMs);
  for await (const runs of inBatches(unwatched, BATCH_RUNS)) {
    if (signal.aborted) return { ...nothing, said: allSaid, seriesCount: count(set), passedCount, isComplete: false };
    const jobs = Map.groupBy(await store.jobsOf(runs), keyOf);
    for (const run of runs) {
      const atMs = finishedAtMs(run);
      if (atMs >= passUntilMs) snapshot ??= snapshotOf(set);
      else if (passed.length >= deps.saveAfterRuns && atMs > placed) {
        // between two instants: runs that finished at one are always on one side of the checkpoint
        checkpointMs = atMs;
        const states = snapshotOf(set);
        if (!(await save(states, false))) return null;
        forgetWords(set);
      }
      placed = atMs;
      const ofRun = jobs.get(keyOf(run)) ?? [];
      await set.observe(run, ofRun, costOf(ofRun), atMs);
      if (snapshot === null) {
        passed.push({ repositoryId, runId: run.runId, runAttempt: run.runAttempt });
        passedCount++;
      } else windowCount++;
    }
    deps.onRuns(runs.length);
  }
  snapshot ??= snapshotOf(set);
  checkpointMs = passUntilMs;
  const listenedUntilMs = Math.min(nowMs, Math.max(lastMs, deps.collectedAtMs ?? lastMs));
  for (const series of set.all()) series.words.push(...series.watch.check({ nowMs, listenedUntilMs }));
  if (!(await save(snapshot, true))) return null;
  const outcome = { said: allSaid, seriesCount: count(set), passedCount, windowCount, late: begun.late };
  return { ...outcome, isReadAgain: begun.isReadAgain, isComplete: true };
}

/** Where to begin: at the checkpoint, or at the first run where there is none, or none that can be gone on from. */
async function beginAt({ store, repository }: RepositoryDeps) {
  const watch = await store.watchOf(repository.id);
  const fromFirstRun = { checkpointMs: null, late: [], isAnew: true };
  if (watch === null) return { ...fromFirstRun, version: 0, isReadAgain: false };
  if (watch.checkpointMs === null) return { ...fromFirstRun, version: watch.version, isReadAgain: true };
  const { checkpointMs, version, runCount, engine } = watch;
  const late = await store.lateRuns(repository.id, checkpointMs, LATE_AT_ONCE);
  const isKnown = engine === ENGINE || engine === FIRST_LOOK;
  const canGoOn = isKnown && late.length < LATE_AT_ONCE && late.length <= LATE_SHARE_MAX * runCount;
  if (canGoOn) return { checkpointMs, version, late, isAnew: engine === FIRST_LOOK, isReadAgain: false };
  await store.forgetWatch(repository.id);
  return { ...fromFirstRun, version: version + 1, isReadAgain: true };
}

/** Workflows that are looked at though no run of theirs may have come. */
async function openWorkflows(
  { store, repository, feedback }: RepositoryDeps,
  { checkpointMs, isAnew }: { readonly checkpointMs: number | null; readonly isAnew: boolean },
): Promise<ReadonlySet<number>> {
  if (checkpointMs === null) return new Set();
  const open = await store.watchedSeries(repository.id, isAnew ? "all" : "open");
  const accepted = feedback.accepted
    .filter(({ acceptedAtMs }) => acceptedAtMs >= checkpointMs)
    .map(({ seriesId }) => seriesOf(seriesId))
    .filter(({ repositoryId }) => repositoryId === repository.id);
  return new Set([...open, ...accepted].map(({ workflowId }) => workflowId));
}

/** The words since the last checkpoint beside those that were kept, and what is to be appended for it. */
async function newWords(
  { store, repository, nowMs }: RepositoryDeps,
  set: SeriesSet,
  isAnew: boolean,
  isLast: boolean,
): Promise<readonly NewChange[]> {
  const ids = [...set.all()].map(({ id }) => id);
  const held = Map.groupBy(await store.heldWords(repository.id, isAnew ? null : ids), (word) => word.seriesId);
  const said: { readonly change: NewChange; readonly atMs: number }[] = [];
  for (const id of new Set([...ids, ...held.keys()])) {
    const series = set.get(id);
    const words = held.get(id) ?? [];
    const now = series?.words ?? [];
    if (words.length === 0 && now.length === 0) continue;
    let atMs = Number.NEGATIVE_INFINITY;
    for (const change of amend(beside(id, words, series?.wordCount ?? 0, now, isLast), nowMs)) {
      atMs = Math.max(atMs, change.event.at.atMs);
      said.push({ change, atMs });
    }
  }
  // in the order in which it could have been said; of one series as it comes
  return said.toSorted((one, other) => one.atMs - other.atMs).map(({ change }) => change);
}

function beside(
  seriesId: string,
  words: readonly HeldWord[],
  wordCount: number,
  now: readonly ChangeEvent[],
  isLast: boolean,
): Said {
  const eventsOf = (some: readonly HeldWord[]) => some.map(({ event }) => event);
  const earlier = eventsOf(words.filter(({ word }) => word <= wordCount));
  const held = eventsOf(words.filter(({ word }) => word > wordCount));
  const mayFollow = !isLast && now.every((event, place) => place >= held.length || isSameWord(event, held[place]!));
  return { seriesId, wordCount, earlier, held: mayFollow ? held.slice(0, now.length) : held, now };
}

/** The states as they are now, of the series that differ from what was saved. */
function snapshotOf(set: SeriesSet): readonly WatchedSeries[] {
  const snapshot: WatchedSeries[] = [];
  for (const series of set.all()) {
    const isOpen = series.watch.isOpen();
    if (!series.isTouched && isOpen === series.isOpen) continue;
    series.isTouched = false;
    series.isOpen = isOpen;
    snapshot.push({
      seriesId: series.id,
      workflowId: series.workflowId,
      state: JSON.stringify(series.watch.state()),
      wordCount: series.wordCount + series.words.length,
      isOpen,
    });
  }
  return snapshot;
}

/** What was said up to a checkpoint that is saved stays said. */
function forgetWords(set: SeriesSet): void {
  for (const series of set.all()) {
    series.wordCount += series.words.length;
    series.words = [];
  }
}

const count = (set: SeriesSet): number => [...set.all()].length;

const keyOf = ({ repositoryId, runId, runAttempt }: AttemptKey): string => `${repositoryId}/${runId}/${runAttempt}`;
