import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { type ChangeEvent, rateDetector, type RateState } from "./index.ts";
import { markOf } from "./synthetic-series.contract.ts";

function failures(seed: number, rateAt: (at: number) => number, runCount = 300): boolean[] {
  const random = seededRandom(seed);
  return Array.from({ length: runCount }, (_, at) => random.next() < rateAt(at));
}

function eventsOf(failed: readonly boolean[], detector = rateDetector(), from = 0): ChangeEvent[] {
  return failed.flatMap((hasFailed, at) => [...detector.observe({ hasFailed, mark: markOf(from + at) })]);
}

const told = (events: readonly ChangeEvent[]) => events.filter(({ state }) => state === "told");

test("a steady rate of failures is no change", () => {
  const alerts = Array.from({ length: 30 }, (_, seed) => told(eventsOf(failures(seed, () => 0.08)))).flat();
  assert.ok(alerts.length <= 9, `${alerts.length} in 9000 runs`);
});

test("a rate that rose by forty points is told within thirty runs, with its onset, and recovers", () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const found = seeds.map((seed) => {
    const events = eventsOf(failures(seed, (at) => (at >= 150 && at < 190 ? 0.5 : 0.05)));
    const change = told(events).find(({ at }) => at.runId >= 1150 && at.runId < 1180);
    return { change, events };
  });
  assert.ok(found.filter(({ change }) => change !== undefined).length >= 19);
  assert.ok(found.filter(({ change }) => Math.abs((change?.onset.runId ?? 0) - 1150) <= 8).length >= 18);
  const isBack = ({ change, events }: (typeof found)[number]) =>
    events.some(({ state, changeNumber }) => state === "recovered" && changeNumber === change?.changeNumber);
  assert.ok(found.filter(isBack).length >= 18);
});

test("one failure after a long green time is no change", () => {
  assert.deepEqual(told(eventsOf(failures(1, (at) => (at === 200 ? 1 : 0)))), []);
});

test("what fails every time is told by about the tenth failure in a row", () => {
  const found = Array.from({ length: 20 }, (_, seed) =>
    told(eventsOf(failures(seed, (at) => (at >= 200 && at < 212 ? 1 : 0.06), 240))).some(
      ({ at }) => at.runId >= 1200 && at.runId < 1212,
    ),
  );
  assert.ok(found.filter((isFound) => isFound).length >= 17);
});

test("nothing is said before there are enough runs", () => {
  assert.deepEqual(eventsOf(failures(1, (at) => (at < 30 ? 0 : 1), 60)), []);
});

test("a state that went through JSON goes on as if nothing had happened", () => {
  const failed = failures(4, (at) => (at >= 120 && at < 160 ? 0.6 : 0.1));
  const whole = eventsOf(failed);
  for (const stop of [1, 59, 61, 119, 125, 130, 170]) {
    const first = rateDetector();
    const before = eventsOf(failed.slice(0, stop), first);
    const second = rateDetector({ state: JSON.parse(JSON.stringify(first.state())) as RateState });
    assert.deepEqual([...before, ...eventsOf(failed.slice(stop), second, stop)], whole);
  }
});

test("a rate that rose for good becomes the usual one: the runs that told of it tell of nothing further", () => {
  let settledCount = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const events = eventsOf(failures(seed, (at) => (at < 200 ? 0.06 : 0.7), 700));
    const settled = events.find(({ state }) => state === "settled");
    if (settled === undefined) continue;
    settledCount++;
    const later = told(events).filter(({ changeNumber }) => changeNumber > settled.changeNumber);
    assert.ok(
      later.every(({ onset }) => onset.atMs > settled.at.atMs),
      `seed ${seed}`,
    );
  }
  assert.ok(settledCount >= 8);
});

test("what has failed every time since its first run has not changed", () => {
  assert.deepEqual(eventsOf(failures(1, () => 1, 600)), []);
});

test("what fails every time for good is not told again and again", () => {
  const events = eventsOf(failures(2, (at) => (at < 200 ? 0.06 : 1), 3000));
  assert.ok(told(events).length <= 2, `${told(events).length} times`);
});

test("the state of a series that nearly always fails holds numbers alone", () => {
  const detector = rateDetector();
  for (const [at, hasFailed] of failures(2, (place) => (place < 300 ? 0.8 : 0.93), 3000).entries()) {
    detector.observe({ hasFailed, mark: markOf(at) });
    const state = detector.state();
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state, `after run ${at}`);
  }
});
