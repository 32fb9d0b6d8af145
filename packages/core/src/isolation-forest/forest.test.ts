import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { DEFAULT_FOREST_OPTIONS, fitForest, flatScorer, referenceScores, type SampleMatrix } from "./index.ts";

function cloud(rowCount: number, featureCount: number, seed: number): SampleMatrix {
  const random = seededRandom(seed);
  const values = Float64Array.from(
    { length: rowCount * featureCount },
    () => random.next() + random.next() + random.next(),
  );
  return { values, rowCount, featureCount };
}

test("planted extremes score highest", () => {
  const samples = cloud(1000, 3, 1);
  samples.values.set([9, 9, 9], 0);
  samples.values.set([-7, 9, -7], 3 * 500);
  const scores = flatScorer(fitForest(samples, DEFAULT_FOREST_OPTIONS)).scores(samples);
  const highest = [...scores.keys()].sort((one, other) => scores[other]! - scores[one]!).slice(0, 2);
  assert.deepEqual(
    highest.sort((one, other) => one - other),
    [0, 500],
  );
});

test("the flat scorer gives the definition's scores to the last bit", () => {
  const samples = cloud(3000, 4, 2);
  const forest = fitForest(samples, DEFAULT_FOREST_OPTIONS);
  assert.deepEqual(flatScorer(forest).scores(samples), referenceScores(forest, samples));
});
