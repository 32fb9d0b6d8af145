import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { decodeModel, encodeModel, modelScorer, trainModel } from "./index.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("a saved model scores as the one that was trained, and is saved again to the same bytes", () => {
  const random = seededRandom(5);
  const values = Float64Array.from({ length: 600 }, () => random.next() * 100);
  const samples = { values, rowCount: 300, featureCount: 2 };
  const { model, scores } = trainModel({
    kind: "metrics",
    features: [
      { name: "duration", unit: "seconds" },
      { name: "failure_rate", unit: "share" },
    ],
    samples,
    contamination: 0.05,
    options: { treeCount: 20, subsampleSize: 64, featuresPerTree: null, seed: 1 },
    dataWindow: null,
  });
  const files = encodeModel(model, sha256);
  const loaded = decodeModel(files, sha256);
  assert.deepEqual(loaded, model);
  assert.deepEqual(modelScorer(loaded).scores(samples), scores);
  assert.deepEqual(encodeModel(loaded, sha256), files);
});
