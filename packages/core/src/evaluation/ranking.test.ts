import assert from "node:assert/strict";
import { test } from "node:test";
import { averagePrecision, rocAuc } from "./ranking.ts";

test("ROC AUC is the share of pairs in the right order, a tie counting half", () => {
  assert.equal(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75);
  assert.equal(rocAuc([1, 0], [2, 1]), 1);
  assert.equal(rocAuc([1, 0], [1, 2]), 0);
  assert.equal(rocAuc([1, 0, 1, 0], [5, 5, 5, 5]), 0.5);
  assert.equal(rocAuc([1, 0, 0], [3, 3, 1]), 0.75);
});

test("average precision weighs each precision with the recall it adds, ties taken together", () => {
  assert.ok(Math.abs(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) - 5 / 6) < 1e-15);
  assert.equal(averagePrecision([1, 0], [2, 1]), 1);
  assert.equal(averagePrecision([1, 0, 1, 0], [5, 5, 5, 5]), 0.5);
  assert.equal(averagePrecision([0, 1], [2, 1]), 0.5);
});

test("labels of one kind alone can't be ranked", () => {
  assert.throws(() => rocAuc([1, 1], [1, 2]), /at least one anomaly and one other row/);
  assert.throws(() => averagePrecision([0, 0], [1, 2]), /at least one anomaly/);
  assert.throws(() => rocAuc([1], [1, 2]), /1 labels for 2 scores/);
});
