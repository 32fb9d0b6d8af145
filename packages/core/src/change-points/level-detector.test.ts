import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeEvent, levelDetector, type LevelState } from "./index.ts";
import { markOf, syntheticDurations } from "./synthetic-series.contract.ts";

function eventsOf(durations: readonly number[], detector = levelDetector()): ChangeEvent[] {
  return durations.flatMap((value, at) => [...detector.observe({ value, mark: markOf(at) })]);
}

const told = (events: readonly ChangeEvent[]) => events.filter(({ state }) => state === "told");
const series = (seed: number, factor?: (at: number) => number) =>
  syntheticDurations({ seed, runCount: 300, usual: 240, spread: 0.1, ...(factor === undefined ? {} : { factor }) });

test("a quiet series, hanging runs and all, is never told as changed", () => {
  for (let seed = 1; seed <= 20; seed++) assert.deepEqual(told(eventsOf(series(seed))), [], `seed ${seed}`);
});

test("a series that got a third slower is told, with its onset and both levels, and hardly ever again", () => {
  let repeats = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const [change, ...more] = told(eventsOf(series(seed, (at) => (at < 150 ? 1 : 1.33))));
    repeats += more.length;
    assert.equal(change!.direction, "up");
    assert.ok(Math.abs(change!.onset.runId - 1150) <= 6, `seed ${seed}: onset ${change!.onset.runId}`);
    assert.ok(change!.at.runId - 1150 <= 30, `seed ${seed}: told at ${change!.at.runId}`);
    // A dozen runs, a hanging one among them, tell the level no better.
    assert.ok(Math.abs(change!.level / change!.usual - 1.33) < 0.3, `seed ${seed}: ${change!.level / change!.usual}`);
    assert.equal(change!.isYoung, false);
  }
  assert.ok(repeats <= 2, `${repeats} repeats`);
});

test("one run of ten times the duration is no change, nor are two that are not neighbours", () => {
  for (let seed = 1; seed <= 10; seed++) {
    assert.deepEqual(told(eventsOf(series(seed, (at) => (at === 120 || at === 124 ? 10 : 1)))), []);
  }
});

test("the level before the change comes back: it recovers, and is not told as an improvement", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const events = eventsOf(series(seed, (at) => (at >= 120 && at < 160 ? 1.5 : 1)));
    assert.deepEqual(
      events
        .filter(({ state }) => state === "told" || state === "recovered")
        .map(({ state, direction }) => [state, direction]),
      [
        ["told", "up"],
        ["recovered", "up"],
      ],
    );
    const back = events.find(({ state }) => state === "recovered")!;
    assert.ok(back.at.runId < 1180 && back.changeNumber === told(events)[0]!.changeNumber);
  }
});

test("a change that stays becomes the usual level, and a further one is told against it", () => {
  const events = eventsOf(series(3, (at) => (at < 100 ? 1 : at < 220 ? 1.5 : 2.25)));
  assert.deepEqual(
    events.filter(({ state }) => state !== "suspected").map(({ state }) => state),
    ["told", "settled", "told", "settled"],
  );
  const [first, second] = told(events);
  assert.ok(Math.abs(second!.usual / first!.usual - 1.5) < 0.12);
});

test("a faster series is told as one that went down", () => {
  const [change] = told(eventsOf(series(5, (at) => (at < 150 ? 1 : 0.7))));
  assert.equal(change!.direction, "down");
});

test("a shift of a half is told from fifteen runs of history on, and said to be young", () => {
  const found = Array.from(
    { length: 20 },
    (_, seed) => told(eventsOf(series(seed + 1, (at) => (at < 15 ? 1 : 1.5)).slice(0, 55)))[0],
  );
  assert.ok(found.filter((change) => change?.isYoung === true).length >= 15);
});

test("a state that went through JSON goes on as if nothing had happened", () => {
  const durations = series(7, (at) => (at < 100 ? 1 : at < 140 ? 1.6 : 1));
  const whole = eventsOf(durations);
  for (const stop of [1, 14, 16, 60, 105, 112, 125, 141, 170]) {
    const first = levelDetector();
    const before = durations.slice(0, stop).flatMap((value, at) => [...first.observe({ value, mark: markOf(at) })]);
    const second = levelDetector({ state: JSON.parse(JSON.stringify(first.state())) as LevelState });
    const after = durations.slice(stop).flatMap((value, at) => [...second.observe({ value, mark: markOf(stop + at) })]);
    assert.deepEqual([...before, ...after], whole, `stopped after ${stop} runs`);
  }
});

test("the state of a series stays small however long it runs", () => {
  const detector = levelDetector();
  let largest = 0;
  for (const [at, value] of syntheticDurations({ seed: 2, runCount: 3000, usual: 60, spread: 0.3 }).entries()) {
    detector.observe({ value, mark: markOf(at) });
    if (at % 100 === 99) largest = Math.max(largest, JSON.stringify(detector.state()).length);
  }
  assert.ok(largest < 10_000, `${largest} bytes`);
});

test("what came and went raises the sum needed, and counts half after its half-life in runs", () => {
  const detector = levelDetector();
  for (const [at, value] of series(3, (at) => (at >= 100 && at < 140 ? 1.6 : 1))
    .slice(0, 170)
    .entries()) {
    detector.observe({ value, mark: markOf(at) });
  }
  const peakOf = (): number => Math.max(...detector.state().bank.pastPeaks);
  const raised = peakOf();
  assert.ok(raised > 10, `${raised}`);
  const quiet = syntheticDurations({ seed: 9, runCount: 300, usual: 240, spread: 0.1 });
  for (const [at, value] of quiet.entries()) detector.observe({ value, mark: markOf(170 + at) });
  assert.ok(Math.abs(peakOf() / raised - 0.5) < 0.01, `${peakOf()} of ${raised}`);
});
