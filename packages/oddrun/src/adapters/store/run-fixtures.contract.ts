import type { HistoryBatch, Job, RunAttempt, Step } from "@oddrun/core";
import type { CollectedPart } from "../../operations/collect/collection-store.ts";

/** Runs, jobs, steps and parts of a collection that the tests vary. */
export const START = Date.UTC(2026, 0, 5, 8);

export function aRun(change: Partial<RunAttempt> = {}): RunAttempt {
  return {
    repositoryId: 7,
    workflowId: 70,
    runId: 1000,
    runAttempt: 1,
    runNumber: 12,
    branch: "main",
    event: "push",
    headSha: "0123456789abcdef0123456789abcdef01234567",
    title: "Make it quicker",
    createdAtMs: START,
    runStartedAtMs: START,
    completedAtMs: START + 300_000,
    conclusion: "success",
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: { ms: null, unknown: "not-recorded" },
    duration: { ms: 300_000, unknown: null },
    queueTime: { ms: null, unknown: "not-recorded" },
    ...change,
  };
}

export function aJob(change: Partial<Job> = {}): Job {
  return {
    repositoryId: 7,
    runId: 1000,
    runAttempt: 1,
    jobId: 5000,
    name: "build (ubuntu-latest)",
    conclusion: "success",
    createdAtMs: START,
    startedAtMs: START + 4000,
    completedAtMs: START + 300_000,
    duration: { ms: 296_000, unknown: null },
    queueTime: { ms: 4000, unknown: null },
    runnerName: "runner-1",
    runnerGroup: null,
    runnerLabels: "ubuntu-latest",
    ...change,
  };
}

export function aStep(change: Partial<Step> = {}): Step {
  return {
    repositoryId: 7,
    jobId: 5000,
    stepNumber: 1,
    name: "Set up job",
    conclusion: "success",
    startedAtMs: START + 4000,
    completedAtMs: START + 6000,
    duration: { ms: 2000, unknown: null },
    ...change,
  };
}

export function aBatch(change: Partial<HistoryBatch> = {}): HistoryBatch {
  return {
    repositories: [{ id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null }],
    workflows: [{ repositoryId: 7, id: 70, name: "CI", path: ".github/workflows/ci.yml" }],
    runs: [aRun()],
    jobs: [],
    steps: [],
    ...change,
  };
}

export function aTask(change: Partial<CollectedPart["newTasks"][number]> = {}): CollectedPart["newTasks"][number] {
  return { repositoryId: 7, runId: 1000, runAttempt: 1, kind: "jobs", createdAtMs: START, ...change };
}

/** Nothing, but for what is given. */
export function aPart(change: Partial<CollectedPart> = {}): CollectedPart {
  return {
    batch: { repositories: [], workflows: [], runs: [], jobs: [], steps: [] },
    listed: [],
    newTasks: [],
    doneTasks: [],
    failedTasks: [],
    readMarks: [],
    ...change,
  };
}
