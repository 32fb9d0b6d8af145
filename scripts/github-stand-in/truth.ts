import { type AttemptFact, fullNameOf, type JobFact, jobsOf } from "./corpus.ts";
import type { RouteOptions } from "./reply.ts";
import type { Repository, Run, World } from "./world.ts";

/** What a complete collection has to know, read from the corpus and not through the API. Everything is as at the time of the call. */
export interface Truth {
  readonly repositories: readonly RepositoryTruth[];
  /** By id or full name. */
  repository(which: number | string): RepositoryTruth;
  /** Runs that were there once and were deleted. */
  readonly deletedRunIds: ReadonlySet<number>;
  /** The least number of requests that can fetch everything created since then. */
  minimumRequests(scope: MinimumScope): MinimumRequests;
}

export interface MinimumScope {
  /** Lists the repositories of this account; else the repositories are asked for one by one. */
  readonly owner?: string;
  /** "owner/name" or ids; those of `owner`, or all, when not given. */
  readonly repositories?: readonly (number | string)[];
  readonly sinceMs?: number;
}

export interface MinimumRequests {
  readonly repositories: number;
  /** Pages of 100 runs, at least one for each repository. */
  readonly runPages: number;
  /** Attempts before the latest one, which the list does not show. */
  readonly earlierAttempts: number;
  /** Pages of jobs of completed attempts that have jobs that ran. */
  readonly jobPages: number;
  readonly total: number;
}

export interface RepositoryTruth {
  readonly id: number;
  readonly fullName: string;
  readonly isGone: boolean;
  readonly isArchived: boolean;
  readonly hasActions: boolean;
  readonly runCount: number;
  /** Newest first. */
  runs(sinceMs?: number): readonly RunTruth[];
  /** "runId/attempt" of every attempt of the runs created since then. */
  attemptKeys(sinceMs?: number): ReadonlySet<string>;
  /** Ids of the jobs of all those attempts, also the inherited ones. */
  jobIds(sinceMs?: number): ReadonlySet<number>;
}

export interface RunTruth {
  readonly runId: number;
  readonly createdAtMs: number;
  /** Oldest first. */
  readonly attempts: readonly AttemptTruth[];
}

export interface AttemptTruth {
  /** "runId/attempt". */
  readonly key: string;
  readonly runAttempt: number;
  readonly status: string;
  /** In GitHub's words, as sent. */
  readonly conclusion: string | null;
  readonly jobCount: number;
  /** As listed; `inheritedFrom` and `defect` tell what is not what it seems. */
  jobs(): readonly JobFact[];
  /**
   * From the attempt's start to the end of its last own job. null where that cannot be said so simply: open, without own jobs,
   * waited for an approval, or some time is missing or broken.
   */
  durationMs(): number | null;
  /** From the attempt's start until its first own job started; null in the same cases. */
  queueMs(): number | null;
}

/** Attempts that ended so have no jobs that ran: nothing is to be fetched. */
const WITHOUT_JOBS = new Set(["skipped", "startup_failure", "action_required"]);

export function readTruth(world: World, options: RouteOptions, deletedRunIds: ReadonlySet<number>): Truth {
  const repositories = world.repositories.map(repositoryTruth);
  const find = (which: number | string): RepositoryTruth => {
    const id = typeof which === "number" ? which : world.repositoryNamed(which)?.repository.id;
    const found = repositories.find((repository) => repository.id === id);
    if (found === undefined) throw new RangeError(`There is no repository ${which}.`);
    return found;
  };
  return {
    repositories,
    repository: find,
    deletedRunIds: new Set(deletedRunIds),
    minimumRequests(scope) {
      const inScope = (scope.repositories?.map(find) ?? repositories).filter(
        ({ fullName, isGone }) => !isGone && (scope.owner === undefined || fullName.startsWith(`${scope.owner}/`)),
      );
      return minimumRequests(inScope, scope, options);
    },
  };
}

function minimumRequests(
  repositories: readonly RepositoryTruth[],
  scope: MinimumScope,
  { bigJobsPage }: RouteOptions,
): MinimumRequests {
  const counted = { runPages: 0, earlierAttempts: 0, jobPages: 0 };
  for (const repository of repositories) {
    const runs = repository.runs(scope.sinceMs);
    counted.runPages += Math.max(1, Math.ceil(runs.length / 100));
    for (const { attempts } of runs) {
      counted.earlierAttempts += attempts.length - 1;
      for (const { status, conclusion, jobCount } of attempts) {
        if (status !== "completed" || WITHOUT_JOBS.has(conclusion ?? "")) continue;
        const isBig = bigJobsPage !== null && jobCount >= bigJobsPage.runJobsMin;
        counted.jobPages += Math.max(1, Math.ceil(jobCount / (isBig ? bigJobsPage.itemsMax : 100)));
      }
    }
  }
  const listed = scope.owner === undefined ? repositories.length : Math.max(1, Math.ceil(repositories.length / 100));
  return {
    repositories: listed,
    ...counted,
    total: listed + counted.runPages + counted.earlierAttempts + counted.jobPages,
  };
}

function repositoryTruth(repository: Repository): RepositoryTruth {
  const since = (sinceMs = -Infinity): Run[] =>
    repository.hasActions ? repository.runs.filter(({ createdAtMs }) => createdAtMs >= sinceMs).reverse() : [];
  return {
    id: repository.id,
    fullName: fullNameOf(repository),
    isGone: repository.isGone,
    isArchived: repository.isArchived,
    hasActions: repository.hasActions,
    runCount: since().length,
    runs: (sinceMs) => since(sinceMs).map(runTruth),
    attemptKeys: (sinceMs) =>
      new Set(since(sinceMs).flatMap((run) => run.attempts.map(({ runAttempt }) => `${run.id}/${runAttempt}`))),
    jobIds(sinceMs) {
      const ids = new Set<number>();
      for (const run of since(sinceMs))
        for (const attempt of run.attempts) for (const { id } of jobsOf(attempt)) ids.add(id);
      return ids;
    },
  };
}

function runTruth(run: Run): RunTruth {
  return {
    runId: run.id,
    createdAtMs: run.createdAtMs,
    attempts: run.attempts.map((attempt) => ({
      key: `${run.id}/${attempt.runAttempt}`,
      runAttempt: attempt.runAttempt,
      status: attempt.status,
      conclusion: attempt.conclusion,
      jobCount: attempt.jobCount,
      jobs: () => jobsOf(attempt),
      durationMs: () => plainTimes(run, attempt)?.durationMs ?? null,
      queueMs: () => plainTimes(run, attempt)?.queueMs ?? null,
    })),
  };
}

function plainTimes(run: Run, attempt: AttemptFact): { durationMs: number; queueMs: number } | null {
  if (attempt.status !== "completed" || run.approvals.length > 0) return null;
  const own = jobsOf(attempt).filter(
    ({ inheritedFrom, conclusion }) => inheritedFrom === null && conclusion !== "skipped",
  );
  const isPlain = own.length > 0 && own.every((job) => job.defect === null && typeof job.completedAt === "number");
  if (!isPlain || typeof attempt.runStartedAt !== "number") return null;
  return {
    durationMs: Math.max(...own.map(({ completedAt }) => Number(completedAt))) - attempt.runStartedAt,
    queueMs: Math.min(...own.map(({ startedAt }) => Number(startedAt))) - attempt.runStartedAt,
  };
}
