import {
  type Account,
  type AttemptFact,
  type Corpus,
  fullNameOf,
  type JobFact,
  jobsOf,
  latestAttempt,
  type RepositoryFact,
  type RunFact,
} from "./corpus.ts";

/** A repository as it stands at this moment. */
export interface Repository extends Omit<RepositoryFact, "owner" | "name" | "runs"> {
  owner: string;
  name: string;
  isArchived: boolean;
  hasActions: boolean;
  /** Answers 404 although its runs are still known to the truth. */
  isGone: boolean;
  /** Oldest first; of the same second, by id. */
  readonly runs: Run[];
}

export interface Run extends Omit<RunFact, "attempts"> {
  readonly attempts: AttemptFact[];
}

export interface FoundJob {
  readonly repository: Repository;
  readonly run: Run;
  readonly runAttempt: number;
  readonly job: JobFact;
}

/** The corpus made quick to look things up in, and open to change. */
export interface World {
  readonly accounts: readonly Account[];
  readonly repositories: readonly Repository[];
  account(login: string): Account | undefined;
  repository(id: number): Repository | undefined;
  /** By its present or a former name; GitHub does not tell capitals apart. */
  repositoryNamed(fullName: string): { readonly repository: Repository; readonly isFormerName: boolean } | undefined;
  run(id: number): { readonly repository: Repository; readonly run: Run } | undefined;
  job(id: number): FoundJob | undefined;
  /** The place of a commit among those of the repository's runs, oldest 0; null for one that no run has. */
  commitPlace(repository: Repository, sha: string): number | null;
  commits(repository: Repository): readonly string[];
  addRun(repository: Repository, run: RunFact): void;
  /** Answers whether it was there. */
  removeRun(runId: number): boolean;
  /** A re-run: the attempt becomes the latest one. */
  addAttempt(run: Run, attempt: AttemptFact): void;
  /** Gives a repository another full name; the present one becomes a former name. */
  rename(repository: Repository, fullName: string): void;
  /** Finishes the open attempts that were to end by `dueMs`. Answers their runs. */
  finishDue(dueMs: number, nowMs: number): Run[];
}

export function createWorld(corpus: Corpus): World {
  const repositories = corpus.repositories.map(toRepository);
  const byId = new Map(repositories.map((repository) => [repository.id, repository]));
  const byName = new Map<string, { readonly repository: Repository; readonly isFormerName: boolean }>();
  const runs = new Map<number, { readonly repository: Repository; readonly run: Run }>();
  const open = new Set<Run>();
  const commitPlaces = new Map<number, Map<string, number>>();
  const runOfLaterJob = new Map<number, number>();
  let runOfJob: Map<number, number> | null = null;

  for (const repository of repositories) {
    for (const former of repository.formerNames) byName.set(former.toLowerCase(), { repository, isFormerName: true });
    for (const run of repository.runs) {
      if (runs.has(run.id)) throw new RangeError(`Two runs have the id ${run.id}.`);
      runs.set(run.id, { repository, run });
      if (latestAttempt(run).finish !== null) open.add(run);
    }
  }
  for (const repository of repositories) {
    byName.set(fullNameOf(repository).toLowerCase(), { repository, isFormerName: false });
  }

  const placesOf = (repository: Repository): Map<string, number> => {
    let places = commitPlaces.get(repository.id);
    if (places === undefined) {
      places = new Map();
      for (const { headSha } of repository.runs) if (!places.has(headSha)) places.set(headSha, places.size);
      commitPlaces.set(repository.id, places);
    }
    return places;
  };
  const runIdOfJob = (jobId: number): number | undefined => {
    const later = runOfLaterJob.get(jobId);
    if (later !== undefined) return later;
    if (corpus.runIdOfJob !== undefined) {
      const runId = corpus.runIdOfJob(jobId);
      if (runs.has(runId)) return runId;
    }
    if (runOfJob === null) {
      runOfJob = new Map();
      for (const { run } of runs.values()) {
        for (const attempt of run.attempts) for (const job of jobsOf(attempt)) runOfJob.set(job.id, run.id);
      }
    }
    return runOfJob.get(jobId);
  };

  return {
    accounts: corpus.accounts,
    repositories,
    account: (login) => corpus.accounts.find((account) => account.login.toLowerCase() === login.toLowerCase()),
    repository: (id) => byId.get(id),
    repositoryNamed: (fullName) => byName.get(fullName.toLowerCase()),
    run: (id) => runs.get(id),
    job(id) {
      const found = runs.get(runIdOfJob(id) ?? -1);
      if (found === undefined) return undefined;
      for (const attempt of found.run.attempts) {
        const job = jobsOf(attempt).find((job) => job.id === id);
        if (job !== undefined) return { ...found, runAttempt: attempt.runAttempt, job };
      }
      return undefined;
    },
    commitPlace: (repository, sha) => placesOf(repository).get(sha) ?? null,
    commits: (repository) => [...placesOf(repository).keys()],
    addRun(repository, fact) {
      if (runs.has(fact.id)) throw new RangeError(`Two runs have the id ${fact.id}.`);
      const run = { ...fact, attempts: [...fact.attempts] };
      repository.runs.splice(firstCreatedAfter(repository.runs, run.createdAtMs), 0, run);
      runs.set(run.id, { repository, run });
      commitPlaces.delete(repository.id);
      runOfJob = null;
      if (latestAttempt(run).finish !== null) open.add(run);
    },
    removeRun(runId) {
      const found = runs.get(runId);
      if (found === undefined) return false;
      found.repository.runs.splice(found.repository.runs.indexOf(found.run), 1);
      runs.delete(runId);
      open.delete(found.run);
      return true;
    },
    addAttempt(run, attempt) {
      run.attempts.push(attempt);
      for (const job of jobsOf(attempt)) runOfLaterJob.set(job.id, run.id);
      if (attempt.finish !== null) open.add(run);
    },
    rename(repository, fullName) {
      byName.set(fullNameOf(repository).toLowerCase(), { repository, isFormerName: true });
      const [owner = "", name = ""] = fullName.split("/");
      repository.owner = owner;
      repository.name = name;
      byName.set(fullName.toLowerCase(), { repository, isFormerName: false });
    },
    finishDue(dueMs, nowMs) {
      const due = [...open].filter((run) => {
        const { finish } = latestAttempt(run);
        return finish !== null && finish.atMs <= dueMs;
      });
      for (const run of due) {
        finishAttempt(run, nowMs);
        open.delete(run);
      }
      return due;
    },
  };
}

/** Turns the open latest attempt into what it was to become. */
export function finishAttempt(run: Run, nowMs: number, conclusion?: string): void {
  const attempt = latestAttempt(run);
  if (attempt.finish === null) throw new RangeError(`Run ${run.id} has nothing to finish.`);
  const { atMs, jobs } = attempt.finish;
  run.attempts[run.attempts.length - 1] = {
    ...attempt,
    status: "completed",
    conclusion: conclusion ?? attempt.finish.conclusion,
    updatedAt: Number.isFinite(atMs) ? atMs + 1000 : nowMs,
    jobs,
    jobCount: jobsOf({ jobs }).length,
    finish: null,
  };
}

function toRepository(fact: RepositoryFact): Repository {
  const runs = fact.runs as Run[];
  const isSorted = runs.every((run, at) => at === 0 || isOlder(runs[at - 1]!, run));
  return {
    ...fact,
    isGone: false,
    runs: isSorted ? runs : runs.toSorted((one, other) => (isOlder(one, other) ? -1 : 1)),
  };
}

function isOlder(one: Run, other: Run): boolean {
  return one.createdAtMs < other.createdAtMs || (one.createdAtMs === other.createdAtMs && one.id < other.id);
}

/** The place of the first run created after `ms`, or the end. */
export function firstCreatedAfter(runs: readonly Run[], ms: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle]!.createdAtMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
