import assert from "node:assert/strict";
import { test } from "node:test";
import { checkBranch } from "./check-branch.ts";
import { checkRun } from "./check-run.ts";
import { checkNotes } from "./check-notes.ts";
import { checkStore, type MadeRun, pushes, USUAL_JOBS } from "./check-stage.contract.ts";
import { verdictWords } from "./check-words.ts";
import type { RunCheck } from "./run-check.ts";

const PULL = { branch: "topic", event: "pull_request" } as const;
const withTest = (steps: Readonly<Record<string, number>>) => ({
  ...USUAL_JOBS,
  test: { ...USUAL_JOBS.test, ...steps },
});

async function check(runs: readonly MadeRun[], runId = 900): Promise<RunCheck> {
  const store = await checkStore(runs);
  try {
    return await checkRun({ runId, repository: null, attempt: null }, store);
  } finally {
    await store.close();
  }
}

test("a pull request's run like those of the default branch is within noise, in one line", async () => {
  const found = await check([...pushes(60), { runId: 900, hour: 70, ...PULL }]);
  assert.equal(found.kind, "within-noise");
  assert.match(verdictWords(found), /^no difference beyond noise: 5 min \d\d s, usual 5\.\d to [56](\.\d)? min$/);
});

test("a run within noise that took longer than most is not passed off as one of them", async () => {
  const longer = { runId: 900, hour: 30, ...PULL, jobs: withTest({ "npm test": 345_000 }) };
  const found = await check([...pushes(20), longer]);
  assert.equal(found.kind, "within-noise");
  assert.match(
    checkNotes(found).join(" "),
    /longer than nine of ten .*would be called slower from [+\d.% times]+(the usual time )?on\./,
  );
  const usual = await check([...pushes(20), { runId: 900, hour: 30, ...PULL }]);
  assert.doesNotMatch(checkNotes(usual).join(" "), /longer than/);
});

test("a step that takes three times as long is found, with the job and the step that it lies in", async () => {
  const found = await check([
    ...pushes(60),
    { runId: 900, hour: 70, ...PULL, jobs: withTest({ "npm test": 500_000 }) },
  ]);
  assert.equal(found.kind, "slower");
  assert.equal(found.jobs[0]!.job, "test");
  assert.equal(found.jobs[0]!.compared.kind, "slower");
  assert.equal(found.jobs[1]!.compared.kind, "within-noise");
  assert.ok(found.cause?.kind === "part" && found.cause.part.step === "npm test");
  assert.match(verdictWords(found), /^slower beyond noise: 9 min \d\d s, usual 5 min \d\d s \(\+\d\d %\)$/);
});

test("a job beside the longest one is found slower though the whole run is not", async () => {
  const jobs = { ...USUAL_JOBS, build: { ...USUAL_JOBS.build, "npm run build": 190_000 } };
  const found = await check([...pushes(60), { runId: 900, hour: 70, ...PULL, jobs }]);
  assert.deepEqual([found.kind, found.whole?.kind], ["slower", "within-noise"]);
  assert.match(verdictWords(found), /^job "build" is slower beyond noise/);
});

test("waiting for runners is no pull request's fault, be it at the start or between jobs", async () => {
  const first = await check([...pushes(60), { runId: 900, hour: 70, ...PULL, queueMs: 900_000 }]);
  assert.equal(first.kind, "within-noise");
  const last = { job: "test", waitMs: 5000 };
  const between = await check([
    ...pushes(60, { last }),
    { runId: 900, hour: 70, ...PULL, last: { job: "test", waitMs: 400_000 } },
  ]);
  assert.equal(between.kind, "within-noise");
  assert.match(verdictWords(between), /more waiting for runners/);
});

test("time lost in installing is called what a cold cache looks like", async () => {
  const found = await check([...pushes(60), { runId: 900, hour: 70, ...PULL, jobs: withTest({ "npm ci": 240_000 }) }]);
  assert.equal(found.kind, "slower");
  assert.match(checkNotes(found).join(" "), /a cold cache looks like this/);
});

test("a workflow with less than fifteen passing runs to compare with is too little history, and says what it took", async () => {
  const found = await check([...pushes(9), { runId: 900, hour: 70, ...PULL }]);
  assert.equal(found.kind, "too-little-history");
  assert.match(verdictWords(found), /it took 5 min .*; 9 of the 15 passing runs needed/);
});

test("what all pull requests take more than pushes is not held against one of them", async () => {
  const jobs = { ...USUAL_JOBS, preview: { deploy: 520_000 } };
  const others = Array.from({ length: 24 }, (_, at) => ({
    runId: 300 + at,
    hour: 20.5 + at,
    branch: `other-${at >> 1}`,
    event: "pull_request",
    jobs,
  }));
  const found = await check([...pushes(60), ...others, { runId: 900, hour: 70, ...PULL, jobs }]);
  assert.equal(found.kind, "within-noise");
  const alone = await check([...pushes(60), { runId: 900, hour: 70, ...PULL, jobs }]);
  assert.deepEqual([alone.kind, alone.isCommonJobsOnly], ["within-noise", true]);
});

test("a job that passes on the default branch and fails here is failing; one that often fails there may be chance", async () => {
  const failed = { runId: 900, hour: 70, ...PULL, failedStep: "npm test" };
  const found = await check([...pushes(60), failed]);
  assert.equal(found.kind, "failing");
  assert.match(verdictWords(found), /job "test", step "npm test" fails here; elsewhere in 0 of 60 runs/);
  const flaky = pushes(60).map((run, at) => (at % 5 === 0 ? { ...run, failedStep: "npm test" } : run));
  const chance = await check([...flaky, failed]);
  assert.equal(chance.kind, "within-noise");
  assert.match(verdictWords(chance), /12 of 60 runs, so that it may be chance/);
  const again = [1, 2].map((at) => ({ ...failed, runId: 900 - at, hour: 70 - at }));
  assert.equal((await check([...flaky, ...again, failed])).kind, "failing", "three times in a row is no chance");
});

test("while the default branch itself fails in the job, no pull request is blamed for it", async () => {
  const broken = pushes(60).map((run, at) => (at >= 57 ? { ...run, failedStep: "npm test" } : run));
  const failed = [68, 69, 70].map((hour, at) => ({ runId: 898 + at, hour, ...PULL, failedStep: "npm test" }));
  const found = await check([...broken, ...failed]);
  assert.equal(found.kind, "within-noise");
  assert.match(verdictWords(found), /elsewhere in 3 of 60 runs, the last one too/);
});

test("a failure that a short history never saw is failing", async () => {
  const found = await check([...pushes(5), { runId: 900, hour: 70, ...PULL, failedStep: "npm test" }]);
  assert.equal(found.kind, "failing");
  assert.match(verdictWords(found), /elsewhere in 0 of 5 runs$/);
});

test("a run from a fork's own main is a pull request's, and does not tell what is usual", async () => {
  const fork = { branch: "main", event: "pull_request" };
  const slow = Array.from({ length: 30 }, (_, at) => ({
    runId: 300 + at,
    hour: 30.5 + at,
    ...fork,
    jobs: withTest({ "npm test": 900_000 }),
  }));
  const found = await check([...pushes(60), ...slow, { runId: 900, hour: 70, ...PULL }]);
  assert.ok(found.whole !== null && found.whole.kind !== "too-little-history" && found.whole.usualRunCount === 60);
});

test("a workflow that only runs on pull requests is compared with other branches", async () => {
  const others = pushes(40).map((run, at) => ({ ...run, branch: `other-${at}`, event: "pull_request" }));
  const slow = { runId: 900, hour: 70, ...PULL, jobs: withTest({ "npm test": 700_000 }) };
  const found = await check([...others, slow]);
  assert.deepEqual([found.kind, found.against], ["slower", "other-branches"]);
});

test("what was cancelled is not checked, and a later run knows nothing of what came after it", async () => {
  const cancelled = await check([...pushes(60), { runId: 900, hour: 70, ...PULL, conclusion: "cancelled" }]);
  assert.deepEqual([cancelled.kind, cancelled.notChecked], ["not-checked", "cancelled-or-skipped"]);
  const early = await check([...pushes(60), { runId: 900, hour: 10.5, ...PULL }]);
  assert.equal(early.kind, "too-little-history");
});

test("the last run of each workflow on a branch is checked, or of a commit", async () => {
  const own = [80, 81].map((hour, at) => ({ runId: 900 + at, hour, ...PULL }));
  const store = await checkStore([...pushes(60), ...own]);
  const nowMs = Date.UTC(2026, 0, 12);
  const target = { repository: "octo/shop", branch: "topic", headSha: null, nowMs };
  const checks = await checkBranch(target, store);
  assert.deepEqual(
    checks.map(({ run, kind }) => [run.runId, kind]),
    [[901, "within-noise"]],
  );
  assert.deepEqual(await checkBranch({ ...target, branch: null, headSha: "none" }, store), []);
  await store.close();
});

test("where a commit was pushed and is in a pull request too, the pull request's run is the one that is checked", async () => {
  const headSha = "f".repeat(40);
  const ofPull = { runId: 900, hour: 80, ...PULL, failedStep: "npm test", headSha };
  const ofPush = { runId: 901, hour: 81, branch: "topic", event: "push", headSha };
  const store = await checkStore([...pushes(60), ofPull, ofPush]);
  const target = { repository: "octo/shop", branch: null, headSha, nowMs: Date.UTC(2026, 0, 12) };
  const checks = await checkBranch(target, store);
  assert.deepEqual(
    checks.map(({ run, kind }) => [run.runId, kind]),
    [[900, "failing"]],
  );
  await store.close();
});
