import assert from "node:assert/strict";
import { test } from "node:test";
import { plantedKinds } from "./planted-anomalies.ts";

const records = (features: readonly string[], rows: readonly (readonly number[])[]) => ({
  features,
  values: Float64Array.from(rows.flat()),
  rowCount: rows.length,
});

test("durations are stretched, failure rates raised, both together, other columns moved by robust spreads", () => {
  const rows = [70, 74, 78, 82, 86].map((coverage) => [100, 0.1, coverage, 7]);
  const table = records(["duration", "failure_rate", "coverage", "constant"], rows);
  const planted = plantedKinds(table, table.features).map((kind) => {
    const row = Float64Array.of(100, 0.1, 78, 7);
    assert.ok(kind.plant(row));
    return [kind.name, kind.features.join(), ...row.map((value) => Math.round(value * 1e4) / 1e4)];
  });
  assert.deepEqual(planted, [
    ["duration x1.5", "duration", 150, 0.1, 78, 7],
    ["duration x2", "duration", 200, 0.1, 78, 7],
    ["duration x3", "duration", 300, 0.1, 78, 7],
    ["failure_rate +0.2", "failure_rate", 100, 0.3, 78, 7],
    ["failure_rate +0.4", "failure_rate", 100, 0.5, 78, 7],
    ["duration x2 and failure_rate +0.4", "duration,failure_rate", 200, 0.5, 78, 7],
    // the median deviation is 4, 1.4826 times that is 5.9304, and four of these 23.7216
    ["coverage +4 spreads", "coverage", 100, 0.1, 101.7216, 7],
    ["coverage -4 spreads", "coverage", 100, 0.1, 54.2784, 7],
  ]);
});

test("only wanted columns are changed, and only where the change is one", () => {
  const table = records(["duration", "failure_rate"], [[100, 0.1]]);
  assert.deepEqual(
    plantedKinds(table, ["failure_rate"]).map(({ name }) => name),
    ["failure_rate +0.2", "failure_rate +0.4"],
  );
  const can = (kind: number, row: readonly number[]) =>
    plantedKinds(table, table.features)[kind]!.plant(Float64Array.from(row));
  assert.deepEqual(
    [can(0, [0, 0.1]), can(0, [Number.NaN, 0.1]), can(0, [100, Number.NaN]), can(5, [0, 0.1]), can(5, [100, 0.9])],
    [false, false, true, false, false],
  );
  assert.deepEqual([can(3, [1, 0.9]), can(4, [1, 0.9]), can(4, [1, Number.NaN])], [true, false, false]);
});
