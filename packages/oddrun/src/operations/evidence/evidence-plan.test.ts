import assert from "node:assert/strict";
import { test } from "node:test";
import { EVIDENCE_KINDS, type Job } from "@oddrun/core";
import { comparableRun, hasWaitedUnexplained, jobToCompare, missingKinds } from "./evidence-plan.ts";
import { aJob, aStoredRun } from "./evidence-fixtures.contract.ts";
import type { EarlierRun } from "./evidence-store.ts";
import type { StoredRun } from "../ports.ts";

const earlier = (change: Partial<StoredRun>, verdictKind: EarlierRun["verdictKind"] = "usual"): EarlierRun => ({
  run: aStoredRun(change),
  verdictKind,
});

test("the newest usual success of the branch is compared with, then of the class, then a success not judged", () => {
  const run = aStoredRun({ branch: "topic/a" });
  const chosen = (...runs: readonly EarlierRun[]) => comparableRun(run, runs)?.runId ?? null;
  const otherBranch = earlier({ runId: 9, branch: "topic/b" });
  const sameBranch = earlier({ runId: 8, branch: "topic/a" });
  const unjudged = earlier({ runId: 7, branch: "topic/b" }, null);
  assert.equal(chosen(otherBranch, sameBranch), 8);
  assert.equal(chosen(unjudged, otherBranch), 9);
  assert.equal(chosen(unjudged), 7);
  assert.equal(chosen(earlier({ branch: "main" })), null);
  assert.equal(chosen(earlier({ branch: "topic/a" }, "anomalous")), null);
  assert.equal(chosen(earlier({ branch: "topic/a", conclusion: "failure" })), null);
  assert.equal(chosen(), null);
});

test("the job that grew most is looked at, or the one that shrank most where none grew", () => {
  const jobs = (...ms: readonly (number | null)[]): readonly Job[] =>
    ms.map((length, at) => aJob({ jobId: at + 1, name: `job ${at}`, ...lasting(length) }));
  assert.equal(jobToCompare(jobs(10, 50, 90), jobs(10, 10, 80))?.now.name, "job 1");
  assert.equal(jobToCompare(jobs(10, 10), jobs(11, 40))?.now.name, "job 1");
  assert.equal(jobToCompare(jobs(10, null), jobs(10, 5))?.now.name, "job 0");
  assert.equal(jobToCompare(jobs(10), [aJob({ name: "other" })]), null);
  assert.equal(jobToCompare([aJob({ conclusion: "skipped" })], [aJob()]), null);
  assert.equal(jobToCompare([aJob({ jobId: -4 })], [aJob()]), null);
});

const lasting = (ms: number | null): Pick<Job, "duration"> => ({
  duration: ms === null ? { ms, unknown: "never-ran" } : { ms, unknown: null },
});

test("approvals are asked for after a long wait that nothing explains, and only then", () => {
  const waited = (change: Partial<StoredRun>) => hasWaitedUnexplained(aStoredRun(change));
  const hour = { ms: 3_600_000, unknown: null };
  assert.equal(waited({}), false);
  assert.equal(waited({ heldTime: hour }), true);
  assert.equal(waited({ queueTime: hour }), true);
  assert.equal(waited({ queueTime: { ms: null, unknown: "held-back" } }), true);
  assert.equal(waited({ heldTime: hour, heldFor: "approval" }), false);
});

test("what is known of a run is not wanted again, and approvals only where there is something to explain", () => {
  const all = new Set(EVIDENCE_KINDS);
  const known = [{ kind: "commits", subject: "", comparedWith: null, value: null, unknown: "not-at-github" }] as const;
  assert.deepEqual([...missingKinds(aStoredRun(), all, known)], ["workflow-file", "actions", "runner", "cache"]);
  assert.deepEqual([...missingKinds(aStoredRun(), new Set(["commits"]), known)], []);
});
