import type { Job, RunAttempt, Step } from "../../pipeline/index.ts";

/** An attempt with what is known of its parts. */
export interface TimedRun {
  readonly run: Pick<RunAttempt, "runId" | "runAttempt" | "completedAtMs" | "duration" | "queueTime">;
  /** What earlier attempts of the same run took, in ms, without the time until somebody ran it again. */
  readonly earlierAttemptsMs: number;
  /** Jobs of this attempt, inherited ones too; empty when none were collected. */
  readonly jobs: readonly Job[];
  /** Steps of these jobs by job id; none where they were not collected. */
  readonly steps: ReadonlyMap<number, readonly Step[]>;
}

/** What the run took, earlier attempts and all, in ms; null where it is not known. */
export function totalMs({ run, earlierAttemptsMs }: TimedRun): number | null {
  return run.duration.ms === null || run.completedAtMs === null ? null : run.duration.ms + earlierAttemptsMs;
}
