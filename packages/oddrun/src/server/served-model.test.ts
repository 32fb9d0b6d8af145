import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FOREST_OPTIONS, trainModel } from "@oddrun/core";
import { fixedModel, postScore, serverUnderTest } from "./server-under-test.contract.ts";
import { servedModel } from "./served-model.ts";

/** 190 runs of about five minutes, then ten of about fifteen that fail often. */
function sample(): Float64Array {
  return Float64Array.from({ length: 400 }, (_, at) => {
    const row = at >> 1;
    const isOdd = row >= 190;
    const wobble = ((row * 37) % 41) - 20;
    return at % 2 === 0 ? (isOdd ? 900 : 300) + 2 * wobble : (isOdd ? 0.45 : 0.05) + wobble / 600;
  });
}

test("a trained forest answers the two builds of the first example with no and yes, and says why", async () => {
  const { model } = trainModel({
    kind: "metrics",
    features: [
      { name: "duration", unit: "seconds" },
      { name: "failure_rate", unit: "share" },
    ],
    samples: { values: sample(), rowCount: 200, featureCount: 2 },
    contamination: 0.05,
    options: DEFAULT_FOREST_OPTIONS,
    dataWindow: null,
  });
  const server = await serverUnderTest({
    models: fixedModel(servedModel({ model, version: "metrics-1", sha256: "ab" })),
  });
  try {
    const data = [
      { build_id: "build_001", duration: 300, failure_rate: 0.05 },
      { build_id: "build_002", duration: 900, failure_rate: 0.45 },
    ];
    const { json } = await postScore(server.url, JSON.stringify({ data }));
    assert.deepEqual(json.predictions, [false, true]);
    assert.equal(json.reasons[0], null);
    assert.match(json.reasons[1], /duration 15 min, usual .* to .* min/);
    assert.equal(json.threshold, model.threshold);
  } finally {
    await server.stop();
  }
});
