import type { Job, Step } from "../../pipeline/index.ts";
import type { TimedRun } from "./timed-run.ts";

/** A job in seconds since the run was ready: made, started, and its steps one after the other. */
export interface PlannedJob {
  readonly name: string;
  readonly made: number;
  readonly start: number;
  readonly steps: Readonly<Record<string, number>>;
  /** Seconds that no step accounts for. */
  readonly gap?: number;
  readonly labels?: string;
}

const READY_MS = Date.UTC(2026, 10, 2, 9);
const known = (ms: number) => ({ ms, unknown: null });

let jobIds = 1;

/** A run that is over when its last job is. */
export function timedRun(
  runId: number,
  planned: readonly PlannedJob[],
  { hasSteps = true, earlierSeconds = 0, tailSeconds = 0 } = {},
): TimedRun {
  const steps = new Map<number, readonly Step[]>();
  const jobs = planned.map(({ name, made, start, steps: seconds, gap = 0, labels = "ubuntu-latest" }): Job => {
    jobIds += 1;
    const jobId = jobIds;
    let atMs = READY_MS + start * 1000;
    const own = Object.entries(seconds).map(([stepName, length], at): Step => {
      const startedAtMs = atMs;
      atMs += length * 1000;
      const duration = known(length * 1000);
      const times = { startedAtMs, completedAtMs: atMs, duration };
      return { repositoryId: 1, jobId, stepNumber: at + 1, name: stepName, conclusion: "success", ...times };
    });
    if (hasSteps) steps.set(jobId, own);
    const completedAtMs = atMs + gap * 1000;
    return {
      repositoryId: 1,
      runId,
      runAttempt: 1,
      jobId,
      name,
      conclusion: "success",
      createdAtMs: READY_MS + made * 1000,
      startedAtMs: READY_MS + start * 1000,
      completedAtMs,
      duration: known(completedAtMs - READY_MS - start * 1000),
      queueTime: known((start - made) * 1000),
      runnerName: null,
      runnerGroup: null,
      runnerLabels: labels,
    };
  });
  const endMs = Math.max(READY_MS, ...jobs.map(({ completedAtMs }) => completedAtMs!)) + tailSeconds * 1000;
  const firstMs = Math.min(endMs, ...jobs.map(({ startedAtMs }) => startedAtMs!));
  return {
    run: {
      runId,
      runAttempt: 1,
      completedAtMs: endMs,
      duration: known(endMs - READY_MS),
      queueTime: known(firstMs - READY_MS),
    },
    earlierAttemptsMs: earlierSeconds * 1000,
    jobs,
    steps,
  };
}
