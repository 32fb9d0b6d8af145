import type { HistoryBatch, Job, RunAttempt, Span } from "@oddrun/core";

/** A history in which levels move, rates rise, a schedule falls silent, and failures pass when run again. */
export const START = Date.UTC(2026, 0, 5);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const REPOSITORY = { id: 7, fullName: "acme/shop", defaultBranch: "main", visibility: "private" } as const;
const CI = 70;
const NIGHTLY = 71;

const known = (ms: number): Span => ({ ms, unknown: null });
const UNKNOWN: Span = { ms: null, unknown: "not-recorded" };

/** One attempt with its jobs: what arrives together. */
export interface Arrival {
  readonly run: RunAttempt;
  readonly jobs: readonly Job[];
}

/** 0 to 1, the same for the same place: how a run scatters. */
export function scatter(place: number): number {
  const mixed = Math.imul(place + 1, 0x9e3779b1) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0) / 2 ** 32;
}

export interface Planned {
  readonly runId: number;
  readonly startMs: number;
  readonly factor?: number;
  readonly workflowId?: number;
  readonly event?: string;
  readonly runAttempt?: number;
  readonly hasFailed?: boolean;
  readonly headSha?: string;
  readonly jobNames?: readonly string[];
  /** Usual length of a run. */
  readonly usualMs?: number;
}

export function anArrival(planned: Planned): Arrival {
  const {
    runId,
    startMs,
    factor = 1,
    runAttempt = 1,
    hasFailed = false,
    jobNames = ["test (a)", "test (b)"],
  } = planned;
  const { workflowId = CI, event = "push", headSha = `sha-${runId}`, usualMs = 10 * MINUTE_MS } = planned;
  const ms = Math.round((usualMs * factor * (0.9 + 0.2 * scatter(runId))) / 1000) * 1000;
  const conclusion = hasFailed ? "failure" : "success";
  const createdAtMs = startMs - (runAttempt - 1) * HOUR_MS;
  const common = { repositoryId: REPOSITORY.id, runId, runAttempt, conclusion } as const;
  const run: RunAttempt = {
    ...common,
    workflowId,
    runNumber: null,
    branch: "main",
    event,
    headSha,
    title: null,
    createdAtMs,
    runStartedAtMs: startMs,
    completedAtMs: startMs + ms,
    status: null,
    updatedAtMs: null,
    endFrom: "jobs",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: UNKNOWN,
    duration: known(ms),
    queueTime: known(5000),
  };
  const jobs = jobNames.map((name, place): Job => {
    const jobMs = ms - 5000 - 1000 * place;
    return {
      ...common,
      jobId: (runId * 10 + runAttempt) * 100 + place,
      name,
      createdAtMs: startMs,
      startedAtMs: startMs + 5000,
      completedAtMs: startMs + 5000 + jobMs,
      duration: known(jobMs),
      queueTime: known(5000),
      runnerName: null,
      runnerGroup: "GitHub Actions",
      runnerLabels: "ubuntu-latest",
    };
  });
  return { run, jobs };
}

/**
 * Two hundred and forty runs of one workflow, half an hour apart, and an hourly schedule. From run 110 on they take 1.6 times as
 * long; runs 180 to 199 fail, every third of them to pass when run again half an hour later; the schedule misses its
 * hours 60 to 75.
 */
export function changingHistory(): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (let place = 0; place < 240; place++) {
    const startMs = START + place * 30 * MINUTE_MS;
    const planned = { runId: 1000 + place, startMs, factor: place < 110 ? 1 : 1.6 };
    const hasFailed = (place >= 180 && place < 200) || scatter(place * 7) < 0.05;
    arrivals.push(anArrival({ ...planned, hasFailed }));
    if (hasFailed && place % 3 === 0) {
      arrivals.push(anArrival({ ...planned, startMs: startMs + 30 * MINUTE_MS, runAttempt: 2 }));
    }
  }
  for (let hour = 0; hour < 120; hour++) {
    if (hour >= 60 && hour < 76) continue;
    const startMs = START + hour * HOUR_MS + Math.round(scatter(hour * 3) * 10) * MINUTE_MS;
    const planned = { runId: 5000 + hour, startMs, workflowId: NIGHTLY, event: "schedule" };
    arrivals.push(anArrival({ ...planned, jobNames: [], usualMs: 2 * MINUTE_MS }));
  }
  return arrivals;
}

export function batchOf(arrivals: readonly Arrival[]): HistoryBatch {
  return {
    repositories: [REPOSITORY],
    workflows: [
      { repositoryId: REPOSITORY.id, id: CI, name: "CI", path: ".github/workflows/ci.yml" },
      { repositoryId: REPOSITORY.id, id: NIGHTLY, name: "Nightly", path: null },
    ],
    runs: arrivals.map(({ run }) => run),
    jobs: arrivals.flatMap(({ jobs }) => jobs),
    steps: [],
  };
}
