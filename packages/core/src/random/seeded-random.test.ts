import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./seeded-random.ts";

test("a seed fixes the numbers for good", () => {
  const random = seededRandom(42);
  assert.deepEqual([random.next(), random.next(), random.integer(1000)], [0.890780191354953, 0.3220651388711815, 455]);
});

test("seeds beyond 32 bits differ from their lower half", () => {
  assert.notEqual(seededRandom(7).next(), seededRandom(7 + 2 ** 32).next());
  assert.notEqual(seededRandom(7 + 2 ** 32).next(), seededRandom(7 + 2 ** 33).next());
});

test("numbers lie in [0, 1) and spread evenly", () => {
  const random = seededRandom(1);
  const counts = new Uint32Array(20);
  for (let draw = 0; draw < 20_000; draw++) {
    const value = random.next();
    assert.ok(value >= 0 && value < 1);
    counts[Math.floor(value * 20)]!++;
  }
  // Chi-square with 19 degrees of freedom: 43.8 is exceeded once in a thousand seeds.
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquare < 43.8, `chi-square ${chiSquare}`);
});

test("whole numbers reach every value below the bound and none beyond", () => {
  const random = seededRandom(3);
  const seen = new Set<number>();
  for (let draw = 0; draw < 500; draw++) seen.add(random.integer(7));
  assert.deepEqual(
    [...seen].sort((one, other) => one - other),
    [0, 1, 2, 3, 4, 5, 6],
  );
  assert.ok(random.integer(2 ** 32) < 2 ** 32);
  assert.equal(random.integer(1), 0);
});

test("seeds and bounds that can't work are refused", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
    assert.throws(() => seededRandom(seed), /seed must be a whole number/);
  for (const below of [0, -1, 1.5, 2 ** 32 + 1]) assert.throws(() => seededRandom(1).integer(below), RangeError);
});
