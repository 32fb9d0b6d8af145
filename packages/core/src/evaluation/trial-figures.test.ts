import assert from "node:assert/strict";
import { test } from "node:test";
import { trainModel } from "../isolation-forest/index.ts";
import { makeTrial, scoreTrial } from "./model-trial.ts";
import { plantedKinds } from "./planted-anomalies.ts";
import { rocAuc } from "./ranking.ts";
import { figuresOf } from "./trial-figures.ts";

const rows = Array.from({ length: 60 }, (_, row) => 100 + ((row * 37) % 60));
const records = { features: ["duration"], values: Float64Array.from(rows), rowCount: rows.length };
const { model } = trainModel({
  kind: "metrics",
  features: [{ name: "duration", unit: "seconds" }],
  samples: { values: records.values, rowCount: rows.length, featureCount: 1 },
  contamination: 0.1,
  options: { treeCount: 20, subsampleSize: 32, featuresPerTree: null, seed: 1 },
  dataWindow: null,
});
const bases = Uint32Array.from(rows, (_, row) => row).filter((row) => row % 2 === 0);
const trial = makeTrial(records, bases, plantedKinds(records, ["duration"]));
const scores = scoreTrial(model, trial);
const figures = figuresOf(trial, scores);

test("weights count a record as often as they say", () => {
  const weights = Uint32Array.from(rows, (_, row) => row % 3);
  const weighted = figures(weights);
  for (const [kind, planted] of scores.planted.entries()) {
    const labels: number[] = [];
    const repeated: number[] = [];
    for (const [base, row] of bases.entries()) {
      for (let time = 0; time < weights[row]!; time++) {
        labels.push(0, 1);
        repeated.push(scores.untouched[row]!, planted[base]!);
      }
    }
    assert.ok(Math.abs(weighted.auc[kind]! - rocAuc(labels, repeated)) < 1e-12);
  }
});

test("found at 5 % false alarms is what lies above the 95 % of the untouched base records", () => {
  const once = figures(new Uint32Array(rows.length).fill(1));
  const usual = Array.from(bases, (row) => scores.untouched[row]!).sort((one, other) => one - other);
  const cut = usual[Math.ceil(usual.length * 0.95) - 1]!;
  for (const [kind, planted] of scores.planted.entries()) {
    const share = planted.filter((score) => score > cut).length / planted.length;
    assert.ok(Math.abs(once.foundAtFivePercent[kind]! - share) < 1e-12);
    const found = planted.filter((score) => score >= model.threshold).length / planted.length;
    assert.ok(Math.abs(once.found[kind]! - found) < 1e-12);
  }
  assert.ok(once.foundAtFivePercent[2]! > 0);
});
