import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Logger } from "../../operations/ports.ts";
import { localRegistry } from "./index.ts";
import { smallModel } from "./small-model.contract.ts";

const root = mkdtempSync(join(tmpdir(), "oddrun-registry-"));
after(() => rmSync(root, { recursive: true, force: true }));

function open(name: string) {
  const warnings: string[] = [];
  const log: Logger = { debug() {}, info() {}, warn: (message) => warnings.push(message), error() {} };
  let atMs = Date.UTC(2026, 0, 1);
  const folder = join(root, name);
  return { registry: localRegistry(folder, () => (atMs += 1000), log), folder, warnings };
}

test("an empty registry has no model, and that is no error", async () => {
  const { registry } = open("empty");
  assert.equal(await registry.promoted("metrics"), null);
  assert.deepEqual(await registry.list(), []);
});

test("every training is a version of its own, and the newest is in use", async () => {
  const { registry } = open("versions");
  assert.equal((await registry.register(smallModel(1), "a.csv")).version, "metrics-1");
  assert.equal((await registry.register(smallModel(1), "b.csv")).version, "metrics-2");
  assert.equal((await registry.promoted("metrics"))?.version, "metrics-2");
  assert.deepEqual(
    (await registry.list()).map(({ version, source, isPromoted }) => [version, source, isPromoted]),
    [
      ["metrics-2", "b.csv", true],
      ["metrics-1", "a.csv", false],
    ],
  );
  assert.equal((await registry.load("metrics-1")).model.seed, 1);
});

test("trainings at the same time get different versions", async () => {
  const { registry } = open("at-once");
  const versions = await Promise.all([1, 2, 3, 4, 5].map((seed) => registry.register(smallModel(seed), "x")));
  assert.equal(new Set(versions.map(({ version }) => version)).size, 5);
});

test("trainings of both kinds at the same time are both in use afterwards", async () => {
  const { registry } = open("both-kinds");
  const models = [1, 2, 3, 4, 5, 6]
    .map(smallModel)
    .map((model) => (model.seed % 2 ? model : { ...model, kind: "history" as const }));
  await Promise.all(models.map((model) => registry.register(model, "x")));
  const inUse = (await registry.list()).filter(({ isPromoted }) => isPromoted);
  assert.deepEqual(inUse.map(({ kind }) => kind).sort(), ["history", "metrics"]);
});

test("a version whose registration is gone is left out of the list, with a warning", async () => {
  const { registry, folder, warnings } = open("unregistered");
  await registry.register(smallModel(1), "x");
  await registry.register(smallModel(2), "x");
  rmSync(join(folder, "metrics-1", "registration.json"));
  assert.deepEqual(
    (await registry.list()).map(({ version }) => version),
    ["metrics-2"],
  );
  assert.equal(warnings.length, 1);
});

test("what a killed training left behind is no version, and goes", async () => {
  const { registry, folder } = open("killed");
  await registry.register(smallModel(1), "x");
  mkdirSync(join(folder, ".incoming-999999999-abc"));
  assert.equal((await registry.list()).length, 1);
  await registry.register(smallModel(2), "x");
  assert.deepEqual(readdirSync(folder).sort(), [".promoting", "metrics-1", "metrics-2", "promoted.json"]);
});

test("a folder that another training takes away meanwhile does not stop this one", async () => {
  const { registry, folder } = open("taken-away");
  await registry.register(smallModel(1), "x");
  // listed, and gone for whoever looks closer
  symlinkSync(join(folder, "nowhere"), join(folder, `.incoming-${process.pid}-abc`));
  assert.equal((await registry.register(smallModel(2), "x")).version, "metrics-2");
});

test("a damaged version in use gives way to the last good one, with a warning", async () => {
  const { registry, folder, warnings } = open("damaged");
  await registry.register(smallModel(1), "x");
  await registry.register(smallModel(2), "x");
  const path = join(folder, "metrics-2", "isolation_forest.bin");
  writeFileSync(path, readFileSync(path).subarray(10));
  assert.equal((await registry.promoted("metrics"))?.version, "metrics-1");
  assert.equal(warnings.length, 1);
});

test("a damaged note of what is in use gives way to the newest version", async () => {
  const { registry, folder, warnings } = open("damaged-note");
  await registry.register(smallModel(1), "x");
  writeFileSync(join(folder, "promoted.json"), "{");
  assert.equal((await registry.promoted("metrics"))?.version, "metrics-1");
  assert.equal(warnings.length, 1);
});

test("a version whose files were swapped with another's is refused", async () => {
  const { registry, folder } = open("swapped");
  await registry.register(smallModel(1), "x");
  await registry.register(smallModel(2), "x");
  for (const name of ["model.json", "isolation_forest.bin"]) {
    writeFileSync(join(folder, "metrics-1", name), readFileSync(join(folder, "metrics-2", name)));
  }
  await assert.rejects(registry.load("metrics-1"), /not the one that was kept/);
});

test("names that are no version never reach the disk", async () => {
  const { registry } = open("names");
  for (const name of ["../metrics-1", "metrics-0", "metrics-1/..", "__proto__", "x".repeat(500), "latest;rm"]) {
    await assert.rejects(registry.load(name), { code: "model-version-unknown" });
  }
});
