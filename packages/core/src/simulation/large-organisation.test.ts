import assert from "node:assert/strict";
import { test } from "node:test";
import { largeOrganisation, LARGE_SIZE } from "./index.ts";

const size = { repositories: 6, workflows: 20, jobs: 120, steps: 1_000 };
const options = { seed: 3, startMs: Date.UTC(2026, 2, 2), weeks: 4, size };

function collect(changes: Partial<Parameters<typeof largeOrganisation>[0]> = {}) {
  const { batches, truth } = largeOrganisation({ ...options, ...changes });
  const all = [...batches];
  return {
    truth,
    runs: all.flatMap(({ runs }) => runs),
    jobs: all.flatMap(({ jobs }) => jobs),
    steps: all.flatMap(({ steps }) => steps),
    workflows: new Set(all.flatMap(({ workflows }) => workflows.map(({ id }) => id))),
  };
}

test("it has as many repositories, workflows, jobs and steps as asked for, each time the same", () => {
  const one = collect();
  assert.deepEqual(collect(), one);
  assert.equal(one.workflows.size, 20);
  assert.equal(new Set(one.runs.map(({ repositoryId }) => repositoryId)).size, 6);
  const workflowOf = new Map(one.runs.map(({ runId, workflowId }) => [runId, workflowId]));
  assert.equal(new Set(one.jobs.map(({ runId, name }) => `${workflowOf.get(runId)} ${name}`)).size, 120);
  const jobOf = new Map(one.jobs.map(({ jobId, runId, name }) => [jobId, `${workflowOf.get(runId)} ${name}`]));
  assert.equal(new Set(one.steps.map(({ jobId, stepNumber }) => `${jobOf.get(jobId)} ${stepNumber}`)).size, 1_000);
  assert.deepEqual(LARGE_SIZE, { repositories: 60, workflows: 400, jobs: 4_000, steps: 40_000 });
});

test("steps lie inside their job, jobs inside their run, and without steps the rest is the same", () => {
  const { runs, jobs, steps } = collect();
  const run = new Map(runs.map((one) => [one.runId, one]));
  const job = new Map(jobs.map((one) => [one.jobId, one]));
  for (const { runId, startedAtMs, completedAtMs } of jobs) {
    assert.ok(startedAtMs! >= run.get(runId)!.createdAtMs! && completedAtMs! <= run.get(runId)!.completedAtMs!);
  }
  for (const { jobId, startedAtMs, completedAtMs } of steps) {
    if (startedAtMs === null) continue;
    assert.ok(startedAtMs >= job.get(jobId)!.startedAtMs! && completedAtMs! <= job.get(jobId)!.completedAtMs!);
  }
  const bare = collect({ steps: false });
  assert.equal(bare.steps.length, 0);
  assert.deepEqual([bare.runs, bare.jobs], [runs, jobs]);
});

test("a planted slowdown makes the runs as much longer as told, and everything before it stays as it was", () => {
  const planted = collect();
  const plain = collect({ incidents: false });
  assert.equal(plain.truth.length, 0);
  const before = new Map(plain.runs.map((run) => [run.runId, run]));
  const slower = planted.truth.filter(({ kind }) => kind === "slower");
  assert.ok(slower.length > 0, "no slowdown planted");
  for (const { workflowId, onsetMs, endMs, size: factor } of slower) {
    const pairs = planted.runs.flatMap((run) => {
      const usual = before.get(run.runId);
      if (run.workflowId !== workflowId || run.conclusion !== "success" || usual?.conclusion !== "success") return [];
      return [{ atMs: run.createdAtMs!, ratio: run.duration.ms! / usual.duration.ms! }];
    });
    const during = pairs.filter(({ atMs }) => atMs >= onsetMs && atMs < (endMs ?? Infinity)).map(({ ratio }) => ratio);
    const middle = during.sort((a, b) => a - b)[during.length >> 1]!;
    assert.ok(Math.abs(middle / factor - 1) < 0.06, `${middle} for ${factor}`);
    // the fleet may have slowed some
    assert.ok(pairs.some(({ atMs, ratio }) => atMs < onsetMs && ratio === 1));
  }
});

test("a silenced schedule has no more runs, and more of the failing runs fail", () => {
  const { truth, runs } = collect();
  const silent = truth.find(({ kind }) => kind === "silent")!;
  const scheduled = runs.filter(({ workflowId }) => workflowId === silent.workflowId);
  assert.ok(scheduled.length > 5);
  assert.ok(scheduled.every(({ createdAtMs }) => createdAtMs! < silent.onsetMs));
  const failing = truth.find(({ kind }) => kind === "failing")!;
  const share = (some: typeof runs) => some.filter(({ conclusion }) => conclusion === "failure").length / some.length;
  const own = runs.filter(({ workflowId }) => workflowId === failing.workflowId);
  const isDuring = ({ createdAtMs }: (typeof runs)[number]) =>
    createdAtMs! >= failing.onsetMs && createdAtMs! < (failing.endMs ?? Infinity);
  assert.ok(share(own.filter(isDuring)) > share(own.filter((run) => !isDuring(run))) + failing.size / 2);
});

test("what can't be a start or a length is refused", () => {
  assert.throws(() => largeOrganisation({ ...options, startMs: 1 }), RangeError);
  assert.throws(() => largeOrganisation({ ...options, weeks: 0 }), RangeError);
  assert.throws(() => largeOrganisation({ ...options, seed: -1 }), RangeError);
});
