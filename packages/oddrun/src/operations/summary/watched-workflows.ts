import { branchClass, entersFailureRate, isFailure, type PriceTable, type Repository } from "@oddrun/core";
import type { RunStore, StoredRun } from "../ports.ts";
import { sumUsage } from "../usage/sum-usage.ts";

const WEEK_MS = 7 * 86_400_000;
/** What is usual is told by so many passing runs. */
const USUAL_RUNS = 50;
const USUAL_RUNS_MIN = 5;

/** One workflow as it has been of late. */
export interface WatchedWorkflow {
  readonly name: string;
  readonly runCount: number;
  readonly runsAWeek: number;
  /** Median of the last passing first attempts, of the default branch where it has enough; null with fewer than five. */
  readonly usualMs: number | null;
  /** Share of runs that fail; null with fewer than five that passed or failed. */
  readonly failureRate: number | null;
  /** Minutes of its jobs a week; null where no jobs are known. */
  readonly minutesAWeek: number | null;
  /** null where no price is known, 0 where GitHub takes nothing. */
  readonly usdAWeek: number | null;
}

export interface WatchedQuery {
  readonly repository: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly prices: PriceTable;
  readonly otherwiseVisibility: Repository["visibility"];
}

interface Tally {
  runCount: number;
  withJobs: number;
  finished: number;
  failed: number;
  firstMs: number;
  readonly ofDefault: number[];
  readonly ofOthers: number[];
}

/** What each workflow of the repository takes, how often it fails and what it costs a week; the one that takes most first. */
export async function watchedWorkflows(store: RunStore, query: WatchedQuery): Promise<readonly WatchedWorkflow[]> {
  const { repository, sinceMs, nowMs, prices, otherwiseVisibility } = query;
  const filter = { repository, sinceMs };
  const tallies = new Map<string, Tally>();
  for await (const run of store.finishedRuns(filter)) count(tallies, run, nowMs);
  const usage = await sumUsage(store, { by: "workflow", filter, prices, otherwiseVisibility });
  const usageOf = new Map(usage.groups.map(({ name, usage: of }) => [name["workflow"], of]));
  return [...tallies]
    .map(([name, tally]): WatchedWorkflow => {
      const weeks = Math.max(1, (nowMs - tally.firstMs) / WEEK_MS);
      const own = usageOf.get(name);
      // jobs are collected of the newest runs first: the others are taken to be like them
      const scale = tally.withJobs === 0 ? 0 : tally.runCount / tally.withJobs / weeks;
      const passing = tally.ofDefault.length >= USUAL_RUNS_MIN ? tally.ofDefault : tally.ofOthers;
      const isPriced = own !== undefined && !hasUnknownPrice(own.unpricedMinutes);
      return {
        name,
        runCount: tally.runCount,
        runsAWeek: tally.runCount / weeks,
        usualMs: passing.length < USUAL_RUNS_MIN ? null : medianOf(passing.slice(-USUAL_RUNS)),
        failureRate: tally.finished < USUAL_RUNS_MIN ? null : tally.failed / tally.finished,
        minutesAWeek: own === undefined ? null : (own.executionMs / 60_000) * scale,
        usdAWeek: isPriced ? (own.microUsd / 1e6) * scale : null,
      };
    })
    .sort((one, other) => (other.minutesAWeek ?? 0) - (one.minutesAWeek ?? 0) || other.runCount - one.runCount);
}

function count(tallies: Map<string, Tally>, run: StoredRun, nowMs: number): void {
  const atMs = run.completedAtMs ?? run.runStartedAtMs ?? nowMs;
  let tally = tallies.get(run.workflowName);
  if (tally === undefined) {
    tally = { runCount: 0, withJobs: 0, finished: 0, failed: 0, firstMs: atMs, ofDefault: [], ofOthers: [] };
    tallies.set(run.workflowName, tally);
  }
  tally.runCount++;
  if (run.jobCount !== null) tally.withJobs++;
  tally.firstMs = Math.min(tally.firstMs, atMs);
  if (entersFailureRate(run.conclusion) && run.runAttempt === 1) {
    tally.finished++;
    if (isFailure(run.conclusion)) tally.failed++;
  }
  if (run.conclusion !== "success" || run.runAttempt !== 1 || run.duration.ms === null) return;
  if (branchClass(run.branch, run.defaultBranch) === "default") tally.ofDefault.push(run.duration.ms);
  tally.ofOthers.push(run.duration.ms);
}

const hasUnknownPrice = (minutes: Readonly<Partial<Record<string, number>>>): boolean =>
  Object.entries(minutes).some(([why, count]) => why !== "free-public" && (count ?? 0) > 0);

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1]!;
};
