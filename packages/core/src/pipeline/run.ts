import type { Conclusion, RunStatus } from "./conclusion.ts";

/**
 * The pipeline in GitHub's words. Identity is numeric: a run is (repository id, run id), a measurement is (repository
 * id, run id, attempt), a job is its job id, a step is (job id, step number). Instants are milliseconds since
 * 1970 UTC, spans are milliseconds. Unknown is null with a reason, never 0.
 */
export interface Repository {
  readonly id: number;
  /** "owner/name" as last seen. */
  readonly fullName: string;
  readonly defaultBranch: string | null;
  /** Who may see it, which also decides what its jobs cost; null when it was never told. */
  readonly visibility: "public" | "private" | "internal" | null;
}

export interface Workflow {
  readonly repositoryId: number;
  readonly id: number;
  readonly name: string;
  /** The workflow file, such as ".github/workflows/ci.yml". */
  readonly path: string | null;
}

/** What GitHub may hold a run back for before it asks for a runner. */
export type HeldFor = "approval" | "concurrency";

/** Why a span of time is not known. */
export type UnknownTime =
  | "still-open"
  | "not-recorded"
  | "end-before-start"
  | "out-of-range"
  | "never-ran"
  | "inherited-from-earlier-attempt"
  /** A wait for approval or for a concurrency group lies in it and cannot be told apart. */
  | "held-back";

/** A span of time: known, or unknown with the reason. */
export type Span =
  | { readonly ms: number; readonly unknown: null }
  | { readonly ms: null; readonly unknown: UnknownTime };

/**
 * One attempt of one run: the thing that is measured. Strings come from GitHub and are hostile wherever they are shown.
 */
export interface RunAttempt {
  readonly repositoryId: number;
  readonly workflowId: number;
  readonly runId: number;
  /** 1 for the first attempt, more for a re-run. */
  readonly runAttempt: number;
  readonly runNumber: number | null;
  readonly branch: string | null;
  readonly event: string | null;
  readonly headSha: string | null;
  readonly title: string | null;
  /** When the first attempt was created; a re-run does not move it. */
  readonly createdAtMs: number | null;
  /** When this attempt began. */
  readonly runStartedAtMs: number | null;
  /** When this attempt ended. */
  readonly completedAtMs: number | null;
  readonly conclusion: Conclusion | null;
  /** As last seen; null where only the conclusion tells. */
  readonly status: RunStatus | null;
  /** GitHub's `updated_at`: later attempts and late notes move it. */
  readonly updatedAtMs: number | null;
  /** Whether the end is that of the last job, or only what the run itself was reported with; null without an end. */
  readonly endFrom: "jobs" | "run" | null;
  /** What GitHub was seen to hold the attempt back for; null when it was never seen held. */
  readonly heldFor: HeldFor | null;
  /** When it was last seen held back. */
  readonly seenHeldAtMs: number | null;
  /** How long GitHub held it back before it made the first job: for an approval or a concurrency group. */
  readonly heldTime: Span;
  /**
   * From start to end of this attempt, without a known wait for approval or a concurrency group before its first job.
   */
  readonly duration: Span;
  /** From being ready to run until the first job had a runner; approval and concurrency waits are not part of it. */
  readonly queueTime: Span;
}

/** One job of one attempt, counted in the attempt where it really ran. */
export interface Job {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
  readonly jobId: number;
  readonly name: string;
  readonly conclusion: Conclusion | null;
  readonly createdAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly duration: Span;
  readonly queueTime: Span;
  readonly runnerName: string | null;
  readonly runnerGroup: string | null;
  /** The labels asked for, in alphabetical order, joined by ",". */
  readonly runnerLabels: string | null;
}

export interface Step {
  readonly repositoryId: number;
  readonly jobId: number;
  /** 1-based place in the job. */
  readonly stepNumber: number;
  readonly name: string;
  readonly conclusion: Conclusion | null;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly duration: Span;
}

/** A number that somebody joined to a run: coverage, peak memory, bundle size. */
export interface JoinedMetric {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
  readonly name: string;
  readonly value: number;
}

/** A piece of history that is saved as one: all of it or none of it. */
export interface HistoryBatch {
  readonly repositories: readonly Repository[];
  readonly workflows: readonly Workflow[];
  readonly runs: readonly RunAttempt[];
  readonly jobs: readonly Job[];
  readonly steps: readonly Step[];
}
