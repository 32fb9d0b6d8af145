import type { Job, Step, TimedRun } from "@oddrun/core";

const START_MS = Date.UTC(2026, 0, 5);

/** A run with one job, of steps of so many seconds one after the other. */
export function jobRun(runId: number, steps: readonly (readonly [name: string, seconds: number])[]): TimedRun {
  const readyMs = START_MS + runId * 7_200_000;
  const startedAtMs = readyMs + 4000;
  let endMs = startedAtMs;
  const own = steps.map(([name, seconds], at): Step => {
    const times = { startedAtMs: endMs, completedAtMs: endMs + 1000 * seconds };
    endMs = times.completedAtMs;
    const duration = { ms: 1000 * seconds, unknown: null };
    return { repositoryId: 1, jobId: runId, stepNumber: at + 1, name, conclusion: "success", ...times, duration };
  });
  const queueTime = { ms: 4000, unknown: null };
  const job: Job = {
    repositoryId: 1,
    runId,
    runAttempt: 1,
    jobId: runId,
    name: "job",
    conclusion: "success",
    createdAtMs: readyMs,
    startedAtMs,
    completedAtMs: endMs,
    duration: { ms: endMs - startedAtMs, unknown: null },
    queueTime,
    runnerName: "GitHub Actions 1",
    runnerGroup: "GitHub Actions",
    runnerLabels: "hosted",
  };
  const duration = { ms: endMs - readyMs, unknown: null };
  return {
    run: { runId, runAttempt: 1, completedAtMs: endMs, duration, queueTime },
    earlierAttemptsMs: 0,
    jobs: [job],
    steps: new Map([[runId, own]]),
  };
}
