import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sampleMetrics, sampleMetricsCsv } from "@oddrun/core/simulation";
import { modelsCommand } from "./models.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";
import { trainCommand } from "./train.ts";

const records = sampleMetrics({ records: 400, anomalies: 0.05, seed: 42 });
const input = newPlace("records.csv");
writeFileSync(input, sampleMetricsCsv(records));
const slow = newPlace("slow.csv");
// every fifth and every other second one: 40 % in all
writeFileSync(
  slow,
  sampleMetricsCsv(records.map((record, row) => (row % 5 < 2 ? { ...record, duration: record.duration * 3 } : record))),
);
const columns = newPlace("columns.csv");
writeFileSync(columns, `build_id,memory\n${records.map(({ buildId }, row) => `${buildId},${row}\n`).join("")}`);

async function train(dataDir: string, from: string, features?: string): Promise<string> {
  const folder = newPlace("model");
  const options = [
    ["input", from],
    ["model-dir", folder],
    ...(features === undefined ? [] : [["features", features] as const]),
  ] as const;
  const { exitCode, message } = await runCommand(trainCommand, dataDir, [], options);
  assert.equal(exitCode, 0, message);
  return folder;
}

const compare = (dataDir: string, options: readonly (readonly [string, string?])[]) =>
  runCommand(modelsCommand, dataDir, ["compare"], options);

test("a first model has nothing to be compared with, which is no failure", async () => {
  const dataDir = newPlace();
  const folder = await train(dataDir, input);
  const { exitCode, out } = await compare(dataDir, [["model-dir", folder], ["fail-if-worse"]]);
  assert.deepEqual([exitCode, out], [0, "Nothing to compare with: this is the first model.\n"]);
});

test("a worse model is said to be worse, by 1 only where that is asked for, in words, JSON and Markdown", async () => {
  const dataDir = newPlace();
  const good = await train(dataDir, input);
  const poisoned = await train(dataDir, slow);
  const usual = [
    ["model-dir", poisoned],
    ["input", input],
  ] as const;

  const told = await compare(dataDir, usual);
  assert.equal(told.exitCode, 0);
  assert.match(told.out, /^The new model is worse than the serving one: version metrics-1 kept here\./);
  assert.match(told.out, /^ {2}duration x3 +\d+/m);
  const failed = await compare(dataDir, [...usual, ["fail-if-worse"], ["json"], ["with", good]]);
  assert.equal(failed.exitCode, 1);
  const { verdict, comparedWith, reasons } = JSON.parse(failed.out) as Record<string, string>;
  assert.equal(verdict, "worse");
  assert.match(comparedWith!, /^the model in /);
  assert.match(reasons![0]!, /Planted anomalies of duration/);
  const { out } = await compare(dataDir, [...usual, ["markdown"], ["with", "metrics-1"]]);
  assert.match(out, /^### The new model is worse than the serving one\n/);
  assert.match(out, /^\| duration x3 \| \d+ \| [\d.]+ % \/ [\d.]+ % \|/m);

  const back = await compare(dataDir, [
    ["model-dir", good],
    ["with", "metrics-2"],
    ["input", input],
    ["fail-if-worse"],
  ]);
  assert.equal(back.exitCode, 0);
  assert.match(back.out, /^The new model is better/);
});

test("models and records with nothing in common are refused with what each reads", async () => {
  const dataDir = newPlace();
  const other = await train(dataDir, columns, "memory");
  const good = await train(dataDir, input);
  const { exitCode, message } = await compare(dataDir, [
    ["model-dir", good],
    ["with", other],
    ["input", input],
  ]);
  assert.equal(exitCode, 3);
  assert.match(
    message,
    /one reads duration, failure_rate, the other memory, and the records have duration, failure_rate/,
  );
});

test("options that contradict one another, and models that are not there, are refused", async () => {
  const dataDir = newPlace();
  for (const options of [
    [["json"], ["markdown"]],
    [
      ["with", "metrics-1"],
      ["registry", "azureml"],
    ],
  ] as const) {
    const { exitCode, message } = await compare(dataDir, options);
    assert.equal(exitCode, 2);
    assert.match(message, /do not go together/);
  }
  const nowhere = join(newPlace(), "model");
  assert.equal((await compare(dataDir, [["model-dir", nowhere]])).exitCode, 3);
  const folder = await train(dataDir, input);
  const unknown = await compare(dataDir, [
    ["model-dir", folder],
    ["with", "metrics-9"],
  ]);
  assert.match(unknown.message, /no model version "metrics-9"/);
});
