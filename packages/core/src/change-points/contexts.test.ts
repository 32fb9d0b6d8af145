import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, Span } from "../pipeline/index.ts";
import { contextOf, type ObservedRun, readingsOf, waitsOf } from "./index.ts";

const known = (ms: number): Span => ({ ms, unknown: null });

const aRun = (change: Partial<ObservedRun> = {}): ObservedRun => ({
  repositoryId: 7,
  workflowId: 70,
  runId: 1,
  runAttempt: 1,
  runNumber: null,
  branch: "main",
  event: "push",
  headSha: null,
  title: null,
  createdAtMs: 1000,
  runStartedAtMs: 2000,
  completedAtMs: 300_000,
  conclusion: "success",
  status: null,
  updatedAtMs: null,
  endFrom: "jobs",
  heldFor: null,
  seenHeldAtMs: null,
  heldTime: known(0),
  duration: known(298_000),
  queueTime: known(5000),
  defaultBranch: "main",
  jobCount: 1,
  metrics: new Map(),
  ...change,
});

const aJob = (change: Partial<Job> = {}): Job => ({
  repositoryId: 7,
  runId: 1,
  runAttempt: 1,
  jobId: 10,
  name: "test (a)",
  conclusion: "success",
  createdAtMs: 2000,
  startedAtMs: 7000,
  completedAtMs: 300_000,
  duration: known(293_000),
  queueTime: known(5000),
  runnerName: null,
  runnerGroup: null,
  runnerLabels: "ubuntu-latest",
  ...change,
});

const said = (run: ObservedRun, jobs: readonly Job[] = [], microUsd: number | null = null): readonly string[] =>
  readingsOf(run, jobs, microUsd).map((reading) => {
    const { scope, measure, job, part, kind } = reading;
    const value = kind === "level" ? reading.value : kind === "verdict" ? reading.hasFailed : reading.startedAtMs;
    return [scope, measure, job, part, String(value)].filter((word) => word !== "").join(" ");
  });

test("a passing first attempt says how long it and its jobs took, what it cost, and what was joined to it", () => {
  const metrics = new Map([
    ["coverage", 81.5],
    ["empty", 0],
  ]);
  assert.deepEqual(said(aRun({ metrics }), [aJob()], 24_000), [
    "run failure false",
    "run duration 298000",
    "run cost 24000",
    "run metric coverage 81.5",
    "job failure test (a) false",
    "job duration test (a) 293000",
  ]);
});

test("a failed run and a re-run are no examples of a duration, but the jobs that passed in a failed run are", () => {
  const failed = aRun({ conclusion: "failure" });
  assert.deepEqual(said(failed, [aJob(), aJob({ name: "lint", conclusion: "failure" })], 24_000), [
    "run failure true",
    "job failure test (a) false",
    "job duration test (a) 293000",
    "job failure lint true",
  ]);
  assert.deepEqual(said(aRun({ runAttempt: 2 }), [aJob({ runAttempt: 2 })], 24_000), [
    "run failure false",
    "job failure test (a) false",
  ]);
});

test("cancelled, skipped and zero-job runs say nothing, and inherited or skipped jobs neither", () => {
  for (const conclusion of ["cancelled", "skipped", "neutral", "action_required"] as const) {
    assert.deepEqual(said(aRun({ conclusion }), [aJob()], 1), []);
  }
  assert.deepEqual(said(aRun({ jobCount: 0 })), []);
  assert.deepEqual(said(aRun({ jobCount: 0, conclusion: "startup_failure" })), ["run failure true"]);
  const none = (unknown: "never-ran" | "inherited-from-earlier-attempt") => aJob({ duration: { ms: null, unknown } });
  assert.deepEqual(said(aRun(), [none("never-ran"), none("inherited-from-earlier-attempt")]), [
    "run failure false",
    "run duration 298000",
  ]);
});

test("a scheduled run shows that its schedule is alive, however it ended", () => {
  const cancelled = aRun({ event: "schedule", conclusion: "cancelled" });
  assert.deepEqual(said(cancelled), ["run schedule 1000"]);
  assert.deepEqual(said({ ...cancelled, runAttempt: 2 }), []);
});

test("the jobs of one run are one witness of how long one waits for a runner", () => {
  const waits = [5000, 9000, 700_000].map((ms, jobId) => aJob({ jobId, queueTime: known(ms) }));
  const other = aJob({ runnerLabels: "gpu,linux", queueTime: known(0) });
  const unknown = aJob({ queueTime: { ms: null, unknown: "held-back" } });
  assert.deepEqual(
    waitsOf([...waits, other, unknown]).map((reading) => [reading.job, reading.kind === "level" && reading.value]),
    [
      ["ubuntu-latest", 9000],
      ["gpu,linux", 1],
    ],
  );
});

test("runs are compared within their workflow, class of branch and event", () => {
  const { branches, event } = contextOf(aRun({ branch: "feature/x", event: null }));
  assert.deepEqual([branches, event], ["topic", ""]);
});
