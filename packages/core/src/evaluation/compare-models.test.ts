import assert from "node:assert/strict";
import { test } from "node:test";
import { type IsolationForestModel, trainModel } from "../isolation-forest/index.ts";
import { seededRandom } from "../random/index.ts";
import { sampleMetrics } from "../simulation/index.ts";
import { compareModels } from "./compare-models.ts";
import type { ComparisonRecords } from "./planted-anomalies.ts";

const QUICK = { seed: 1, resampleCount: 300, retrainingCount: 8 };
const sample = table(
  ["duration", "failure_rate"],
  sampleMetrics({ records: 600, anomalies: 0.05, seed: 42 }).map(({ duration, failureRate }) => [
    duration,
    failureRate,
  ]),
);
const serving = trained(sample);

function table(features: readonly string[], rows: readonly (readonly number[])[]): ComparisonRecords {
  return { features, values: Float64Array.from(rows.flat()), rowCount: rows.length };
}

function rowsOf({ features, values, rowCount }: ComparisonRecords): number[][] {
  return Array.from({ length: rowCount }, (_, row) => [
    ...values.subarray(row * features.length, (row + 1) * features.length),
  ]);
}

function trained(records: ComparisonRecords, { seed = 42, contamination = 0.05 } = {}): IsolationForestModel {
  return trainModel({
    kind: "metrics",
    features: records.features.map((name) => ({ name, unit: "none" })),
    samples: { values: records.values, rowCount: records.rowCount, featureCount: records.features.length },
    contamination,
    options: { treeCount: 100, subsampleSize: 256, featuresPerTree: null, seed },
    dataWindow: null,
  }).model;
}

/** Some of the records, from `first` on, take `factor` times as long. */
function slowed(records: ComparisonRecords, share: number, factor: number, first = 0): ComparisonRecords {
  const random = seededRandom(5);
  const rows = rowsOf(records).map(([duration, ...rest], row) =>
    row >= first && random.next() < share ? [duration! * factor, ...rest] : [duration!, ...rest],
  );
  return table(records.features, rows);
}

test("a re-training with another seed is as good", () => {
  for (const seed of [1, 2, 3]) {
    const { verdict, reasons } = compareModels(trained(sample, { seed }), serving, sample, QUICK);
    assert.equal(verdict, "as-good");
    assert.match(reasons[0]!, /No measure differs/);
  }
});

test("a model that learnt from 40 % slow runs is worse, on clean records and on those very ones", () => {
  const poisoned = slowed(sample, 0.4, 3);
  for (const records of [sample, poisoned]) {
    const { verdict, reasons, differences } = compareModels(trained(poisoned, { seed: 7 }), serving, records, QUICK);
    assert.equal(verdict, "worse");
    assert.match(reasons[0]!, /Planted anomalies of duration: /);
    assert.ok(differences.some(({ over, difference }) => over === "duration" && difference < -0.2));
  }
  const { reasons } = compareModels(trained(poisoned, { seed: 7 }), serving, poisoned, QUICK);
  assert.match(reasons.at(-1)!, /If what is usual has changed for good, register the new model all the same/);
});

test("the model that learnt from clean records is better than one that did not", () => {
  const { verdict } = compareModels(serving, trained(slowed(sample, 0.4, 3), { seed: 7 }), sample, QUICK);
  assert.equal(verdict, "better");
});

test("a model of 30 records is worse than one of 600", () => {
  const few = trained(table(sample.features, rowsOf(sample).slice(-30)), { seed: 7 });
  const { verdict, reasons } = compareModels(few, serving, sample, QUICK);
  assert.equal(verdict, "worse");
  assert.match(
    reasons[0]!,
    /trained on 30 records, the serving model on 600: its threshold rests on 1 of them, .* on 30\./,
  );
  assert.equal(compareModels(serving, few, sample, QUICK).verdict, "better");
});

test("once more than two thirds of the newest records are odd to the serving model, the new one is better", () => {
  const moved = slowed(sample, 1, 6, 400);
  const candidate = trained(moved, { seed: 7 });
  const { verdict, reasons, serving: described } = compareModels(candidate, serving, moved, QUICK);
  assert.equal(verdict, "better");
  assert.ok(described.flagged > 0.9);
  assert.match(reasons[0]!, /what is usual has moved/);
  assert.equal(compareModels(serving, candidate, moved, QUICK).verdict, "worse");
});

test("another contamination alone is neither better nor worse, and what is found at the own threshold decides nothing", () => {
  const cautious = trained(sample, { contamination: 0.02, seed: 3 });
  const { verdict, differences, notes } = compareModels(cautious, serving, sample, QUICK);
  assert.equal(verdict, "as-good");
  assert.ok(differences.filter(({ measure }) => measure === "found").every(({ decides }) => !decides));
  assert.ok(notes.some((note) => note.includes("0.02 (new) and 0.05 (serving)")));
});

test("models of different features are compared on what both read, and refused when that is nothing", () => {
  const random = seededRandom(3);
  const wide = table(
    ["duration", "failure_rate", "coverage"],
    rowsOf(sample).map((row) => [...row, 80 + random.next()]),
  );
  const { verdict, kinds, notes } = compareModels(trained(wide), serving, wide, QUICK);
  assert.notEqual(verdict, "worse");
  assert.ok(kinds.length > 0 && kinds.every(({ name }) => !name.includes("coverage")));
  assert.ok(notes.includes("Only the new model reads coverage: anomalies there are not compared."));
  const back = compareModels(serving, trained(wide), sample, QUICK);
  assert.ok(back.notes.includes("The records lack coverage, which the serving model reads: taken as missing."));

  const other = trained(table(["memory"], [[1], [2], [3]]));
  assert.throws(() => compareModels(other, serving, sample, QUICK), /no feature in common/);
});

test("too few records to tell the models apart is not called worse", () => {
  const few = table(sample.features, rowsOf(sample).slice(-40));
  const { verdict, reasons } = compareModels(trained(few, { seed: 1 }), trained(few, { seed: 2 }), few, QUICK);
  assert.equal(verdict, "as-good");
  assert.match(reasons[0]!, /newest records are usual to both models; with fewer than 30/);
});

test("a comparison repeats itself, and its figures are those of the models", () => {
  const candidate = trained(sample, { seed: 9 });
  const comparison = compareModels(candidate, serving, sample, QUICK);
  assert.deepEqual(compareModels(candidate, serving, sample, QUICK), comparison);
  assert.deepEqual(comparison.records.tried, 200);
  assert.equal(comparison.candidate.trainedOn, 600);
  assert.ok(comparison.agreement! > 0.9);
  for (const { candidate: one, serving: other } of comparison.kinds) {
    for (const share of [...Object.values(one), ...Object.values(other)]) assert.ok(share >= 0 && share <= 1);
  }
  for (const { difference, interval } of comparison.differences) {
    assert.ok(interval.low <= difference + 1e-9 && difference <= interval.high + 1e-9);
  }
});
