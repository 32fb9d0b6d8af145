import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesOf } from "@oddrun/core";
import { held, look, newStore, standing, told, WINDOW_MS } from "./change-look.contract.ts";
import {
  type Arrival,
  anArrival,
  batchOf,
  changingHistory,
  HOUR_MS,
  MINUTE_MS,
  REPOSITORY,
  START,
} from "./changing-history.contract.ts";

const runs = (
  from: number,
  to: number,
  change: (place: number) => Partial<Parameters<typeof anArrival>[0]> = () => ({}),
) =>
  Array.from({ length: to - from }, (_, index): Arrival => {
    const place = from + index;
    return anArrival({ runId: 1000 + place, startMs: START + place * 30 * MINUTE_MS, ...change(place) });
  });
const at = (place: number): number => START + place * 30 * MINUTE_MS + HOUR_MS;
const ids = (events: readonly { readonly event: { readonly onset: { readonly runId: number } } }[]) =>
  events.map(({ event }) => event.onset.runId);

test("a run that comes later than the window is counted and named once, and not used", async () => {
  const store = await newStore();
  const all = runs(0, 200);
  const [late] = all.splice(40, 1);
  await store.save(batchOf(all));
  await look(store, at(200));
  await store.save(batchOf([late!]));
  const summary = await look(store, at(200));
  assert.equal(summary.lateCount, 1);
  assert.deepEqual(summary.lateRuns, [
    {
      repositoryName: "acme/shop",
      workflowName: "CI",
      runId: 1040,
      runAttempt: 1,
      completedAtMs: late!.run.completedAtMs,
    },
  ]);
  assert.deepEqual(summary.readAgain, []);
  assert.equal((await look(store, at(200))).lateCount, 0);
  assert.equal((await store.watchOf(REPOSITORY.id))?.lateCount, 1);
  await store.close();
});

test("an older part of the history that comes later is read with the rest, from the first run on", async () => {
  const history = changingHistory();
  const endMs = Math.max(...history.map(({ run }) => run.completedAtMs!)) + WINDOW_MS;
  const whole = await newStore();
  await whole.save(batchOf(history));
  await look(whole, endMs);
  const parts = await newStore();
  const newer = history.filter(({ run }) => run.completedAtMs! > START + 70 * HOUR_MS);
  await parts.save(batchOf(newer));
  await look(parts, endMs);
  assert.notDeepEqual(await held(parts), await held(whole));
  await parts.save(batchOf(history.filter((arrival) => !newer.includes(arrival))));
  const summary = await look(parts, endMs);
  assert.deepEqual([summary.lateCount, summary.readAgain], [0, ["acme/shop"]]);
  assert.deepEqual(await held(parts), await held(whole));
  assert.deepEqual(await standing(parts), await standing(whole));
  await whole.close();
  await parts.close();
});

test("what late runs take back is said so by a further revision, and nothing that was said is rewritten", async () => {
  const store = await newStore();
  const slow = (place: number) => ({ factor: place < 100 ? 1 : 1.6 });
  // every second run of the slow stretch is as usual, and comes later: nothing has moved for good
  const first = runs(0, 130, slow).filter((_, place) => place < 100 || place % 2 === 0);
  await store.save(batchOf(first));
  await look(store, at(130), { windowMs: 40 * HOUR_MS });
  assert.deepEqual(ids(await told(store, "duration")), [1100]);
  const before = await store.changes();
  await store.save(batchOf(runs(100, 130).filter((_, place) => place % 2 === 1)));
  const summary = await look(store, at(130), { windowMs: 40 * HOUR_MS });
  assert.ok(summary.correctedCount > 0);
  const now = await store.changes();
  assert.deepEqual(now.slice(0, before.length), before);
  const ofRuns = now.filter(({ seriesId }) => {
    const { scope, measure } = seriesOf(seriesId);
    return scope === "run" && measure === "duration";
  });
  assert.deepEqual([ofRuns.at(-1)?.event.state, ofRuns.at(-1)?.isCorrection], ["withdrawn", true]);
  assert.deepEqual(
    ofRuns.map(({ revision }) => revision),
    ofRuns.map((_, place) => place + 1),
  );
  assert.deepEqual(await held(store), []);
  await store.close();
});

test("two looks at once say everything once", async () => {
  const store = await newStore();
  const history = changingHistory();
  await store.save(batchOf(history));
  const endMs = Math.max(...history.map(({ run }) => run.completedAtMs!)) + WINDOW_MS;
  await Promise.all([look(store, endMs), look(store, endMs), look(store, endMs)]);
  const said = (await store.changes()).map(({ seriesId, event }) => `${seriesId} ${JSON.stringify(event)}`);
  assert.equal(new Set(said).size, said.length);
  assert.deepEqual(ids(await told(store, "duration")), [1110]);
  await store.close();
});

test("states of another engine are made anew, and what was said stays as it is where it is the same", async () => {
  const store = await newStore();
  await store.save(batchOf(runs(0, 160, (place) => ({ factor: place < 100 ? 1 : 1.6 }))));
  await look(store, at(160));
  const said = await store.changes();
  const { version, checkpointMs } = (await store.watchOf(REPOSITORY.id))!;
  const step = { repositoryId: REPOSITORY.id, fromVersion: version, engine: "older", checkpointMs, series: [] };
  await store.saveWatch({ ...step, passedRuns: [], lateRuns: [], said: [] });
  const summary = await look(store, at(160));
  assert.deepEqual(summary.readAgain, ["acme/shop"]);
  assert.deepEqual(await store.changes(), said);
  await store.close();
});

test("an end that lies in the future by a wrong clock closes the window on no other run", async () => {
  const store = await newStore();
  await store.save(batchOf([...runs(0, 100), anArrival({ runId: 9000, startMs: at(5000) })]));
  await look(store, at(100));
  await store.save(batchOf(runs(100, 160, () => ({ factor: 1.6 }))));
  const summary = await look(store, at(160));
  assert.equal(summary.lateCount, 0);
  assert.deepEqual(ids(await told(store, "duration")), [1100]);
  await store.close();
});

test("the window stays open for runs whose jobs GitHub is still to be asked for", async () => {
  const store = await newStore();
  const all = runs(0, 160, (place) => ({ factor: place < 100 ? 1 : 1.6 }));
  const tasks = all.map(({ run: { repositoryId, runId, runAttempt, createdAtMs } }) => ({
    repositoryId,
    runId,
    runAttempt,
    kind: "jobs" as const,
    createdAtMs: createdAtMs!,
  }));
  const nothing = { batch: batchOf([]), listed: [], newTasks: [], doneTasks: [], failedTasks: [], readMarks: [] };
  await store.save(batchOf(all.map(({ run }) => ({ run, jobs: [] }))));
  await store.saveCollected({ ...nothing, newTasks: tasks });
  await look(store, at(160));
  assert.deepEqual(ids(await told(store, "duration")), [1100]);
  assert.deepEqual(await told(store, "duration", "job"), []);
  await store.saveCollected({ ...nothing, batch: batchOf(all), doneTasks: tasks });
  const summary = await look(store, at(160));
  assert.deepEqual([summary.lateCount, summary.correctedCount], [0, 0]);
  assert.deepEqual(ids(await told(store, "duration", "job")), [1100, 1100]);
  await store.close();
});
