import assert from "node:assert/strict";
import { test } from "node:test";
import { type HindsightAlert, hindsight, type HindsightRun } from "./index.ts";

const runs = (
  ...parts: readonly (readonly [count: number, durationMs: number, failEvery?: number])[]
): HindsightRun[] =>
  parts.flatMap(([count, durationMs, failEvery = 0]) =>
    Array.from({ length: count }, (_, at) => ({ durationMs, hasFailed: failEvery > 0 && at % failEvery === 0 })),
  );
const alert: HindsightAlert = { measure: "level", direction: "up", onsetRun: 50, toldRun: 60 };

test("an alert is real where the level stays, faded where it does not, too small under 8 %", () => {
  assert.equal(hindsight(runs([50, 100], [80, 110]), alert).verdict, "real");
  assert.equal(hindsight(runs([50, 100], [15, 150], [80, 100]), alert).verdict, "faded");
  assert.equal(hindsight(runs([50, 100], [80, 105]), alert).verdict, "too-small");
  assert.equal(hindsight(runs([50, 100], [80, 95]), alert).verdict, "not-seen");
  assert.equal(hindsight(runs([50, 100], [80, 80]), { ...alert, direction: "down" }).verdict, "real");
  assert.deepEqual(hindsight(runs([50, 100], [80, 150]), alert), { verdict: "real", before: 100, after: 150 });
});

test("nothing is said before forty runs have come since the alert", () => {
  assert.equal(hindsight(runs([50, 100], [50, 150]), alert).verdict, "not-yet");
  assert.equal(hindsight(runs([50, 100], [51, 150]), alert).verdict, "real");
  assert.equal(hindsight(runs([5, 100], [90, 150]), { ...alert, onsetRun: 5 }).verdict, "not-yet");
});

test("failed runs say nothing of how long the work takes", () => {
  assert.equal(hindsight(runs([50, 100, 3], [80, 150, 2]), alert).verdict, "real");
  assert.equal(hindsight([...runs([50, 100]), ...runs([80, 9, 1])], alert).verdict, "not-yet");
});

test("more failures are real where chance would make so many in less than one of a hundred", () => {
  const failing: HindsightAlert = { ...alert, measure: "failure" };
  assert.equal(hindsight(runs([50, 100, 20], [80, 100, 3]), failing).verdict, "real");
  assert.equal(hindsight(runs([50, 100, 20], [80, 100, 14]), failing).verdict, "not-seen");
  assert.equal(hindsight(runs([50, 100, 20], [80, 100, 1]), failing).after, 1);
});
