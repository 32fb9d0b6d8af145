import type { Conclusion, ReportedJob, ReportedRun } from "@oddrun/core";
import * as fc from "fast-check";
import { START } from "./run-fixtures.contract.ts";

/** Reports of one attempt as GitHub may make them, with jobs whose times may be missing or turned round. */
const instant = fc.integer({ min: -20, max: 900 }).map((seconds) => START + seconds * 1000);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { freq: 5 });
const ended = fc.constantFrom<Conclusion>("success", "failure", "cancelled", "skipped", "startup_failure");

export const aReport: fc.Arbitrary<ReportedRun> = fc
  .record({
    runAttempt: fc.integer({ min: 1, max: 3 }),
    runStartedAtMs: maybe(instant),
    endMs: instant,
    conclusion: ended,
    held: maybe(fc.record({ for: fc.constantFrom("approval", "concurrency"), atMs: instant })),
    branch: maybe(fc.constantFrom("main", "topic")),
  })
  .map(({ runAttempt, runStartedAtMs, endMs, conclusion, held, branch }) => ({
    repositoryId: 7,
    workflowId: 70,
    runId: 1000,
    runAttempt,
    runNumber: 12,
    branch,
    event: "push",
    headSha: "0123456789abcdef0123456789abcdef01234567",
    title: "Make it quicker",
    createdAtMs: START,
    runStartedAtMs,
    completedAtMs: endMs,
    updatedAtMs: endMs,
    conclusion,
    status: "completed",
    heldFor: held?.for ?? null,
    seenHeldAtMs: held?.atMs ?? null,
    durationMs: null,
    readyAtMs: null,
  }));

const aReportedJob = fc.record({
  createdAtMs: maybe(instant),
  startedAtMs: maybe(instant),
  completedAtMs: maybe(instant),
  conclusion: fc.constantFrom<Conclusion | null>("success", "success", "failure", "cancelled", "skipped", null),
  runnerName: fc.constantFrom("runner-1", "runner-2", "", null),
  firstStepMs: maybe(instant),
});

/** The jobs of the attempt; null when they were never asked for. */
export const someJobs = (report: ReportedRun): fc.Arbitrary<readonly ReportedJob[]> =>
  fc.array(aReportedJob, { maxLength: 4 }).map((jobs) =>
    jobs.map(({ firstStepMs, ...job }, index) => ({
      ...job,
      repositoryId: 7,
      runId: report.runId,
      runAttempt: report.runAttempt,
      jobId: 5000 + index,
      name: `job ${index}`,
      runnerGroup: null,
      runnerLabels: "ubuntu-latest",
      readyAtMs: null,
      steps:
        firstStepMs === null
          ? []
          : [
              {
                repositoryId: 7,
                jobId: 5000 + index,
                stepNumber: 1,
                name: "Set up job",
                conclusion: "success",
                startedAtMs: firstStepMs,
                completedAtMs: firstStepMs + 1000,
              },
            ],
    })),
  );
