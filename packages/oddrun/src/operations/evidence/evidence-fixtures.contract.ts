import type { Job } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";

const START = Date.UTC(2026, 0, 5, 8);
const NONE = { ms: 0, unknown: null } as const;

/** A run and a job that the tests vary. */
export function aStoredRun(change: Partial<StoredRun> = {}): StoredRun {
  return {
    repositoryId: 7,
    workflowId: 70,
    runId: 1002,
    runAttempt: 1,
    runNumber: 12,
    branch: "main",
    event: "push",
    headSha: "b".repeat(40),
    title: "Make it quicker",
    createdAtMs: START,
    runStartedAtMs: START,
    completedAtMs: START + 300_000,
    conclusion: "success",
    status: "completed",
    updatedAtMs: null,
    endFrom: "jobs",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: NONE,
    duration: { ms: 300_000, unknown: null },
    queueTime: NONE,
    repositoryName: "octo/widgets",
    defaultBranch: "main",
    webUrl: null,
    apiUrl: null,
    workflowName: "CI",
    jobCount: 1,
    metrics: new Map(),
    ...change,
  };
}

export function aJob(change: Partial<Job> = {}): Job {
  return {
    repositoryId: 7,
    runId: 1002,
    runAttempt: 1,
    jobId: 5002,
    name: "build",
    conclusion: "success",
    createdAtMs: START,
    startedAtMs: START,
    completedAtMs: START + 300_000,
    duration: { ms: 300_000, unknown: null },
    queueTime: NONE,
    runnerName: null,
    runnerGroup: null,
    runnerLabels: "ubuntu-latest",
    ...change,
  };
}
