import {
  type Job,
  type PriceTable,
  type Repository,
  type Spread,
  spreadSum,
  type Usage,
  usageSum,
  type UsageSum,
} from "@oddrun/core";
import { inBatches } from "../history/in-batches.ts";
import type { AttemptKey, RunFilter, RunStore, StoredRun } from "../ports.ts";

export const USAGE_KEYS = ["runner", "workflow", "job", "repository"] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

/** What the jobs of a group have in common, by the name of the column; null is not known. */
export type UsageGroupName = Readonly<Record<string, string | null>>;

export interface UsageReport {
  readonly by: UsageKey;
  /** The dearest first, then the longest. */
  readonly groups: readonly { readonly name: UsageGroupName; readonly usage: Usage }[];
  readonly total: Usage;
  readonly runCount: number;
  /** Finished attempts of which no jobs are stored: what they came to is not known. */
  readonly runsWithoutJobs: number;
  /** How long runs were held back before their first job was made, of those that were at all. */
  readonly held: Spread;
  readonly prices: PriceTable;
  readonly isStopped: boolean;
}

export interface UsageQuery {
  readonly by: UsageKey;
  readonly filter: RunFilter;
  readonly prices: PriceTable;
  /** Taken for repositories of which it was never told; null leaves it unknown. */
  readonly otherwiseVisibility: Repository["visibility"];
  readonly isStopped?: () => boolean;
  readonly onRead?: (runCount: number) => void | Promise<void>;
}

/** Attempts whose jobs are held at once: a matrix may make 256 jobs of each. */
const ATTEMPTS_AT_ONCE = 500;

/** Adds up what the jobs of the finished attempts within the filter took and cost, by runner, workflow, job or repository. */
export async function sumUsage(store: RunStore, query: UsageQuery): Promise<UsageReport> {
  const { by, filter, prices, otherwiseVisibility, isStopped = () => false, onRead = () => {} } = query;
  const visibilities = new Map((await store.repositories()).map(({ id, visibility }) => [id, visibility]));
  const groups = new Map<string, { readonly name: UsageGroupName; readonly sum: UsageSum }>();
  const total = usageSum(prices);
  const held = spreadSum();
  let runCount = 0;
  let runsWithoutJobs = 0;
  for await (const runs of inBatches(store.finishedRuns(filter), ATTEMPTS_AT_ONCE)) {
    const jobs = Map.groupBy(await store.jobsOf(runs), keyOf);
    for (const run of runs) {
      runCount += 1;
      if (run.heldTime.ms !== 0) held.add(run.heldTime);
      if (run.jobCount === null && run.duration.unknown !== "never-ran") runsWithoutJobs += 1;
      const visibility = visibilities.get(run.repositoryId) ?? otherwiseVisibility;
      for (const job of jobs.get(keyOf(run)) ?? []) {
        const name = NAMES[by](job, run);
        const key = JSON.stringify(Object.values(name));
        const group = groups.get(key) ?? { name, sum: usageSum(prices) };
        groups.set(key, group);
        group.sum.add(job, visibility);
        total.add(job, visibility);
      }
    }
    await onRead(runCount);
    if (isStopped()) break;
  }
  return {
    by,
    groups: [...groups.values()]
      .map(({ name, sum }) => ({ name, usage: sum.usage() }))
      .filter(({ usage }) => usage.jobCount > 0)
      .sort(({ usage: one }, { usage: other }) => other.microUsd - one.microUsd || other.executionMs - one.executionMs),
    total: total.usage(),
    runCount,
    runsWithoutJobs,
    held: held.spread(),
    prices,
    isStopped: isStopped(),
  };
}

const NAMES: Readonly<Record<UsageKey, (job: Job, run: StoredRun) => UsageGroupName>> = {
  runner: (job) => ({ runner_labels: job.runnerLabels, runner_group: job.runnerGroup }),
  workflow: (_job, run) => ({ repository: run.repositoryName, workflow: run.workflowName }),
  job: (job, run) => ({ repository: run.repositoryName, workflow: run.workflowName, job: job.name }),
  repository: (_job, run) => ({ repository: run.repositoryName }),
};

const keyOf = ({ repositoryId, runId, runAttempt }: AttemptKey): string => `${repositoryId}/${runId}/${runAttempt}`;
