import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { isAnomaly, modelScorer } from "./model-scorer.ts";
import { DEFAULT_FOREST_OPTIONS } from "./samples.ts";
import { trainModel, type TrainingRequest } from "./train-model.ts";

/** 950 runs of about 5 minutes with few failures, then 50 of about 15 with many. */
function pipelineMetrics(): TrainingRequest {
  const random = seededRandom(11);
  const about = (middle: number, spread: number): number =>
    middle + spread * (random.next() + random.next() + random.next() - 1.5);
  const values = Array.from({ length: 1000 }, (_, row) =>
    row < 950 ? [about(300, 60), Math.max(0, about(0.05, 0.05))] : [about(900, 120), about(0.45, 0.2)],
  );
  return {
    kind: "metrics",
    features: [
      { name: "duration", unit: "seconds" },
      { name: "failure_rate", unit: "share" },
    ],
    samples: { values: Float64Array.from(values.flat()), rowCount: 1000, featureCount: 2 },
    contamination: 0.05,
    options: DEFAULT_FOREST_OPTIONS,
    dataWindow: null,
  };
}

test("the planted twentieth is what is flagged, and nothing else", () => {
  const { model, scores } = trainModel(pipelineMetrics());
  assert.equal(model.flaggedCount, 50);
  scores.forEach((score, row) => assert.equal(isAnomaly(model, score), row >= 950));
  assert.deepEqual(model.metrics, {
    scoreMin: Math.min(...scores),
    scoreMean: Math.round((scores.reduce((sum, score) => sum + score, 0) / 1000) * 1e12) / 1e12,
    scoreMax: Math.max(...scores),
    shareFlagged: 0.05,
  });
});

test("rows scored later get the scores they had in training", () => {
  const request = pipelineMetrics();
  const before = request.samples.values.slice();
  const { model, scores } = trainModel(request);
  assert.deepEqual(modelScorer(model).scores(request.samples), scores);
  assert.deepEqual(request.samples.values, before);
});

test("what is usual comes from rows that were not flagged, in their own unit", () => {
  const [duration, failureRate] = trainModel(pipelineMetrics()).model.features;
  assert.ok(duration!.usualLow > 230 && duration!.usualHigh < 370, JSON.stringify(duration));
  assert.ok(Math.abs(duration!.usual - 300) < 5);
  assert.ok(failureRate!.usualLow >= 0 && failureRate!.usualHigh < 0.15, JSON.stringify(failureRate));
});

test("a missing value counts as the neutral one: the training median, or what the caller names", () => {
  const request = pipelineMetrics();
  const { model } = trainModel(request);
  const score = (first: number, second: number): number =>
    modelScorer(model).scores({ values: Float64Array.of(first, second), rowCount: 1, featureCount: 2 })[0]!;
  assert.equal(score(Number.NaN, 0.04), score(model.features[0]!.neutral, 0.04));

  const named = trainModel({
    ...request,
    features: request.features.map((feature) => ({ ...feature, neutral: 0 })),
  });
  assert.deepEqual(
    named.model.features.map((feature) => feature.neutral),
    [0, 0],
  );
});

test("rows with missing values are learnt from, and a feature that is missing everywhere does no harm", () => {
  const request = pipelineMetrics();
  const values = Float64Array.from({ length: 3000 }, (_, index) =>
    index % 3 === 2 ? Number.NaN : request.samples.values[Math.floor(index / 3) * 2 + (index % 3)]!,
  );
  values[0] = Number.NaN;
  const { model } = trainModel({
    ...request,
    features: [...request.features, { name: "coverage", unit: "percent" }],
    samples: { values, rowCount: 1000, featureCount: 3 },
  });
  assert.deepEqual(model.features[2], {
    name: "coverage",
    unit: "percent",
    neutral: 0,
    usualLow: 0,
    usual: 0,
    usualHigh: 0,
  });
  assert.equal(model.scaler.scale[2], 1);
  assert.ok(!model.forest.feature.includes(2));
});

test("shifting and stretching a feature does not change who is flagged", () => {
  const request = pipelineMetrics();
  const minutes = request.samples.values.map((value, index) => (index % 2 === 0 ? value * 0.25 + 1024 : value));
  const { model, scores } = trainModel({ ...request, samples: { ...request.samples, values: minutes } });
  scores.forEach((score, row) => assert.equal(isAnomaly(model, score), row >= 950));
});

test("what can't be trained on is refused in words", () => {
  const request = pipelineMetrics();
  const train = (change: Partial<TrainingRequest>) => () => trainModel({ ...request, ...change });
  const named = (...names: string[]) => train({ features: names.map((name) => ({ name, unit: "none" as const })) });
  assert.throws(train({ contamination: 0.6 }), { name: "RangeError", message: /at most 0\.5; it is 0\.6/ });
  assert.throws(named("a"), /1 features are named; the rows have 2/);
  assert.throws(named("a", "a"), /"a" is there twice/);
  assert.throws(named("a", "__proto__"), /"__proto__" can't be the name/);
  assert.throws(named("a", ""), /feature 1 has no name/);
  assert.throws(named("a", "b".repeat(257)), /257 characters/);
  assert.throws(
    train({ features: request.features.map((feature) => ({ ...feature, neutral: Number.NaN })) }),
    /neutral value of feature "duration" must be finite/,
  );
  const values = request.samples.values.with(5, Number.POSITIVE_INFINITY);
  assert.throws(train({ samples: { ...request.samples, values } }), /Row 2, feature 1 is Infinity/);
  assert.throws(train({ samples: { values: new Float64Array(0), rowCount: 0, featureCount: 2 } }), /at least one row/);
  const { model } = trainModel(request);
  const infinite = { values: Float64Array.of(Number.NEGATIVE_INFINITY, 0), rowCount: 1, featureCount: 2 };
  assert.throws(() => modelScorer(model).scores(infinite), /Row 0, feature 0 is -Infinity/);
});
