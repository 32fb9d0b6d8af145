import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cleanRunTimes } from "./clean-times.ts";
import type { Conclusion } from "./conclusion.ts";
import type { ReportedJob, ReportedRun } from "./reported.ts";
import type { Span } from "./run.ts";
import { executionTime, wallTime } from "./run-times.ts";

const NOW = Date.UTC(2026, 2, 2, 23);
const START = Date.UTC(2026, 2, 2, 10);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Near the start mostly, and now and then anything at all. */
const instant = fc.option(
  fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: -60, max: 7200 }).map((seconds) => START + seconds * 1000) },
    { weight: 3, arbitrary: fc.integer({ min: -40, max: 1 }).map((days) => START + days * DAY_MS) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, Date.parse("0001-01-01T00:00:00Z"), NOW + DAY_MS, NaN, Infinity, -1e15),
    },
  ),
  { freq: 8 },
);
const conclusion = fc.constantFrom<Conclusion | null>(
  ...(["success", "success", "failure", "cancelled", "skipped", "timed_out", "other", "stale", null] as const),
);

const aRun: fc.Arbitrary<ReportedRun> = fc
  .record({
    runAttempt: fc.integer({ min: 1, max: 3 }),
    createdAtMs: instant,
    runStartedAtMs: instant,
    completedAtMs: instant,
    seenHeldAtMs: instant,
    conclusion,
  })
  .map((run) => ({
    ...run,
    repositoryId: 1,
    workflowId: 2,
    runId: 3,
    runNumber: 4,
    branch: "main",
    event: "push",
    headSha: null,
    title: null,
    updatedAtMs: run.completedAtMs,
    status: run.conclusion === null ? ("in_progress" as const) : ("completed" as const),
    heldFor: run.seenHeldAtMs === null ? null : ("approval" as const),
    durationMs: null,
    readyAtMs: null,
  }));

const someJobs: fc.Arbitrary<readonly ReportedJob[]> = fc
  .array(
    fc.record({
      runAttempt: fc.integer({ min: 1, max: 3 }),
      createdAtMs: instant,
      startedAtMs: instant,
      completedAtMs: instant,
      firstStepMs: instant,
      conclusion,
      runnerName: fc.constantFrom("runner-1", "runner-1", "", null),
    }),
    { maxLength: 5 },
  )
  .map((jobs) =>
    jobs.map(({ firstStepMs, ...job }, index) => ({
      ...job,
      repositoryId: 1,
      runId: 3,
      jobId: 30 + index,
      name: `job ${index}`,
      runnerGroup: null,
      runnerLabels: null,
      readyAtMs: null,
      steps: [
        {
          repositoryId: 1,
          jobId: 30 + index,
          stepNumber: 1,
          name: "Set up job",
          conclusion: "success",
          startedAtMs: firstStepMs,
          completedAtMs: firstStepMs,
        },
      ],
    })),
  );

function assertSound(span: Span, longestMs: number): void {
  assert.equal(span.ms === null, span.unknown !== null);
  if (span.ms !== null) assert.ok(span.ms >= 0 && span.ms <= longestMs, `${span.ms}`);
}

test("whatever GitHub tells, no span is negative or longer than can be, and unknown has a reason", () => {
  fc.assert(
    fc.property(aRun, fc.option(someJobs, { freq: 8 }), (reported, reportedJobs) => {
      const { run, jobs, steps } = cleanRunTimes(reported, reportedJobs, NOW);
      for (const span of [run.duration, run.heldTime, wallTime(run), executionTime(run)])
        assertSound(span, 35 * DAY_MS);
      assertSound(run.queueTime, DAY_MS);
      for (const job of jobs) {
        assertSound(job.duration, 5 * DAY_MS);
        assertSound(job.queueTime, DAY_MS);
      }
      for (const step of steps) assertSound(step.duration, 35 * DAY_MS);
      if (run.conclusion === null) assert.equal(run.duration.ms, null);
      if (reportedJobs === null) assert.equal(run.queueTime.ms, null);
    }),
    { seed: 11, numRuns: 3000 },
  );
});

test("neither the order of the jobs nor jobs of another attempt change the times of a run", () => {
  fc.assert(
    fc.property(aRun, someJobs, someJobs, (reported, jobs, others) => {
      const { run } = cleanRunTimes(reported, jobs, NOW);
      assert.deepEqual(cleanRunTimes(reported, jobs.toReversed(), NOW).run, run);
      const own = jobs.filter(({ runAttempt }) => runAttempt === reported.runAttempt);
      const foreign = others
        .filter(({ runAttempt }) => runAttempt !== reported.runAttempt)
        .map((job) => ({ ...job, jobId: job.jobId + 100 }));
      if (own.length === 0) return;
      const alone = cleanRunTimes(reported, own, NOW).run;
      const withOthers = cleanRunTimes(reported, [...own, ...foreign], NOW).run;
      // with jobs that were inherited there, an attempt of which no job of its own ran is one that ran all the same
      if (alone.duration.unknown !== "never-ran") assert.deepEqual(withOthers, alone);
    }),
    { seed: 12, numRuns: 2000 },
  );
});
