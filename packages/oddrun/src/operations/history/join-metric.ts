import type { RunStore, SaveCounts, StoredRun } from "../ports.ts";
import { problem } from "../problems.ts";

/** What Oddrun measures itself: a joined number of that name would be shown as if it were the run's own. */
const TAKEN_NAMES = new Set(["duration", "queue_time", "failure_rate", "jobs", "attempt"]);

export const METRIC_NAME_RULE = `a metric's name has 1 to 64 characters of a to z, 0 to 9, dot, dash and underscore, such as peak_memory_mb; ${[...TAKEN_NAMES].join(", ")} are taken.`;

export const isMetricName = (name: string): boolean => /^[a-z0-9_.-]{1,64}$/.test(name) && !TAKEN_NAMES.has(name);

export interface MetricTarget {
  readonly runId: number;
  /** "owner/name"; needed only where several repositories have a run of this id. */
  readonly repository: string | null;
  /** The latest attempt when null. */
  readonly attempt: number | null;
}

/**
 * Joins numbers to a stored run; a number of that name is replaced. Problems: run-not-found, run-ambiguous.
 */
export async function joinMetrics(
  target: MetricTarget,
  metrics: ReadonlyMap<string, number>,
  store: RunStore,
): Promise<{ readonly run: StoredRun; readonly counts: SaveCounts }> {
  const run = await findAttempt(target, store);
  const { repositoryId, runId, runAttempt } = run;
  const counts = await store.saveMetrics(
    [...metrics].map(([name, value]) => ({ repositoryId, runId, runAttempt, name, value })),
  );
  return { run, counts };
}

/** The attempt meant. Problems: run-not-found, run-ambiguous. */
export async function findAttempt({ runId, repository, attempt }: MetricTarget, store: RunStore): Promise<StoredRun> {
  const attempts = await store.attemptsOf(runId);
  const wanted = repository?.toLowerCase();
  const inRepository =
    wanted === undefined ? attempts : attempts.filter((run) => run.repositoryName.toLowerCase() === wanted);
  const names = new Set(inRepository.map((run) => run.repositoryName));
  if (names.size > 1) throw problem("run-ambiguous", String(runId), [...names]);
  const found = attempt === null ? inRepository.at(-1) : inRepository.find((run) => run.runAttempt === attempt);
  if (found !== undefined) return found;
  const there = inRepository.map((run) => run.runAttempt).join(", ");
  throw problem(
    "run-not-found",
    String(runId),
    repository,
    attempt === null || there === "" ? null : { attempt, there },
  );
}
