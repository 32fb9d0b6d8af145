import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesId, seriesOf } from "@oddrun/core";
import { levelWords } from "../../operations/incidents/incidents-words.ts";
import { look, newStore, told } from "./change-look.contract.ts";
import {
  type Arrival,
  anArrival,
  batchOf,
  HOUR_MS,
  MINUTE_MS,
  REPOSITORY,
  START,
} from "./changing-history.contract.ts";

type Change = Partial<Parameters<typeof anArrival>[0]>;
const runs = (from: number, to: number, change: (place: number) => Change = () => ({})) =>
  Array.from({ length: to - from }, (_, index): Arrival => {
    const place = from + index;
    return anArrival({ runId: 1000 + place, startMs: START + place * 2 * HOUR_MS, ...change(place) });
  });
const at = (place: number): number => START + place * 2 * HOUR_MS + HOUR_MS;
const again = (arrival: Arrival, change: Change = {}): Arrival =>
  anArrival({
    runId: arrival.run.runId,
    startMs: arrival.run.completedAtMs! + 10 * MINUTE_MS,
    runAttempt: 2,
    ...change,
  });

test("runs that fail and pass when run again tell of no failure; runs that fail again do", async () => {
  const fails = (place: number) => ({ hasFailed: place >= 100 && place % 4 !== 0 });
  const flaky = await newStore();
  const all = runs(0, 140, fails);
  const failed = all.filter(({ run }) => run.conclusion === "failure");
  await flaky.save(batchOf([...all, ...failed.map((arrival) => again(arrival))]));
  await look(flaky, at(200));
  assert.deepEqual(await told(flaky, "failure"), []);
  assert.deepEqual(await told(flaky, "failure", "job"), []);
  await flaky.close();
  const broken = await newStore();
  await broken.save(batchOf([...all, ...failed.map((arrival) => again(arrival, { hasFailed: true }))]));
  await look(broken, at(200));
  const [{ event } = assert.fail("the failures are told")] = await told(broken, "failure");
  assert.equal(event.onset.runId, 1101);
  assert.ok(event.usual < 0.1 && event.level > 0.6);
  await broken.close();
});

test("a rate that rose says how many more failed and passed when run again", async () => {
  const store = await newStore();
  const all = runs(0, 140, (place) => ({ hasFailed: place >= 100 }));
  const failed = all.filter(({ run }) => run.conclusion === "failure");
  await store.save(batchOf([...all, ...failed.filter((_, place) => place % 5 === 1).map((arrival) => again(arrival))]));
  await look(store, at(200));
  const [{ event, seriesId: id } = assert.fail("the failures are told")] = await told(store, "failure");
  assert.equal(event.flakyCount, 2);
  assert.match(levelWords(seriesOf(id), event), /of runs fail, usual \d.*; 2 more were flaky: passed when run again$/);
  await store.close();
});

test("from fifteen runs on half as long again can be told, and is said to be young", async () => {
  const store = await newStore();
  await store.save(batchOf(runs(0, 45, (place) => ({ factor: place < 18 ? 1 : 1.5 }))));
  await look(store, at(45));
  const [{ event } = assert.fail("the shift is told")] = await told(store, "duration");
  assert.deepEqual([event.onset.runId, event.isYoung], [1018, true]);
  await store.close();
});

test("a level that a person accepts is the usual one from then on", async () => {
  const store = await newStore();
  await store.save(batchOf(runs(0, 120, (place) => ({ factor: place < 80 ? 1 : 1.6 }))));
  await look(store, at(120));
  const [{ seriesId: id, event } = assert.fail("the shift is told")] = await told(store, "duration");
  const accepted = [{ seriesId: id, changeNumber: event.changeNumber, acceptedAtMs: at(120) }];
  const feedback = { bars: new Map(), accepted };
  await look(store, at(120) + 1, { feedback });
  const latest = async () => (await store.changes()).filter(({ seriesId: of }) => of === id).at(-1)?.event;
  assert.equal((await latest())?.state, "settled");
  // back at the first level: that is a change for the better now, and no recovery
  await store.save(batchOf(runs(120, 160)));
  await look(store, at(160), { feedback });
  assert.deepEqual([(await latest())?.state, (await latest())?.direction], ["told", "down"]);
  await store.close();
});

test("a bar that people raised holds from then on, and takes back nothing that was said", async () => {
  const store = await newStore();
  await store.save(batchOf(runs(0, 120, (place) => ({ factor: place < 80 ? 1 : 1.25 }))));
  await look(store, at(120));
  const [{ seriesId: id } = assert.fail("the shift is told")] = await told(store, "duration");
  const before = await store.changes();
  const feedback = { bars: new Map([[id, { bar: 50, sinceMs: at(120) + 1 }]]), accepted: [] };
  await look(store, at(120) + 1, { feedback });
  assert.deepEqual(await store.changes(), before);
  await store.save(batchOf(runs(120, 250, (place) => ({ factor: place < 200 ? 1 : 1.2 }))));
  await look(store, at(250), { feedback });
  const ofSeries = (await store.changes()).filter(({ seriesId: of }) => of === id);
  assert.equal(ofSeries.filter(({ event }) => event.state === "told").length, 1);
  assert.ok((await told(store, "duration", "job")).length > 2, "its jobs' bars were not raised");
  const said = await store.changes();
  await store.forgetWatch(REPOSITORY.id);
  await look(store, at(250), { feedback });
  assert.deepEqual(await store.changes(), said, "read anew, it holds since then, too");
  await store.close();
});

test("a bar that is raised twice within the window takes back nothing that was said under the first one", async () => {
  const store = await newStore();
  await store.save(batchOf(runs(0, 120, (place) => ({ factor: place < 80 ? 1 : 1.25 }))));
  const windowMs = 200 * HOUR_MS;
  await look(store, at(120), { windowMs });
  const [{ seriesId: id } = assert.fail("the shift is told")] = await told(store, "duration");
  const before = await store.changes();
  for (const [minutes, bar] of [5, 50].entries()) {
    const feedback = { bars: new Map([[id, { bar, sinceMs: at(120) }]]), accepted: [] };
    await look(store, at(120) + (minutes + 1) * 60_000, { feedback, windowMs });
    assert.deepEqual(await store.changes(), before, `bar ${bar}`);
  }
  await store.close();
});

test("joined metrics and waits for runners have series of their own", async () => {
  const store = await newStore();
  const waiting = runs(0, 120).map(({ run, jobs }, place): Arrival => {
    const queueTime = { ms: place < 80 ? 20_000 : 400_000, unknown: null };
    return { run, jobs: jobs.map((job) => ({ ...job, queueTime })) };
  });
  await store.save(batchOf(waiting));
  await store.saveMetrics(
    waiting.map(({ run }, place) => ({
      repositoryId: REPOSITORY.id,
      runId: run.runId,
      runAttempt: 1,
      name: "bundle_kb",
      value: (place < 80 ? 400 : 700) + (place % 7),
    })),
  );
  await look(store, at(120));
  const [metric] = await told(store, "metric");
  assert.deepEqual([seriesOf(metric!.seriesId).part, metric!.event.onset.runId], ["bundle_kb", 1080]);
  const [wait, ...others] = await told(store, "queue-time", "runner");
  assert.equal(others.length, 0);
  assert.equal(seriesId(seriesOf(wait!.seriesId)), wait!.seriesId);
  assert.deepEqual([seriesOf(wait!.seriesId).job, seriesOf(wait!.seriesId).workflowId], ["ubuntu-latest", 0]);
  assert.ok(Math.abs(wait!.event.usual - 20_000) < 100 && Math.abs(wait!.event.level - 400_000) < 1000);
  await store.close();
});

test("a schedule is silent only as far as somebody listened", async () => {
  const store = await newStore();
  const nightly = (hour: number) =>
    anArrival({ runId: 5000 + hour, startMs: START + hour * HOUR_MS, workflowId: 71, event: "schedule", jobNames: [] });
  const alive = Array.from({ length: 60 }, (_, hour) => nightly(hour));
  await store.save(batchOf(alive));
  const weekLater = START + 228 * HOUR_MS;
  await look(store, weekLater);
  assert.deepEqual(await told(store, "schedule"), []);
  const state = {
    repositoryId: REPOSITORY.id,
    scope: "",
    lookedBackAtMs: null,
    lookBackBeganAtMs: null,
    problem: null,
  };
  await store.saveCollectionState({ ...state, completedAtMs: START + 70 * HOUR_MS });
  await look(store, weekLater);
  const [silence, ...others] = await told(store, "schedule");
  assert.deepEqual([silence?.event.onset.runId, others.length], [5059, 0]);
  await look(store, weekLater + HOUR_MS);
  assert.equal((await told(store, "schedule")).length, 1);
  await store.save(batchOf([nightly(71)]));
  await look(store, weekLater + 2 * HOUR_MS);
  assert.equal((await store.changes()).at(-1)?.event.state, "recovered");
  await store.close();
});
