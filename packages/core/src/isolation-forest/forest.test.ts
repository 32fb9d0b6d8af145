import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { seededRandom } from "../random/index.ts";
import type { IsolationForest } from "./forest.ts";
import { forestStructure } from "./forest-structure.ts";
import { drawBetween, fitForest } from "./grow.ts";
import { referenceScores } from "./reference-scores.ts";
import { DEFAULT_FOREST_OPTIONS, type ForestOptions, type SampleMatrix } from "./samples.ts";
import { flatScorer } from "./score.ts";

function cloud(rowCount: number, featureCount: number, seed: number): SampleMatrix {
  const random = seededRandom(seed);
  const values = Float64Array.from(
    { length: rowCount * featureCount },
    () => random.next() + random.next() + random.next(),
  );
  return { values, rowCount, featureCount };
}

/** How many of rows 0 to 29 are among the 60 highest. */
function plantedFound(scores: Float64Array): number {
  const order = [...scores.keys()].sort((one, other) => scores[other]! - scores[one]!);
  return order.slice(0, 60).filter((row) => row < 30).length;
}

const anySamples = fc
  .record({ rowCount: fc.integer({ min: 1, max: 60 }), featureCount: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rowCount, featureCount }) => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }));
    const length = rowCount * featureCount;
    return fc
      .array(value, { minLength: length, maxLength: length })
      .map((values) => ({ values: Float64Array.from(values), rowCount, featureCount }));
  });
const anyOptions: fc.Arbitrary<ForestOptions> = fc.record({
  treeCount: fc.integer({ min: 1, max: 8 }),
  subsampleSize: fc.integer({ min: 2, max: 80 }),
  featuresPerTree: fc.constant(null),
  seed: fc.maxSafeNat(),
});

test("planted extremes score highest", () => {
  for (let seed = 0; seed < 10; seed++) {
    const samples = cloud(1000, 3, seed);
    samples.values.set([9, 9, 9], 0);
    samples.values.set([-7, 9, -7], 3 * 500);
    const scores = flatScorer(fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, seed })).scores(samples);
    const highest = [...scores.keys()].sort((one, other) => scores[other]! - scores[one]!).slice(0, 2);
    assert.deepEqual(new Set(highest), new Set([0, 500]));
  }
});

test("every forest is sound, and its scores lie between 0 and 1 and are the definition's to the last bit", () => {
  fc.assert(
    fc.property(anySamples, anyOptions, (samples, options) => {
      const before = samples.values.slice();
      const forest = fitForest(samples, options);
      assert.equal(forestStructure(forest).problem, null);
      const scores = flatScorer(forest).scores(samples);
      assert.deepEqual(samples.values, before);
      assert.deepEqual(scores, referenceScores(forest, samples));
      assert.ok(scores.every((score) => score > 0 && score <= 1));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("rows score the same alone, in blocks and in any order", () => {
  const samples = cloud(2500, 4, 2);
  const scorer = flatScorer(fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, treeCount: 20 }));
  const scores = scorer.scores(samples);
  for (const row of [0, 1023, 1024, 2499]) {
    const alone = { values: samples.values.slice(row * 4, row * 4 + 4), rowCount: 1, featureCount: 4 };
    assert.deepEqual([...scorer.scores(alone)], [scores[row]]);
  }
  const backwards = new Float64Array(samples.values.length);
  for (let row = 0; row < 2500; row++) {
    backwards.set(samples.values.subarray(row * 4, row * 4 + 4), (2499 - row) * 4);
  }
  assert.deepEqual(scorer.scores({ ...samples, values: backwards }), scores.slice().reverse());
});

test("the order of the features doesn't matter to a forest that is grown, nor to how well it ranks", () => {
  const samples = cloud(600, 3, 3);
  for (let row = 0; row < 30; row++) samples.values[row * 3 + 1]! += 2;
  const turned = new Float64Array(samples.values.length);
  samples.values.forEach((value, index) => {
    turned[index - (index % 3) + ((index + 1) % 3)] = value;
  });
  const forest = fitForest(samples, DEFAULT_FOREST_OPTIONS);
  const remapped: IsolationForest = {
    ...forest,
    feature: forest.feature.map((feature) => (feature < 0 ? feature : (feature + 1) % 3)),
  };
  const scores = flatScorer(forest).scores(samples);
  assert.deepEqual(flatScorer(remapped).scores({ ...samples, values: turned }), scores);

  const regrown = fitForest({ ...samples, values: turned }, DEFAULT_FOREST_OPTIONS);
  const regrownScores = flatScorer(regrown).scores({ ...samples, values: turned });
  assert.ok(Math.abs(plantedFound(scores) - plantedFound(regrownScores)) <= 3);
});

test("the same data, options and seed give the same forest, another seed another", () => {
  const samples = cloud(500, 3, 4);
  assert.deepEqual(fitForest(samples, DEFAULT_FOREST_OPTIONS), fitForest(samples, DEFAULT_FOREST_OPTIONS));
  const other = fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, seed: 43 });
  assert.notDeepEqual(other.threshold, fitForest(samples, DEFAULT_FOREST_OPTIONS).threshold);
});

test("a tree does not depend on how many follow it", () => {
  const samples = cloud(500, 3, 4);
  const few = fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, treeCount: 3 });
  const many = fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, treeCount: 9 });
  assert.deepEqual(many.threshold.slice(0, few.threshold.length), few.threshold);
});

test("a constant feature is never split on, and rows that are all alike score 0.5", () => {
  const samples = cloud(300, 2, 5);
  for (let row = 0; row < 300; row++) samples.values[row * 2] = 7;
  assert.ok(!fitForest(samples, DEFAULT_FOREST_OPTIONS).feature.includes(0));
  const alike = { values: new Float64Array(600).fill(3), rowCount: 300, featureCount: 2 };
  assert.ok(
    flatScorer(fitForest(alike, DEFAULT_FOREST_OPTIONS))
      .scores(alike)
      .every((score) => score === 0.5),
  );
});

test("each tree looks at no more features than asked, and the trees at all of them together", () => {
  const samples = cloud(300, 6, 6);
  const forest = fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, featuresPerTree: 2 });
  const all = new Set<number>();
  for (let tree = 0; tree < forest.treeCount; tree++) {
    const used = new Set(
      forest.feature.slice(forest.roots[tree], forest.roots[tree + 1]).filter((feature) => feature >= 0),
    );
    assert.ok(used.size <= 2);
    for (const feature of used) all.add(feature);
  }
  assert.equal(all.size, 6);
});

test("the mean path of uniform noise is near the expected one", () => {
  const random = seededRandom(8);
  const samples = { values: Float64Array.from({ length: 4000 }, () => random.next()), rowCount: 2000, featureCount: 2 };
  const scores = flatScorer(fitForest(samples, DEFAULT_FOREST_OPTIONS)).scores(samples);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean score ${mean}`);
});

test("a split lies between the least and the greatest value, and never at the greatest", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(number, number, share, (one, other, share) => {
      fc.pre(one !== other);
      const [least, greatest] = [Math.min(one, other), Math.max(one, other)];
      const split = drawBetween(least, greatest, share);
      assert.ok(split >= least && split < greatest);
    }),
    { seed: 3, numRuns: 2000 },
  );
  assert.equal(drawBetween(-Number.MAX_VALUE, Number.MAX_VALUE, 0.5), 0);
});

test("what can't be learnt from or scored is refused in words", () => {
  const samples = cloud(10, 2, 7);
  const fit = (change: Partial<ForestOptions>) => () => fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, ...change });
  assert.throws(
    () => fitForest({ values: new Float64Array(0), rowCount: 0, featureCount: 2 }, DEFAULT_FOREST_OPTIONS),
    {
      name: "RangeError",
      message: /at least one row/,
    },
  );
  assert.throws(
    () => fitForest({ values: new Float64Array(0), rowCount: 3, featureCount: 0 }, DEFAULT_FOREST_OPTIONS),
    {
      name: "RangeError",
      message: /featureCount/,
    },
  );
  assert.throws(
    () => fitForest({ ...samples, rowCount: 9 }, DEFAULT_FOREST_OPTIONS),
    /9 rows of 2 features are 18 values/,
  );
  assert.throws(() => fitForest({ ...samples, values: samples.values.with(3, Number.NaN) }, DEFAULT_FOREST_OPTIONS), {
    message: /Row 1, feature 1 is NaN/,
  });
  assert.throws(fit({ treeCount: 0 }), /treeCount must be a whole number from 1/);
  assert.throws(fit({ subsampleSize: 1 }), /subsampleSize/);
  assert.throws(fit({ featuresPerTree: 3 }), /featuresPerTree must be a whole number from 1 to 2/);
  assert.throws(fit({ seed: -1 }), /seed/);
  assert.throws(() => flatScorer(fit({})()).scores(cloud(2, 3, 1)), /knows 2 features; the rows have 3/);
});
