import type { Job, RunAttempt, Step } from "./run.ts";

/** A run attempt as it was reported: times may be missing, inherited, turned round or nonsense. */
export interface ReportedRun extends Omit<RunAttempt, "duration" | "queueTime" | "heldTime" | "endFrom"> {
  /** The end, or GitHub's `updated_at`, which later attempts and late notes may have moved. */
  readonly completedAtMs: number | null;
  /** A duration given beside or instead of the times. */
  readonly durationMs: number | null;
  /** When an approval was given or another run of the same concurrency group made room, where known. */
  readonly readyAtMs: number | null;
}

export interface ReportedJob extends Omit<Job, "duration" | "queueTime"> {
  /** "" when it is known that the job never had a runner, null when nothing is known. */
  readonly runnerName: string | null;
  readonly readyAtMs: number | null;
  readonly steps: readonly ReportedStep[];
}

export type ReportedStep = Omit<Step, "duration">;

/** What was noticed about the report, for counting; nothing of it is lost. */
export type QualityNote =
  | "conclusion-missing"
  | "conclusion-unknown"
  | "duration-disagrees"
  | "end-from-run"
  | "jobs-of-later-attempt"
  | "times-implausible";

export interface CleanRun {
  readonly run: RunAttempt;
  readonly jobs: readonly Job[];
  readonly steps: readonly Step[];
  readonly notes: readonly QualityNote[];
}
