import assert from "node:assert/strict";
import { test } from "node:test";
import { DOCUMENTED_CASES, documentedResult } from "./explain/documented-cases.ts";
import { causeCases } from "./explain/simulated-causes.ts";
import { CAUSES, suspectCase } from "./explain/suspect-cases.ts";

test("the account names what was planted in nine of ten, however the onset is told", () => {
  for (const shift of [0, 4]) {
    const cases = causeCases(31, shift);
    const right = cases.filter(({ isRight }) => isRight).length;
    assert.ok(cases.length >= 25 && right >= 0.9 * cases.length, `${right} of ${cases.length}`);
  }
});

test("the true cause is mostly the first suspect, and nearly always among the first three", () => {
  const ranks = CAUSES.flatMap((cause) =>
    Array.from({ length: 10 }, (_, seed) => suspectCase(cause, 500 + seed).rank ?? 9),
  );
  const within = (most: number): number => ranks.filter((rank) => rank <= most).length / ranks.length;
  assert.ok(within(1) >= 0.88 && within(3) >= 0.92, `${within(1)}, ${within(3)}`);
});

test("of ten documented changes nine come first, and blamed steps are named", () => {
  const results = DOCUMENTED_CASES.map(documentedResult);
  assert.ok(results.filter(({ rank }) => rank === 1).length >= 9);
  assert.deepEqual(
    results.filter(({ isStepNamed }) => isStepNamed === false),
    [],
  );
});
