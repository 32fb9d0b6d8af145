import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangeEvent } from "../change-points/index.ts";
import { injectedDelays, type InjectableValue, type RestartableDetector } from "./index.ts";

const HOUR_MS = 3_600_000;

/** Says a change after `patience` values in a row that are 1.4 times the first or more, one point of score for each. */
function plainDetector(state = { first: 0, count: 0, changeNumber: 0 }): RestartableDetector<typeof state> {
  let { first, count, changeNumber } = state;
  return {
    observe({ value, mark }) {
      first ||= value;
      count = value >= 1.4 * first ? count + 1 : 0;
      if (count < 3) return [];
      if (count === 3) changeNumber++;
      const event: ChangeEvent = {
        state: count === 3 ? "told" : "grown",
        changeNumber,
        direction: "up",
        onset: mark,
        at: mark,
        usual: first,
        level: value,
        score: count - 2,
        runCount: count,
        isYoung: false,
      };
      return [event];
    },
    state: () => ({ first, count, changeNumber }),
  };
}

const hourly: InjectableValue[] = Array.from({ length: 100 }, (_, at) => ({
  value: 100,
  mark: { runId: at, runAttempt: 1, atMs: at * HOUR_MS + 100 },
  startedAtMs: at * HOUR_MS,
}));
const options = { factors: [1.2, 1.5], runsMax: 40, start: plainDetector };

test("an injected slowdown is told after so many runs and days, or not found", () => {
  const found = injectedDelays(hourly, [30], { ...options, bar: 1 });
  assert.deepEqual(
    found.map(({ factor, place, runs }) => [factor, place, runs]),
    [
      [1.2, 30, null],
      [1.5, 30, 3],
    ],
  );
  assert.ok(Math.abs(found[1]!.days! - (2 * HOUR_MS + 100) / (24 * HOUR_MS)) < 1e-12);
});

test("a higher bar takes longer, and each place starts from the history as it was", () => {
  const found = injectedDelays(hourly, [30, 60], { ...options, factors: [1.5], bar: 4 });
  assert.deepEqual(
    found.map(({ runs }) => runs),
    [6, 6],
  );
  assert.deepEqual(injectedDelays(hourly, [98], { ...options, factors: [1.5], bar: 1 })[0]!.runs, null);
});

test("a change that was open before the injection is not counted as the injected one", () => {
  const risen = hourly.map((one, at) => (at >= 20 ? { ...one, value: 150 } : one));
  assert.equal(injectedDelays(risen, [50], { ...options, factors: [1.5], bar: 1 })[0]!.runs, null);
});
