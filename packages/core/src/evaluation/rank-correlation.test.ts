import assert from "node:assert/strict";
import { test } from "node:test";
import { rankCorrelation } from "./rank-correlation.ts";

test("rank correlation is 1 for one order, -1 for the reverse, and shares ranks among equals", () => {
  assert.equal(rankCorrelation([1, 2, 3], [10, 20, 400]), 1);
  assert.equal(rankCorrelation([1, 2, 3], [3, 2, 1]), -1);
  // by hand: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3 give 4.5 / sqrt(4.5 * 5)
  assert.ok(Math.abs(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])! - 4.5 / Math.sqrt(22.5)) < 1e-12);
});

test("without an order there is no rank correlation", () => {
  assert.equal(rankCorrelation([5, 5], [1, 2]), null);
  assert.equal(rankCorrelation([1], [1]), null);
  assert.throws(() => rankCorrelation([1], [1, 2]), /1 values for 2/);
});
