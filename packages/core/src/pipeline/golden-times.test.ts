import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanRunTimes } from "./clean-times.ts";
import { goldenRuns } from "./golden-runs.contract.ts";
import type { Span } from "./run.ts";
import { executionTime, wallTime } from "./run-times.ts";

const LONGEST_S = 35 * 86_400;
const told = (span: Span): number | string => (span.ms === null ? span.unknown : span.ms / 1000);
const golden = goldenRuns();

test("there are at least 60 golden runs, each with its own title, its reason and its source", () => {
  assert.ok(golden.length >= 60, `${golden.length}`);
  assert.equal(new Set(golden.map(({ title }) => title)).size, golden.length);
  for (const { why, source } of golden) assert.ok(why.length > 20 && source.length > 5);
});

for (const { file, title, run: reported, jobs: reportedJobs, nowMs, expected } of golden) {
  test(`golden run, ${file}: ${title}`, () => {
    const { run, jobs, steps, notes } = cleanRunTimes(reported, reportedJobs, nowMs);
    const actual = {
      held_s: told(run.heldTime),
      queue_s: told(run.queueTime),
      execution_s: told(executionTime(run)),
      duration_s: told(run.duration),
      wall_s: told(wallTime(run)),
      end_from: run.endFrom,
      notes,
      jobs: expected.jobs.map(({ id }) => {
        const job = jobs.find(({ jobId }) => jobId === id);
        assert.ok(job !== undefined, `job ${id} is missing`);
        return { id, queue_s: told(job.queueTime), execution_s: told(job.duration) };
      }),
    };
    assert.deepEqual(actual, expected);
    assert.equal(new Set(jobs.map(({ jobId }) => jobId)).size, jobs.length, "a job stands there once");
    for (const job of jobs) assert.equal(job.runAttempt, reported.runAttempt);
    const spans = [run.heldTime, run.queueTime, run.duration, ...jobs.flatMap((job) => [job.queueTime, job.duration])];
    for (const { ms, unknown } of [...spans, ...steps.map((step) => step.duration)]) {
      assert.equal(ms === null, unknown !== null, "known, or unknown with a reason");
      if (ms !== null) assert.ok(ms >= 0 && ms / 1000 <= LONGEST_S);
    }
    if (typeof actual.queue_s === "number" && typeof actual.execution_s === "number") {
      assert.equal(run.queueTime.ms! + executionTime(run).ms!, run.duration.ms, "queue and execution are the duration");
    }
  });
}
