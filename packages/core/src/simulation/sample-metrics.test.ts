import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { isAnomaly, modelScorer, trainModel } from "../isolation-forest/index.ts";
import { sampleMetrics, sampleMetricsCsv } from "./sample-metrics.ts";

const OPTIONS = { records: 1000, anomalies: 0.05, seed: 42 };

test("a seed fixes the sample file to the byte", () => {
  const csv = sampleMetricsCsv(sampleMetrics(OPTIONS));
  assert.equal(csv, sampleMetricsCsv(sampleMetrics(OPTIONS)));
  assert.notEqual(csv, sampleMetricsCsv(sampleMetrics({ ...OPTIONS, seed: 43 })));
  assert.equal(
    createHash("sha256").update(csv).digest("hex"),
    "942508af480cd09851b86e988068d6dfe370997f1530ca65998ad4449b057bbd",
  );
});

test("the sample has its share of slow, failing builds among usual ones, in no order", () => {
  const records = sampleMetrics(OPTIONS);
  assert.equal(records.length, 1000);
  assert.deepEqual(
    [records[0]?.buildId, records[998]?.buildId, records[999]?.buildId],
    ["build_001", "build_999", "build_1000"],
  );
  const slow = records.filter(({ duration }) => duration >= 500);
  assert.equal(slow.length, 50);
  assert.ok(slow.every(({ duration, failureRate }) => duration <= 1300 && failureRate >= 0.2 && failureRate <= 0.7));
  const usual = records.filter(({ duration }) => duration < 500);
  assert.ok(usual.every(({ duration, failureRate }) => duration >= 210 && failureRate >= 0 && failureRate <= 0.1));
  const mean = usual.reduce((sum, { duration }) => sum + duration, 0) / usual.length;
  assert.ok(Math.abs(mean - 300) < 5);
  assert.ok(records.slice(0, 100).some(({ duration }) => duration > 500));
});

test("after training on the sample, the usual build of the documentation is usual and the slow one is an anomaly", () => {
  for (const seed of [1, 2, 3, 7, 42, 99, 12_345, 2 ** 40]) {
    const records = sampleMetrics({ ...OPTIONS, seed });
    const values = Float64Array.from(records.flatMap(({ duration, failureRate }) => [duration, failureRate]));
    const { model } = trainModel({
      kind: "metrics",
      features: [
        { name: "duration", unit: "seconds" },
        { name: "failure_rate", unit: "share" },
      ],
      samples: { values, rowCount: records.length, featureCount: 2 },
      contamination: 0.05,
      options: { treeCount: 100, subsampleSize: 256, featuresPerTree: null, seed: 42 },
      dataWindow: null,
    });
    const example = Float64Array.from([300, 0.05, 900, 0.45]);
    const scores = modelScorer(model).scores({ values: example, rowCount: 2, featureCount: 2 });
    assert.deepEqual(
      [...scores].map((score) => isAnomaly(model, score)),
      [false, true],
      `seed ${seed}: ${scores.join(" and ")} at ${model.threshold}`,
    );
  }
});
