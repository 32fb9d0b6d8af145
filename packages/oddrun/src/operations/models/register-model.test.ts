import assert from "node:assert/strict";
import { test } from "node:test";
import type { IsolationForestModel } from "@oddrun/core";
import { checkedModelName, modelToRegister } from "./register-model.ts";

const MODEL = {
  kind: "metrics",
  features: [{ name: "duration" }, { name: "failure_rate" }],
  forest: { treeCount: 100, subsampleSize: 256, options: { featuresPerTree: null } },
  contamination: 0.05,
  threshold: 0.6,
  seed: 42,
  dataWindow: { first: "2026-01-01T00:00:00Z", last: "2026-06-30T00:00:00Z" },
  rowCount: 1000,
  flaggedCount: 50,
  metrics: { scoreMin: 0.3, scoreMean: 0.4 },
} as unknown as IsolationForestModel;
const FACTS = { name: "m", source: "pipeline_metrics.csv", oddrunVersion: "1.2.3", gitCommit: "abc" };

test("what is registered says how the model was made, on what, and what it flagged", () => {
  const files = new Map([["model.json", new Uint8Array([1])]]);
  const { parameters, metrics, properties, description } = modelToRegister(MODEL, files, FACTS);
  assert.equal(description, "Isolation Forest of Oddrun 1.2.3, trained on 1000 records of pipeline_metrics.csv");
  assert.deepEqual(Object.fromEntries(parameters), {
    kind: "metrics",
    features: "duration,failure_rate",
    trees: "100",
    subsample: "256",
    features_per_tree: "all",
    seed: "42",
    contamination: "0.05",
  });
  assert.deepEqual(Object.fromEntries(metrics), {
    record_count: 1000,
    flagged_count: 50,
    flagged_share: 0.05,
    threshold: 0.6,
    contamination: 0.05,
    score_min: 0.3,
    score_mean: 0.4,
  });
  assert.deepEqual(Object.fromEntries(properties), {
    oddrun_version: "1.2.3",
    oddrun_source: "pipeline_metrics.csv",
    oddrun_data_from: "2026-01-01T00:00:00Z",
    oddrun_data_to: "2026-06-30T00:00:00Z",
    oddrun_git_commit: "abc",
  });
});

test("names from outside are made visible and short; what is not known is left out", () => {
  const features = [{ name: "a\u001b[31m" }, { name: "b".repeat(600) }];
  const model = { ...MODEL, features, dataWindow: null } as unknown as IsolationForestModel;
  const { parameters, properties } = modelToRegister(model, new Map(), { ...FACTS, gitCommit: null });
  assert.match(parameters.get("features")!, /^a⟨U\+001B⟩\[31m,b+…$/);
  assert.equal(parameters.get("features")!.length, 500);
  assert.deepEqual([...properties.keys()], ["oddrun_version", "oddrun_source"]);
});

test("a model's name is one that Azure Machine Learning takes", () => {
  for (const name of ["m", "pipeline-anomaly", "A_1"]) assert.equal(checkedModelName(name), name);
  for (const name of ["", "-m", "a/b", "..", "a b", "ä", "x".repeat(256)]) {
    assert.throws(() => checkedModelName(name), { code: "bad-usage" }, name);
  }
});
