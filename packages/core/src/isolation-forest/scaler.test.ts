import assert from "node:assert/strict";
import { test } from "node:test";
import { fitScaler, scaled } from "./scaler.ts";

const column = (...values: number[]) => ({
  values: Float64Array.from(values),
  rowCount: values.length,
  featureCount: 1,
});

test("mean and population deviation are those of the values that are there", () => {
  assert.deepEqual(fitScaler(column(2, 4, 4, Number.NaN, 4, 5, 5, 7, 9), [0]), { mean: [5], scale: [2] });
});

test("a constant feature has its value as mean and scale 1", () => {
  assert.deepEqual(fitScaler(column(0.1, 0.1, 0.1), [0]), { mean: [0.1], scale: [1] });
});

test("a feature without any value takes its neutral one", () => {
  assert.deepEqual(fitScaler(column(Number.NaN, Number.NaN), [3]), { mean: [3], scale: [1] });
});

test("values near the ends of what a double holds neither overflow nor vanish", () => {
  assert.deepEqual(fitScaler(column(-1e308, 1e308), [0]), { mean: [0], scale: [1e308] });
  assert.deepEqual(fitScaler(column(0, 2 ** -1060), [0]), { mean: [2 ** -1061], scale: [2 ** -1061] });
  assert.deepEqual(fitScaler(column(0, 5e-324), [0]).scale, [1]);
});

test("a scaled value is always finite", () => {
  assert.equal(scaled(7, 5, 2), 1);
  assert.equal(scaled(1.5e308, -1.5e308, 1e308), 3);
  assert.equal(scaled(1, 0, 1e-320), Number.MAX_VALUE);
  assert.equal(scaled(-1e308, 1e308, 1e-300), -Number.MAX_VALUE);
});

test("an infinite value is refused with its place", () => {
  const values = Float64Array.of(1, 2, 3, Number.NEGATIVE_INFINITY);
  assert.throws(() => fitScaler({ values, rowCount: 2, featureCount: 2 }, [0, 0]), /Row 1, feature 1 is -Infinity/);
});
