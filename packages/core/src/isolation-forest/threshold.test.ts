import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { thresholdFor } from "./threshold.ts";

const flagged = (scores: readonly number[], contamination: number): number[] => {
  const threshold = thresholdFor(Float64Array.from(scores), contamination);
  return scores.filter((score) => score >= threshold);
};

test("the threshold lies midway between the lowest flagged score and the next", () => {
  assert.equal(thresholdFor(Float64Array.of(0.4, 0.8, 0.4, 0.6), 0.25), 0.7);
  assert.equal(thresholdFor(Float64Array.of(0.4, 0.400000000001), 0.5), 0.400000000001);
});

test("a tie that would exceed the share is not flagged at all", () => {
  assert.deepEqual(flagged([0.9, 0.7, 0.7, 0.7, 0.5, 0.5, 0.5, 0.5], 0.25), [0.9]);
  assert.deepEqual(flagged([0.7, 0.7, 0.7, 0.7], 0.5), []);
});

test("where nothing may be flagged the threshold is above the maximum", () => {
  assert.equal(thresholdFor(Float64Array.of(0.6, 0.5), 0.1), 0.600000000001);
  assert.equal(thresholdFor(Float64Array.of(0.6), 0.5), 0.600000000001);
});

test("a share that is a whole number of rows but for rounding flags that number", () => {
  const scores = Array.from({ length: 100 }, (_, row) => (400 + row) / 1000);
  assert.equal(0.29 * 100 < 29, true);
  assert.equal(flagged(scores, 0.29).length, 29);
});

test("never more rows than asked are flagged, and as many as ties allow", () => {
  const grid = fc.integer({ min: 0, max: 40 }).map((step) => Math.round((0.3 + step * 0.0123456789) * 1e12) / 1e12);
  const input = fc.record({
    scores: fc.array(grid, { minLength: 1, maxLength: 60 }),
    contamination: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
  });
  fc.assert(
    fc.property(input, ({ scores, contamination }) => {
      const allowed = Math.floor(contamination * scores.length + 1e-9);
      const chosen = flagged(scores, contamination);
      assert.ok(chosen.length <= allowed);
      const next = scores.filter((score) => !chosen.includes(score)).sort((one, other) => other - one);
      const tied = next.filter((score) => score === next[0]).length;
      assert.ok(chosen.length + tied > allowed);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("contamination outside (0, 0.5] is refused", () => {
  for (const contamination of [0, -0.1, 0.51, 2, Number.NaN]) {
    assert.throws(() => thresholdFor(Float64Array.of(1), contamination), /more than 0 and at most 0\.5/);
  }
  assert.throws(() => thresholdFor(new Float64Array(0), 0.1), /0 scores/);
});
