import assert from "node:assert/strict";
import { amendIncidents, appended, type ChangeEvent, type ChangeWord, incidentAt, seriesId } from "@oddrun/core";
import type { IncidentStore } from "../../operations/incidents/incident-store.ts";
import { updateIncidents } from "../../operations/incidents/incidents-update.ts";
import type { Store } from "./sql-store.ts";
import { aBatch, aPart, aRun, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const DAY_MS = 86_400_000;

export function aWord(
  series: { readonly repositoryId?: number; readonly workflowId?: number; readonly job?: string } = {},
  event: Partial<ChangeEvent> & { readonly day?: number } = {},
): ChangeWord {
  const { day = 1, ...change } = event;
  const { repositoryId = 7, workflowId = 70, job = "" } = series;
  const scope = job === "" ? "run" : "job";
  const context = { branches: "default", event: "push", measure: "duration", part: "" } as const;
  const atMs = START + day * DAY_MS;
  return {
    seriesId: seriesId({ repositoryId, workflowId, job, scope, ...context }),
    event: {
      state: "told",
      changeNumber: 1,
      direction: "up",
      onset: { runId: 1000, runAttempt: 1, atMs: atMs - DAY_MS },
      at: { runId: 1010, runAttempt: 1, atMs },
      usual: 300_000,
      level: 450_000.5,
      score: 1.25,
      runCount: 11,
      isYoung: false,
      ...change,
    },
  };
}

/** Puts the words into incidents, as `updateIncidents` does. */
export function say(store: IncidentStore, words: readonly ChangeWord[]) {
  const changes = words.map(({ seriesId: id, event }) => ({ seriesId: id, changeNumber: event.changeNumber }));
  return store.amendIncidents({ changes, sinceMs: 0 }, (known, { nextNumber }) => ({
    records: amendIncidents({ known, nextNumber, words, activity: [], latenessMs: 0 }),
  }));
}

/** A person's word at that day. */
function decide(store: IncidentStore, number: number, what: "rejected" | "accepted" | "muted", day: number) {
  return store.amendIncidents({ changes: [], numbers: [number], sinceMs: null }, ([known]) => ({
    records: [
      appended(known!, [
        {
          place: 0,
          what,
          atMs: START + day * DAY_MS,
          who: "ada",
          isCorrection: false,
          note: "because\0",
          change: null,
          untilMs: what === "muted" ? START + 9 * DAY_MS : null,
          other: null,
        },
      ]),
    ],
  }));
}

/** What every incident store must do; `open` gives an empty one, and the test closes it. */
export function incidentStoreContract(name: string, open: () => Promise<Store>): void {
  const storeTest = storeTests(name, open);
  const now = START + 2 * DAY_MS;

  storeTest("an incident comes back as it was amended, with all of its history", async (store) => {
    const { records } = await say(store, [aWord(), aWord({ job: "test (ü)" })]);
    await decide(store, 1, "muted", 2);
    const found = await store.incident(1, now);
    const [record] = records;
    const { state, mutedUntilMs, history, changes } = found!;
    assert.deepEqual([state, mutedUntilMs], ["muted", START + 9 * DAY_MS]);
    assert.deepEqual(history.slice(0, 2), record!.history);
    assert.deepEqual([history[2]!.note, history[2]!.who, history[2]!.place], ["because\ufffd", "ada", 3]);
    assert.deepEqual(changes, incidentAt(record!, now).changes);
    assert.equal(await store.incident(2, now), null);
    assert.equal(await store.countIncidents(), 1);
  });

  storeTest("what is known of a change, and what lies near, is given to decide upon; nothing else", async (store) => {
    await say(store, [aWord({}, { day: 1 }), aWord({}, { day: 50, changeNumber: 2 })]);
    const known = (changes: readonly ChangeWord[], sinceMs: number | null) =>
      store.amendIncidents(
        {
          changes: changes.map(({ seriesId: id, event }) => ({ seriesId: id, changeNumber: event.changeNumber })),
          sinceMs,
        },
        (records, { nextNumber }) => ({ records: [], numbers: records.map(({ number }) => number), nextNumber }),
      );
    assert.deepEqual((await known([], START + 40 * DAY_MS)).numbers, [2]);
    assert.deepEqual((await known([aWord()], START + 40 * DAY_MS)).numbers, [1, 2]);
    assert.deepEqual((await known([aWord({}, { changeNumber: 3 })], null)).numbers, []);
    assert.equal((await known([], null)).nextNumber, 3);
  });

  storeTest("a decision that fails leaves nothing behind", async (store) => {
    await say(store, [aWord()]);
    const failing = store.amendIncidents({ changes: [], numbers: [1], sinceMs: null }, (known) => {
      // a place that is taken cannot be taken again
      const [record] = known;
      return {
        records: [
          { ...record!, number: 2, family: "other" },
          { ...record!, number: 2 },
        ],
        readPlace: 9,
      };
    });
    await assert.rejects(failing);
    assert.deepEqual([await store.countIncidents(), await store.readPlace()], [1, 0]);
    assert.equal((await store.incident(1, now))!.family, "more time");
  });

  storeTest("a change that goes to another incident is in that one only", async (store) => {
    await say(store, [aWord(), aWord({ job: "a" }, { day: 30 })]);
    await store.amendIncidents({ changes: [], sinceMs: 0 }, ([one, other]) => ({
      records: [
        { ...one!, changes: [...one!.changes, ...other!.changes] },
        { ...other!, changes: [] },
      ],
    }));
    const [other, one] = await store.incidents({}, now);
    assert.deepEqual([one!.changes.length, other!.changes.length], [2, 0]);
  });

  storeTest("the list is by number, newest first, within repository, workflow, state and time", async (store) => {
    await store.save(
      aBatch({
        repositories: [
          { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null },
          { id: 8, fullName: "octo/other", defaultBranch: "main", visibility: null },
        ],
      }),
    );
    await say(store, [
      aWord({}, { day: 1 }),
      aWord({}, { day: 5, state: "recovered" }),
      aWord({}, { day: 50, changeNumber: 2 }),
      aWord({ repositoryId: 8 }, { day: 50 }),
      aWord({ workflowId: 71 }, { day: 90 }),
    ]);
    const numbers = async (filter: Parameters<Store["incidents"]>[0]) =>
      (await store.incidents(filter, START + 90 * DAY_MS)).map(({ number }) => number);
    assert.deepEqual(await numbers({}), [4, 3, 2, 1]);
    assert.deepEqual(await numbers({ repository: "OCTO/widgets" }), [4, 3, 1]);
    assert.deepEqual(await numbers({ repository: "octo/none" }), []);
    for (const workflow of ["CI", "ci.yml", ".github/workflows/ci.yml"]) {
      assert.deepEqual(await numbers({ workflow }), [3, 1], workflow);
    }
    assert.deepEqual(await numbers({ states: ["new", "recovered"] }), [4, 1]);
    assert.deepEqual(await numbers({ sinceMs: START + 6 * DAY_MS }), [4, 3, 2]);
    assert.deepEqual(await numbers({ sinceMs: START + 5 * DAY_MS }), [4, 3, 2, 1]);
    assert.deepEqual(await numbers({ numbers: [2, 9] }), [2]);
  });

  storeTest("what people say is read by series: a raised bar, a level that was accepted", async (store) => {
    const [first, second] = [aWord(), aWord({ repositoryId: 8 })];
    await say(store, [first, second]);
    assert.deepEqual([(await store.barsOfSeries()).size, await store.acceptedChanges()], [0, []]);
    await decide(store, 1, "rejected", 2);
    await decide(store, 2, "accepted", 3);
    assert.deepEqual(
      [...(await store.barsOfSeries())],
      [[first.seriesId, { bar: 1.375, sinceMs: START + 2 * DAY_MS }]],
    );
    assert.deepEqual(await store.acceptedChanges(), [
      { seriesId: second.seriesId, changeNumber: 1, acceptedAtMs: START + 3 * DAY_MS },
    ]);
  });

  storeTest("every workflow that ran is known with its first and last end", async (store) => {
    const at = (day: number) => ({ completedAtMs: START + day * DAY_MS });
    const runs = [aRun({ runId: 1, ...at(1) }), aRun({ runId: 2, ...at(4) }), aRun({ runId: 3, conclusion: null })];
    await store.save(aBatch({ runs }));
    assert.deepEqual(await store.workflowActivity(), [
      { repositoryId: 7, workflowId: 70, firstMs: START + DAY_MS, lastMs: START + 4 * DAY_MS },
    ]);
  });

  storeTest("what was said of changes is read into incidents once, by however many at once", async (store) => {
    const said = [aWord(), aWord({ job: "a" }), aWord({}, { day: 9, state: "recovered" })].map(
      ({ seriesId: id, event }, index) => ({ seriesId: id, event, word: index + 1, isCorrection: false, saidAtMs: 0 }),
    );
    const step = { repositoryId: 7, engine: "1", checkpointMs: null, series: [], passedRuns: [], lateRuns: [] };
    await store.saveWatch({ ...step, fromVersion: 0, said });
    const updates = await Promise.all([updateIncidents(store), updateIncidents(store), updateIncidents(store)]);
    assert.deepEqual(
      updates.map(({ changeCount }) => changeCount).toSorted((one, other) => one - other),
      [0, 0, 3],
    );
    const incident = (await store.incident(1, now))!;
    assert.deepEqual([incident.state, incident.changes.length, incident.history.length], ["recovered", 2, 3]);
    assert.equal(await store.readPlace(), 3);
    assert.deepEqual(await updateIncidents(store), { changeCount: 0, numbers: [] });
    const correction = { ...aWord({}, { day: 9, state: "grown" }), word: 2, isCorrection: true, saidAtMs: 1 };
    await store.saveWatch({ ...step, fromVersion: 1, said: [correction] });
    assert.deepEqual((await updateIncidents(store)).numbers, [1]);
    assert.equal((await store.incident(1, START + 90 * DAY_MS))!.state, "ongoing");
  });

  storeTest(
    "incidents of an import go on under the ids that GitHub tells, with what people said of them",
    async (store) => {
      const imported = await store.ensureRepository("octo/Widgets");
      const workflow = await store.ensureWorkflow(imported.id, "CI");
      const ids = { repositoryId: imported.id, workflowId: workflow.id };
      await store.save(aBatch({ repositories: [], workflows: [], runs: [aRun({ runId: 1, ...ids })] }));
      await say(store, [aWord(ids)]);
      await decide(store, 1, "rejected", 2);
      await store.adoptRepository({
        id: 7,
        fullName: "octo/Widgets",
        defaultBranch: "main",
        visibility: null,
        webUrl: null,
        apiUrl: null,
      });
      await store.saveCollected(aPart({ batch: aBatch() }));
      await store.adoptRepository({
        id: 7,
        fullName: "octo/Widgets",
        defaultBranch: "main",
        visibility: null,
        webUrl: null,
        apiUrl: null,
      });
      const incident = (await store.incident(1, now))!;
      assert.deepEqual([incident.repositoryIds, incident.repositoryId, incident.state], [[7], 7, "rejected"]);
      assert.deepEqual([...(await store.barsOfSeries()).keys()].length, 1);
    },
  );
}
