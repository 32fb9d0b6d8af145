import type { Account, AttemptFact, Corpus, Instant, JobFact, RepositoryFact, RunFact, StepFact } from "./corpus.ts";

export interface RunPlan extends Partial<Omit<RunFact, "attempts" | "createdAtMs">> {
  /** Milliseconds since 1970 UTC or "2026-11-01T10:00:00Z". */
  readonly createdAt: number | string;
  /** Of the only attempt; `attempts` says more. */
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly runStartedAt?: Instant;
  readonly updatedAt?: Instant;
  readonly jobs?: readonly JobPlan[];
  readonly finishesAtMs?: number;
  /** Oldest first. */
  readonly attempts?: readonly AttemptPlan[];
}

export interface AttemptPlan extends Partial<Omit<AttemptFact, "jobs" | "jobCount" | "finish">> {
  readonly jobs?: readonly JobPlan[];
  /** For an open attempt: when `advance` finishes it; only `mutate.finish` and `finishAll` do when not given. */
  readonly finishesAtMs?: number;
}

export interface JobPlan extends Partial<Omit<JobFact, "steps">> {
  readonly steps?: readonly Partial<StepFact>[];
}

export interface RepositoryPlan extends Partial<Omit<RepositoryFact, "runs" | "owner">> {
  /** "owner/name". */
  readonly fullName: string;
  readonly runs?: readonly RunPlan[];
}

export interface CorpusPlan {
  /** Owners that are not named here are organisations. */
  readonly accounts?: readonly Account[];
  readonly repositories: readonly RepositoryPlan[];
}

const MINUTE_MS = 60_000;
/** Beyond 32 bits, as GitHub's ids are. */
const RUN_IDS_FROM = 7_000_000_001;
const JOB_IDS_FROM = 20_000_000_001;

/**
 * A corpus written by hand: whatever is left out is filled in. A run has one workflow, succeeds, begins when created and takes
 * five minutes; an attempt has one job unless told otherwise; a job starts 10 s after its attempt. An open attempt becomes a success.
 * Ids count up in the order given.
 */
export function defineCorpus(plan: CorpusPlan): Corpus {
  const ids = { run: RUN_IDS_FROM, job: JOB_IDS_FROM };
  const owners = new Set(plan.repositories.map(({ fullName }) => fullName.split("/")[0]!));
  const accounts = [...(plan.accounts ?? [])];
  for (const login of owners) {
    if (!accounts.some((account) => account.login === login)) {
      accounts.push({ id: 1000 + accounts.length, login, type: "Organization" });
    }
  }
  return { accounts, repositories: plan.repositories.map((repository, at) => defineRepository(repository, at, ids)) };
}

export type Ids = { run: number; job: number };

function defineRepository(plan: RepositoryPlan, at: number, ids: Ids): RepositoryFact {
  const { fullName, runs = [], ...given } = plan;
  const [owner = "", name = ""] = fullName.split("/");
  const id = given.id ?? 500_001 + at;
  const workflows = given.workflows ?? [
    { id: id * 10 + 1, name: "CI", path: ".github/workflows/ci.yml", versions: [{ fromCommit: 0, text: CI_TEXT }] },
  ];
  const usualWorkflowId = workflows[0]?.id ?? null;
  return {
    formerNames: [],
    defaultBranch: "main",
    isPrivate: false,
    isFork: false,
    isArchived: false,
    hasActions: true,
    ...given,
    id,
    owner,
    name,
    workflows,
    runs: runs.map((run, runAt) => defineRun(run, runAt, usualWorkflowId, ids)),
  };
}

/** One run as `defineCorpus` makes it; `runAt` is its place among the runs, from 0. */
export function defineRun(plan: RunPlan, at: number, workflowId: number | null, ids: Ids): RunFact {
  const { createdAt, status, conclusion, runStartedAt, updatedAt, jobs, attempts, finishesAtMs, ...given } = plan;
  const createdAtMs = toMs(createdAt);
  const only: AttemptPlan = {
    ...(status === undefined ? {} : { status }),
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(runStartedAt === undefined ? {} : { runStartedAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(finishesAtMs === undefined ? {} : { finishesAtMs }),
  };
  const id = given.id ?? ids.run++;
  return {
    runNumber: at + 1,
    workflowId,
    event: "push",
    headBranch: "main",
    headSha: id.toString(16).padStart(40, "0"),
    displayTitle: `Change number ${at + 1}`,
    actor: "octo-dev",
    approvals: [],
    ...given,
    id,
    createdAtMs,
    attempts: (attempts ?? [only]).map((attempt, attemptAt) => defineAttempt(attempt, attemptAt, createdAtMs, ids)),
  };
}

function defineAttempt(plan: AttemptPlan, at: number, createdAtMs: number, ids: Ids): AttemptFact {
  const { jobs: jobPlans, finishesAtMs = Infinity, ...given } = plan;
  const runStartedAt = given.runStartedAt === undefined ? createdAtMs + at * 60 * MINUTE_MS : given.runStartedAt;
  const startMs = typeof runStartedAt === "number" ? runStartedAt : createdAtMs;
  const status = given.status ?? "completed";
  const conclusion = given.conclusion === undefined ? (status === "completed" ? "success" : null) : given.conclusion;
  const hasJobs = !["skipped", "startup_failure", "action_required"].includes(conclusion ?? "");
  const plans = jobPlans ?? (hasJobs ? [{}] : []);
  const jobs = plans.map((job, jobAt) => defineJob(job, jobAt, startMs, status, conclusion, ids));
  const finishedJobs = (): JobFact[] =>
    plans.map((job, jobAt) =>
      defineJob({ ...job, status: "completed", id: jobs[jobAt]!.id }, jobAt, startMs, "completed", "success", ids),
    );
  return {
    runAttempt: at + 1,
    updatedAt: startMs + (status === "completed" ? 5 * MINUTE_MS : 0),
    ...given,
    finish: status === "completed" ? null : { atMs: finishesAtMs, conclusion: "success", jobs: finishedJobs() },
    runStartedAt,
    status,
    conclusion,
    jobCount: jobs.length,
    jobs,
  };
}

function defineJob(
  plan: JobPlan,
  at: number,
  startMs: number,
  status: string,
  conclusion: string | null,
  ids: Ids,
): JobFact {
  const isOver = (plan.status ?? status) === "completed";
  const startedAt = plan.startedAt === undefined ? startMs + 10_000 : plan.startedAt;
  const completedAt = plan.completedAt === undefined ? (isOver ? startMs + 5 * MINUTE_MS : null) : plan.completedAt;
  return {
    name: at === 0 ? "build" : `build ${at + 1}`,
    status,
    conclusion,
    createdAt: startMs,
    labels: ["ubuntu-latest"],
    runnerId: 1,
    runnerName: "GitHub Actions 1",
    runnerGroupName: "GitHub Actions",
    inheritedFrom: null,
    defect: null,
    ...plan,
    id: plan.id ?? ids.job++,
    startedAt,
    completedAt,
    steps: (plan.steps ?? [{}]).map((step, stepAt) => ({
      name: `Step ${stepAt + 1}`,
      status: isOver ? "completed" : "in_progress",
      conclusion: plan.conclusion ?? conclusion,
      startedAt,
      completedAt,
      ...step,
    })),
  };
}

function toMs(instant: number | string): number {
  const ms = typeof instant === "number" ? instant : Date.parse(instant);
  if (!Number.isFinite(ms)) throw new RangeError(`"${instant}" is no instant.`);
  return ms;
}

const CI_TEXT = `name: CI
on: [push, pull_request]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: npm test
`;
