import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";

import { checkStore, pushes, USUAL_JOBS } from "../../operations/check/check-stage.contract.ts";
import { checkCommand } from "./check.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const dataDir = newPlace();
const PULL = { branch: "topic", event: "pull_request" } as const;

before(async () => {
  mkdirSync(dataDir, { recursive: true });
  const slow = { ...USUAL_JOBS, test: { ...USUAL_JOBS.test, "npm test": 600_000 } };
  const store = await checkStore(
    [
      ...pushes(60),
      { runId: 900, hour: 70, ...PULL },
      { runId: 901, hour: 71, ...PULL, branch: "slow", jobs: slow },
      { runId: 902, hour: 72, ...PULL, branch: "broken", failedStep: "npm test" },
    ],
    { path: join(dataDir, "oddrun.db") },
  );
  await store.close();
});

const check = (args: readonly string[], ...options: readonly (readonly [string, string?])[]) =>
  runCommand(checkCommand, dataDir, args, options);

test("a slow run is told with the step that it lies in, and fails nothing unless asked to", async () => {
  const { exitCode, out } = await check(["901"]);
  assert.equal(exitCode, 0);
  assert.match(out, /^"CI": slower beyond noise: 1\d min/);
  assert.match(out, /step "npm test" of job "test": \d+ min/);
  assert.equal((await check(["901"], ["fail-on", "slower"])).exitCode, 1);
  assert.equal((await check(["901"], ["fail-on", "failing"])).exitCode, 0);
});

test("a run within noise passes whatever it is held to", async () => {
  const { exitCode, out } = await check(["900/1"], ["fail-on", "any"]);
  assert.equal(exitCode, 0);
  assert.match(out, /no difference beyond noise: 5 min/);
});

test("a failing run is told as such, by the address of its page too", async () => {
  const page = "https://github.com/octo/shop/actions/runs/902/attempts/1?pr=3";
  const { exitCode, out } = await check([page], ["fail-on", "slower, failing"]);
  assert.equal(exitCode, 1);
  assert.match(out, /job "test", step "npm test" fails here; elsewhere in 0 of 60 runs/);
});

test("as JSON it has its verdict and findings, as Markdown its table", async () => {
  const { out } = await check(["901"], ["json"]);
  const { verdict, findings, run } = JSON.parse(out) as {
    verdict: string;
    findings: readonly { kind: string; step: string }[];
    run: { ratio: number };
  };
  assert.equal(verdict, "slower");
  assert.deepEqual([findings[0]!.kind, findings[0]!.step], ["slower", "npm test"]);
  assert.ok(run.ratio > 1.5);
  assert.match((await check(["901"], ["markdown"])).out, /^### Oddrun: this run is slower\n/);
});

test("what is no run, and a run that is not there, are said to be so", async () => {
  for (const [args, options, exitCode, message] of [
    [["INC-7"], [], 2, /is no run/],
    [["https://example.com/901"], [], 2, /is no run/],
    [["901"], [["fail-on", "sluggish"]], 2, /--fail-on takes slower, failing, any/],
    [["901"], [["json"], ["markdown"]], 2, /exclude each other/],
    [["5"], [], 3, /5/],
    [["https://github.com/octo/other/actions/runs/901"], [], 3, /octo\/other/],
  ] as const) {
    const result = await check(args, ...options);
    assert.equal(result.exitCode, exitCode, result.message);
    assert.match(result.message, message);
  }
});
