import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { seededRandom } from "../random/index.ts";
import { forestContributions, modelContributions } from "./contributions.ts";
import type { IsolationForest } from "./forest.ts";
import { fitForest } from "./grow.ts";
import { trainModel } from "./train-model.ts";

function forestOf(
  seed: number,
  rowCount: number,
  featureCount: number,
  levels: number,
  treeCount = 5,
): IsolationForest {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: rowCount * featureCount }, () => random.integer(levels));
  const options = { treeCount, subsampleSize: 16, featuresPerTree: null, seed };
  return fitForest({ values, rowCount, featureCount }, options);
}

/**
 * Mean path length when only the features in `known` are: the others send the row both ways, by the training samples.
 */
function expectation(forest: IsolationForest, values: Float64Array, known: number): number {
  const at = (node: number): number => {
    const split = forest.feature[node]!;
    if (split < 0) return forest.pathLength[node]!;
    const [left, right] = [node + 1, forest.right[node]!];
    if (known & (1 << split)) return at(values[split]! <= forest.threshold[node]! ? left : right);
    const whole = forest.sampleCount[node]!;
    return (at(left) * forest.sampleCount[left]! + at(right) * forest.sampleCount[right]!) / whole;
  };
  let sum = 0;
  for (let tree = 0; tree < forest.treeCount; tree++) sum += at(forest.roots[tree]!);
  return sum / forest.treeCount;
}

/** Shapley values by their definition: every feature joining every set of others. */
function shapleyByDefinition(forest: IsolationForest, values: Float64Array): number[] {
  const count = forest.featureCount;
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const sizeOf = (set: number): number => (set === 0 ? 0 : (set & 1) + sizeOf(set >>> 1));
  return Array.from({ length: count }, (_, feature) => {
    let sum = 0;
    for (let set = 0; set < 1 << count; set++) {
      if (set & (1 << feature)) continue;
      const size = sizeOf(set);
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      sum += weight * (expectation(forest, values, set | (1 << feature)) - expectation(forest, values, set));
    }
    return 0 - sum;
  });
}

const cases = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  rowCount: fc.integer({ min: 1, max: 40 }),
  featureCount: fc.integer({ min: 1, max: 8 }),
  levels: fc.integer({ min: 1, max: 30 }),
  row: fc.array(fc.double({ min: -5, max: 35, noNaN: true }), { minLength: 8, maxLength: 8 }),
});

test("contributions are the Shapley values of the definition", () => {
  fc.assert(
    fc.property(cases, ({ seed, rowCount, featureCount, levels, row }) => {
      const forest = forestOf(seed, rowCount, featureCount, levels);
      const values = Float64Array.from(row.slice(0, featureCount));
      const expected = shapleyByDefinition(forest, values);
      forestContributions(forest, values).forEach((contribution, feature) => {
        assert.ok(Math.abs(contribution - expected[feature]!) < 1e-10, `${contribution} ${expected[feature]}`);
      });
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("contributions add up to the usual path length minus the row's own", () => {
  fc.assert(
    fc.property(cases, ({ seed, rowCount, featureCount, levels, row }) => {
      const forest = forestOf(seed, rowCount + 20, featureCount, levels, 30);
      const values = Float64Array.from(row.slice(0, featureCount));
      const sum = forestContributions(forest, values).reduce((total, one) => total + one, 0);
      const all = (1 << featureCount) - 1;
      assert.ok(Math.abs(sum - (expectation(forest, values, 0) - expectation(forest, values, all))) < 1e-10);
    }),
    { seed: 2, numRuns: 150 },
  );
});

test("the feature that makes a row odd contributes most, one it has in common with all nothing", () => {
  const random = seededRandom(9);
  const rowCount = 400;
  const values = Float64Array.from({ length: rowCount * 3 }, (_, index) => (index % 3 === 2 ? 7 : random.next()));
  const { model } = trainModel({
    kind: "metrics",
    features: ["first", "second", "constant"].map((name) => ({ name, unit: "none" as const })),
    samples: { values, rowCount, featureCount: 3 },
    contamination: 0.01,
    options: { treeCount: 50, subsampleSize: 128, featuresPerTree: null, seed: 1 },
    dataWindow: null,
  });
  const contributions = modelContributions(model, [0.5, 5, 7]);
  assert.equal(contributions[0]?.feature, "second");
  assert.ok(contributions[0].contribution > 1);
  assert.deepEqual(
    contributions.find((one) => one.feature === "constant"),
    { feature: "constant", contribution: 0 },
  );
  assert.throws(() => modelContributions(model, [1, 2]), /knows 3 features; the row has 2/);
});
