import assert from "node:assert/strict";
import type { ChangeEvent, RunMark } from "@oddrun/core";
import type { ChangeStore, NewChange, WatchedSeries, WatchStep } from "../../operations/changes/change-store.ts";
import type { CollectionStore } from "../../operations/collect/collection-store.ts";
import type { RunStore, StoredRun } from "../../operations/ports.ts";
import { aBatch, aPart, aRun, aTask, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const MINUTE_MS = 60_000;
const markOf = (runId: number): RunMark => ({ runId, runAttempt: 1, atMs: START + runId * MINUTE_MS });

export function aChangeEvent(change: Partial<ChangeEvent> = {}): ChangeEvent {
  return {
    state: "told",
    changeNumber: 1,
    direction: "up",
    onset: markOf(3),
    at: markOf(9),
    usual: 300_000,
    level: 450_000,
    score: 1.25,
    runCount: 6,
    isYoung: false,
    ...change,
  };
}

const SERIES = '[7,70,"default","push","run","duration","",""]';
const OTHER = '[7,71,"default","push","job","failure","büild (1, \\u0000)",""]';

const said = (word: number, change: Partial<NewChange> & { readonly event?: ChangeEvent } = {}): NewChange => ({
  seriesId: SERIES,
  word,
  event: aChangeEvent(),
  isCorrection: false,
  saidAtMs: START,
  ...change,
});

const aSeries = (change: Partial<WatchedSeries> = {}): WatchedSeries => ({
  seriesId: SERIES,
  workflowId: 70,
  state: '{"level":1.5}',
  wordCount: 2,
  isOpen: false,
  ...change,
});

const aStep = (change: Partial<WatchStep> = {}): WatchStep => ({
  repositoryId: 7,
  fromVersion: 0,
  engine: "one",
  checkpointMs: null,
  series: [],
  passedRuns: [],
  lateRuns: [],
  said: [],
  ...change,
});

type Tested = ChangeStore & RunStore & CollectionStore;

/** What every store of changes must do; `open` gives an empty one, and the test closes it. */
export function changeStoreContract(name: string, open: () => Promise<Tested>): void {
  const storeTest = storeTests(name, open);

  const finished = (...runIds: readonly number[]) =>
    aBatch({ runs: runIds.map((runId) => aRun({ runId, completedAtMs: markOf(runId).atMs })) });
  const idsOf = (runs: readonly StoredRun[]) => runs.map(({ runId }) => runId);
  const unwatched = async (store: Tested, fromMs: number | null) => {
    const runs: StoredRun[] = [];
    for await (const run of store.unwatchedRuns(7, fromMs)) runs.push(run);
    return idsOf(runs);
  };

  storeTest("what is said is appended with a revision a series and a place over all of them", async (store) => {
    await store.saveWatch(aStep({ said: [said(1), said(1, { seriesId: OTHER }), said(2)] }));
    await store.saveWatch(aStep({ repositoryId: 8, said: [said(1)] }));
    const all = await store.changes();
    assert.deepEqual(
      all.map(({ repositoryId, seriesId, revision, place }) => [repositoryId, seriesId, revision, place]),
      [
        [7, SERIES, 1, 1],
        [7, OTHER, 1, 2],
        [7, SERIES, 2, 3],
        [8, SERIES, 1, 4],
      ],
    );
    assert.deepEqual(all[0]?.event, aChangeEvent());
    const places = async (filter: Parameters<ChangeStore["changes"]>[0]) =>
      (await store.changes(filter)).map(({ place }) => place);
    assert.deepEqual(await places({ afterPlace: 2 }), [3, 4]);
    assert.deepEqual(await places({ repositoryId: 7, limit: 2 }), [1, 2]);
    assert.deepEqual(await places({ seriesId: SERIES, repositoryId: 7 }), [1, 3]);
  });

  storeTest("a word takes the place of those from its number on, a correction ends them", async (store) => {
    const grown = aChangeEvent({ state: "grown" });
    const first = [said(1), said(2, { event: grown }), said(1, { seriesId: OTHER })];
    await store.saveWatch(aStep({ said: first }));
    const words = async () =>
      (await store.heldWords(7, null)).map((held) => [held.seriesId, held.word, held.event.state]);
    assert.deepEqual(await words(), [
      [SERIES, 1, "told"],
      [SERIES, 2, "grown"],
      [OTHER, 1, "told"],
    ]);
    await store.saveWatch(aStep({ fromVersion: 1, said: [said(2, { isCorrection: true }), said(2)] }));
    assert.deepEqual((await words()).slice(0, 2), [
      [SERIES, 1, "told"],
      [SERIES, 2, "told"],
    ]);
    const gone = { seriesId: OTHER, isCorrection: true, event: aChangeEvent({ state: "withdrawn" }) };
    await store.saveWatch(aStep({ fromVersion: 2, said: [said(1, gone)] }));
    assert.equal((await words()).length, 2);
    assert.deepEqual(await store.heldWords(7, [OTHER]), []);
    assert.equal((await store.changes()).length, 6, "nothing that was said is gone");
  });

  storeTest("a step is saved with its states, or not at all when the watch moved on", async (store) => {
    assert.equal(await store.watchOf(7), null);
    await store.save(finished(1, 2, 3));
    const step = aStep({
      checkpointMs: 5,
      series: [aSeries(), aSeries({ seriesId: OTHER, workflowId: 71, isOpen: true })],
    });
    assert.equal(await store.saveWatch({ ...step, passedRuns: [markKey(1), markKey(2)] }), true);
    assert.equal(await store.saveWatch({ ...step, said: [said(1)], passedRuns: [markKey(3)] }), false);
    assert.deepEqual(await store.changes(), []);
    assert.deepEqual(await store.watchOf(7), {
      repositoryId: 7,
      checkpointMs: 5,
      engine: "one",
      version: 1,
      runCount: 2,
      lateCount: 0,
    });
    assert.deepEqual(await store.watchedSeries(7, { workflowId: 70 }), [aSeries()]);
    const [opened, ...others] = await store.watchedSeries(7, "open");
    assert.deepEqual([opened?.seriesId, others.length], [OTHER, 0]);
    assert.equal((await store.watchedSeries(7, "all")).length, 2);
    const later = aSeries({ state: "[]", wordCount: 3, isOpen: true });
    assert.equal(await store.saveWatch(aStep({ fromVersion: 1, series: [later] })), true);
    assert.deepEqual(await store.watchedSeries(7, { workflowId: 70 }), [later]);
  });

  storeTest("runs are given in order of completion until they are in the states, or were late", async (store) => {
    await store.save(finished(4, 1, 3, 2));
    await store.save({ ...aBatch({ runs: [aRun({ runId: 9, repositoryId: 8 })] }), repositories: [] });
    await store.save(aBatch({ runs: [aRun({ runId: 5, conclusion: null, completedAtMs: null })] }));
    assert.deepEqual(await unwatched(store, null), [1, 2, 3, 4]);
    assert.deepEqual([await store.lastFinishedMs(7), await store.lastFinishedMs(9)], [markOf(4).atMs, null]);
    await store.saveWatch(aStep({ passedRuns: [markKey(1), markKey(3)] }));
    assert.deepEqual(await unwatched(store, markOf(4).atMs), [4]);
    assert.deepEqual(idsOf(await store.lateRuns(7, markOf(4).atMs, 10)), [2]);
    await store.saveWatch(aStep({ fromVersion: 1, lateRuns: [markKey(2)] }));
    assert.deepEqual(await store.lateRuns(7, markOf(4).atMs, 10), []);
    assert.deepEqual(await unwatched(store, null), [4]);
    assert.equal((await store.watchOf(7))?.lateCount, 1);
    await store.save(finished(1, 2, 3, 4));
    assert.deepEqual(await unwatched(store, null), [4], "a run that is saved again stays where it is");
  });

  storeTest("the oldest run that is still asked about is known, until it was tried too often", async (store) => {
    const task = (runId: number) => aTask({ runId, createdAtMs: START + runId });
    await store.saveCollected(aPart({ newTasks: [task(3), task(2)] }));
    assert.deepEqual([await store.oldestAskedForMs(7, 1), await store.oldestAskedForMs(8, 1)], [START + 2, null]);
    for (const _ of [1, 2]) await store.saveCollected(aPart({ failedTasks: [task(2)] }));
    assert.equal(await store.oldestAskedForMs(7, 1), START + 3);
  });

  storeTest("what is given up is looked at anew from the first run; what was said stays", async (store) => {
    await store.save(finished(1, 2));
    await store.saveWatch(aStep({ checkpointMs: 5, passedRuns: [markKey(1)], series: [aSeries()], said: [said(1)] }));
    await store.forgetWatch(7);
    assert.deepEqual(await unwatched(store, null), [1, 2]);
    assert.deepEqual(await store.watchedSeries(7, { workflowId: 70 }), []);
    const { checkpointMs, runCount, version } = (await store.watchOf(7))!;
    assert.deepEqual([checkpointMs, runCount, version], [null, 0, 2]);
    assert.equal((await store.changes()).length, 1);
    await store.forgetWatch(8);
    assert.equal(await store.watchOf(8), null);
  });

  storeTest("a history that becomes part of another one is looked at anew with it", async (store) => {
    const { id } = await store.ensureRepository("octo/widgets");
    await store.save({ ...aBatch({ runs: [aRun({ repositoryId: id, runId: 1 })] }), repositories: [] });
    await store.save({ ...aBatch({ runs: [aRun({ repositoryId: 7, runId: 2 })] }), repositories: [] });
    const key = (repositoryId: number, runId: number) => ({ repositoryId, runId, runAttempt: 1 });
    await store.saveWatch(aStep({ repositoryId: id, passedRuns: [key(id, 1)], series: [aSeries()], said: [said(1)] }));
    await store.saveWatch(aStep({ passedRuns: [key(7, 2)], series: [aSeries()], said: [said(1)] }));
    await store.adoptRepository({ id: 7, fullName: "octo/widgets", defaultBranch: "main", visibility: null });
    assert.deepEqual(await unwatched(store, null), [1, 2]);
    assert.deepEqual(
      (await store.changes()).map(({ repositoryId }) => repositoryId),
      [7],
    );
    assert.equal(await store.watchOf(id), null);
    await store.saveWatch(aStep({ fromVersion: 2, checkpointMs: 5, passedRuns: [key(7, 1), key(7, 2)] }));
    await store.adoptRepository({ id: 7, fullName: "octo/widgets", defaultBranch: "main", visibility: null });
    assert.equal((await store.watchOf(7))?.checkpointMs, 5, "a later collection finds nothing to take in");
  });
}

const markKey = (runId: number) => ({ repositoryId: 7, runId, runAttempt: 1 });
