import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { before, test } from "node:test";
import { importCommand } from "./import.ts";
import { metricCommand } from "./metric.ts";
import { newPlace, runCommand, storedRuns } from "./store-command.contract.ts";

const dataDir = newPlace();
before(async () => {
  const file = newPlace("history.csv");
  const times = "2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,success";
  const rows = ["octo/widgets,CI,1001,1", "octo/widgets,CI,1001,2", "octo/widgets,CI,1002,1", "octo/gadgets,CI,1002,1"];
  const header = "repository,workflow,run_id,run_attempt,created_at,completed_at,conclusion";
  writeFileSync(file, [header, ...rows.map((row) => `${row},${times}`), ""].join("\n"));
  assert.equal((await runCommand(importCommand, dataDir, [file])).exitCode, 0);
});

const join = (args: readonly string[], options: readonly (readonly [string, string?])[] = []) =>
  runCommand(metricCommand, dataDir, args, options);

async function metricsOf(repository: string, runId: number, attempt: number) {
  const runs = await storedRuns(dataDir);
  const run = runs.find(
    (run) => run.repositoryName === repository && run.runId === runId && run.runAttempt === attempt,
  );
  return Object.fromEntries(run?.metrics ?? []);
}

test("numbers are joined to the latest attempt, and a second saving replaces one", async () => {
  const { exitCode, out } = await join(["1001", "coverage=81.4", "peak_memory_mb=5120"]);
  assert.equal(exitCode, 0);
  assert.equal(out, "octo/widgets run 1001, attempt 2: coverage = 81.4, peak_memory_mb = 5120\n");
  await join(["1001", "coverage=-2e-1"]);
  assert.deepEqual(await metricsOf("octo/widgets", 1001, 2), { coverage: -0.2, peak_memory_mb: 5120 });
  assert.deepEqual(await metricsOf("octo/widgets", 1001, 1), {});
});

test("an attempt may be named, and must be there", async () => {
  assert.equal((await join(["1001", "size=1"], [["attempt", "1"]])).exitCode, 0);
  assert.deepEqual(await metricsOf("octo/widgets", 1001, 1), { size: 1 });
  const { exitCode, message } = await join(["1001", "size=1"], [["attempt", "7"]]);
  assert.equal(exitCode, 3);
  assert.equal(message, "Run 1001 has no attempt 7 in the store; it has 1, 2.");
});

test("a run id of several repositories needs the repository", async () => {
  const { exitCode, message } = await join(["1002", "size=1"]);
  assert.equal(exitCode, 2);
  assert.match(message, /octo\/\w+, octo\/\w+\. Name one with --repo/);
  assert.equal((await join(["1002", "size=3"], [["repo", "Octo/Gadgets"]])).exitCode, 0);
  assert.deepEqual(await metricsOf("octo/gadgets", 1002, 1), { size: 3 });
  assert.deepEqual(await metricsOf("octo/widgets", 1002, 1), {});
});

test("an unknown run, and a store that is not there, say what to do", async () => {
  assert.deepEqual((await join(["77", "size=1"])).exitCode, 3);
  const nowhere = await runCommand(metricCommand, newPlace(), ["77", "size=1"]);
  assert.equal(nowhere.exitCode, 3);
  assert.match(nowhere.message, /oddrun import/);
});

test("names and numbers are strict, and nothing is joined when one is wrong", async () => {
  const bad = [
    "coverage",
    "coverage=",
    "coverage=abc",
    "coverage=81,4",
    "coverage=81%",
    "coverage=NaN",
    "coverage=1e400",
  ];
  const names = ["Coverage=1", "=1", `${"x".repeat(65)}=1`, "a b=1", "coverage=0x10", "coverage=Infinity"];
  for (const pair of [...bad, ...names]) {
    const { exitCode, message } = await join(["1001", "fresh=1", pair]);
    assert.equal(exitCode, 2, pair);
    assert.ok(!message.includes("\n"));
  }
  assert.equal((await join(["1001", "fresh=1", "fresh=2"])).exitCode, 2);
  assert.equal("fresh" in (await metricsOf("octo/widgets", 1001, 2)), false);
});

test("run ids, attempts and repositories are strict", async () => {
  assert.equal((await join(["run", "a=1"])).exitCode, 2);
  assert.equal((await join(["99999999999999999999", "a=1"])).exitCode, 2);
  assert.equal((await join(["1001"])).exitCode, 2);
  assert.equal((await join(["1001", "a=1"], [["attempt", "0"]])).exitCode, 2);
  assert.equal((await join(["1001", "a=1"], [["repo", "https://github.com/octo/widgets"]])).exitCode, 2);
});

test("what was joined comes as JSON for programs", async () => {
  const { out } = await join(["1001", "coverage=90"], [["json"]]);
  const shown = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual([shown["repository"], shown["runAttempt"], shown["metrics"]], ["octo/widgets", 2, { coverage: 90 }]);
});
