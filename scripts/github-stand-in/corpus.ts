/**
 * What the stand-in knows: accounts, repositories, runs, attempts, jobs, steps. Times are milliseconds since 1970 UTC; a text
 * is sent exactly as it is (broken times, offsets, fractions), null is sent as null.
 */
export type Instant = number | string | null;

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "Organization" | "User";
}

export interface StepFact {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
}

export interface JobFact {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly createdAt: Instant;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  readonly labels: readonly string[];
  /** null for a job that never had a runner; GitHub sends 0 and "" once such a job is over. */
  readonly runnerId: number | null;
  readonly runnerName: string | null;
  readonly runnerGroupName: string | null;
  readonly steps: readonly StepFact[];
  /** The attempt in which it really ran, for a job that a re-run did not repeat: listed again, with a new id and old times. */
  readonly inheritedFrom: number | null;
  /** What is wrong with its times, in a few words; null when nothing is. */
  readonly defect: string | null;
}

export interface ApprovalFact {
  readonly environment: string;
  readonly state: "approved" | "rejected" | "pending";
  readonly login: string;
  readonly comment: string;
}

export interface AttemptFact {
  readonly runAttempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly runStartedAt: Instant;
  readonly updatedAt: Instant;
  /** Known without making the jobs. */
  readonly jobCount: number;
  /** A function is called whenever the jobs are wanted and always answers the same. */
  readonly jobs: readonly JobFact[] | (() => readonly JobFact[]);
  /** What an open attempt becomes once the stand-in's clock is moved past `atMs`; null when it stays open. */
  readonly finish: AttemptFinish | null;
}

export interface AttemptFinish {
  readonly atMs: number;
  readonly conclusion: string | null;
  readonly jobs: readonly JobFact[] | (() => readonly JobFact[]);
}

export interface RunFact {
  readonly id: number;
  readonly runNumber: number;
  readonly workflowId: number | null;
  /** Whole seconds. */
  readonly createdAtMs: number;
  readonly event: string;
  readonly headBranch: string | null;
  readonly headSha: string;
  readonly displayTitle: string;
  readonly actor: string | null;
  readonly approvals: readonly ApprovalFact[];
  /** Oldest first, at least one. */
  readonly attempts: readonly AttemptFact[];
}

export interface WorkflowFact {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  /** The file's text from the given commit on (place of the commit among those of the runs, oldest 0), oldest first. */
  readonly versions: readonly { readonly fromCommit: number; readonly text: string }[];
}

export interface RepositoryFact {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** "owner/name" that now answer 301. */
  readonly formerNames: readonly string[];
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly isFork: boolean;
  readonly isArchived: boolean;
  readonly hasActions: boolean;
  readonly workflows: readonly WorkflowFact[];
  /** In any order; the ids of runs and jobs are unique over all repositories. */
  readonly runs: readonly RunFact[];
}

/** One corpus belongs to one stand-in. */
export interface Corpus {
  readonly accounts: readonly Account[];
  readonly repositories: readonly RepositoryFact[];
  /** Where the ids of jobs tell the run; without it every job is made and looked at once a job is asked for. */
  readonly runIdOfJob?: (jobId: number) => number;
}

export function jobsOf(attempt: Pick<AttemptFact, "jobs">): readonly JobFact[] {
  return typeof attempt.jobs === "function" ? attempt.jobs() : attempt.jobs;
}

export function latestAttempt(run: RunFact): AttemptFact {
  return run.attempts.at(-1)!;
}

export function fullNameOf(repository: Pick<RepositoryFact, "owner" | "name">): string {
  return `${repository.owner}/${repository.name}`;
}

const DAY_MS = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
let lastDay = { day: Number.NaN, text: "" };

/** As GitHub writes instants: whole seconds, UTC. The day is kept, since most of the stand-in's work is writing times. */
export function timeText(instant: Instant): string | null {
  if (typeof instant !== "number") return instant;
  const day = Math.floor(instant / DAY_MS);
  if (lastDay.day !== day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 11) };
  const second = Math.floor((instant - day * DAY_MS) / 1000);
  const [hours, minutes] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  return `${lastDay.text}${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[second % 60]}Z`;
}
