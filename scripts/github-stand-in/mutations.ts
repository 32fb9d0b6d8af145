import type { ServerClock } from "./clock.ts";
import { type AttemptFact, fullNameOf, type JobFact, jobsOf, latestAttempt, type RunFact } from "./corpus.ts";
import { defineRun, type Ids, type RunPlan } from "./define-corpus.ts";
import type { Tokens } from "./tokens.ts";
import { finishAttempt, type Repository, type Run, type World } from "./world.ts";

/** What may happen on GitHub while nobody looks. Repositories are named by id or by "owner/name". */
export interface Mutations {
  /** Adds a completed attempt. Jobs that are not repeated are listed again, with new ids and their old times. */
  rerun(runId: number, plan: RerunPlan): AttemptFact;
  /** Finishes an open run with what it was to become, or with another conclusion. */
  finish(runId: number, conclusion?: string): void;
  /** Finishes every open run that has something to become. Answers their ids. */
  finishAll(): readonly number[];
  /** Adds a run as `defineCorpus` would. */
  addRun(repository: number | string, plan: RunPlan): RunFact;
  deleteRun(runId: number): void;
  /** A new name, or another owner: "owner/name". The old name answers 301. */
  rename(repository: number | string, fullName: string): void;
  /** The repository answers 404 from now on, by name and by number. */
  vanish(repository: number | string): void;
  archive(repository: number | string): void;
  /** The token, named by its text or by its id in the log, answers 401 from now on. */
  expireToken(token: string): void;
}

export interface RerunPlan {
  readonly kind: "all" | "failed" | "job";
  /** For "job": which one; else the first. */
  readonly jobId?: number;
  /** How the repeated jobs, and so the run, end; "success" when not given. */
  readonly conclusion?: string;
  /** When it began; the stand-in's present when not given. */
  readonly startedAtMs?: number;
}

/** Ids of what is made later, above all others. */
const LATER_RUN_IDS_FROM = 90_000_000_001;
const LATER_JOB_IDS_FROM = 900_000_000_001;

export function createMutations(world: World, tokens: Tokens, clock: ServerClock, deleted: Set<number>): Mutations {
  const ids: Ids = { run: LATER_RUN_IDS_FROM, job: LATER_JOB_IDS_FROM };
  const repositoryOf = (which: number | string): Repository => {
    const found = typeof which === "number" ? world.repository(which) : world.repositoryNamed(which)?.repository;
    if (found === undefined) throw new RangeError(`There is no repository ${which}.`);
    return found;
  };
  const runOf = (runId: number): Run => {
    const found = world.run(runId);
    if (found === undefined) throw new RangeError(`There is no run ${runId}.`);
    return found.run;
  };
  return {
    rerun(runId, plan) {
      const run = runOf(runId);
      const attempt = rerunAttempt(latestAttempt(run), plan, clock.nowMs(), () => ids.job++);
      world.addAttempt(run, attempt);
      return attempt;
    },
    finish: (runId, conclusion) => finishAttempt(runOf(runId), clock.nowMs(), conclusion),
    finishAll: () => world.finishDue(Infinity, clock.nowMs()).map(({ id }) => id),
    addRun(which, plan) {
      const repository = repositoryOf(which);
      const run = defineRun(plan, repository.runs.length, repository.workflows[0]?.id ?? null, ids);
      world.addRun(repository, run);
      return run;
    },
    deleteRun(runId) {
      if (!world.removeRun(runId)) throw new RangeError(`There is no run ${runId}.`);
      deleted.add(runId);
    },
    rename(which, fullName) {
      const repository = repositoryOf(which);
      if (fullNameOf(repository) !== fullName) world.rename(repository, fullName);
    },
    vanish(which) {
      repositoryOf(which).isGone = true;
    },
    archive(which) {
      repositoryOf(which).isArchived = true;
    },
    expireToken(token) {
      const found = tokens.find(token) ?? tokens.withId(token);
      if (found === undefined) throw new RangeError("There is no such token.");
      found.isRevoked = true;
    },
  };
}

function rerunAttempt(before: AttemptFact, plan: RerunPlan, nowMs: number, nextId: () => number): AttemptFact {
  const startMs = Math.floor((plan.startedAtMs ?? nowMs) / 1000) * 1000;
  const conclusion = plan.conclusion ?? "success";
  const old = jobsOf(before);
  const chosenId = plan.jobId ?? old[0]?.id;
  const isRepeated = (job: JobFact): boolean => {
    if (plan.kind === "all") return true;
    return plan.kind === "failed" ? job.conclusion !== "success" : job.id === chosenId;
  };
  const jobs = old.map((job): JobFact => {
    const id = nextId();
    return isRepeated(job)
      ? repeatedJob(job, id, startMs, conclusion)
      : { ...job, id, inheritedFrom: job.inheritedFrom ?? before.runAttempt };
  });
  const ends = jobs.filter(({ inheritedFrom }) => inheritedFrom === null).map(({ completedAt }) => Number(completedAt));
  return {
    runAttempt: before.runAttempt + 1,
    status: "completed",
    conclusion,
    runStartedAt: startMs,
    updatedAt: Math.max(startMs, ...ends) + 1000,
    jobCount: jobs.length,
    jobs,
    finish: null,
  };
}

/** The same job once more: it starts 10 s after the attempt and takes as long as before, or a minute. */
function repeatedJob(job: JobFact, id: number, startMs: number, conclusion: string): JobFact {
  const lasted = Number(job.completedAt) - Number(job.startedAt);
  const startedAt = startMs + 10_000;
  const lengthMs = lasted > 0 && lasted < 6 * 3_600_000 ? lasted : 60_000;
  const completedAt = startedAt + lengthMs;
  const times = { status: "completed", conclusion, startedAt, completedAt };
  return {
    ...job,
    ...times,
    id,
    createdAt: startMs,
    runnerId: job.runnerId ?? 1,
    runnerName: job.runnerName || "GitHub Actions 1",
    runnerGroupName: job.runnerGroupName ?? "GitHub Actions",
    inheritedFrom: null,
    defect: null,
    steps: job.steps.map((step, at) => ({
      ...step,
      ...times,
      startedAt: startedAt + Math.floor((lengthMs * at) / job.steps.length),
      completedAt: startedAt + Math.floor((lengthMs * (at + 1)) / job.steps.length),
    })),
  };
}
