import { executionTime, type Job, type TimedValue } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";
import { finishedAtMs } from "./check-fellows.ts";

export type JobsByRun = ReadonlyMap<string, readonly Job[]>;

export const runKey = ({ runId, runAttempt }: Pick<StoredRun, "runId" | "runAttempt">): string =>
  `${runId}/${runAttempt}`;

/** Runs of the default branch whose jobs tell which of them run there. */
const RECENT_RUNS = 20;

/**
 * The jobs to compare where the checked run and those that it is compared with run different ones: those that both ran; null where they
 * ran the same ones, or their jobs are not known.
 */
export function commonJobs(run: StoredRun, usual: readonly StoredRun[], jobs: JobsByRun): ReadonlySet<string> | null {
  const own = new Set(ran(jobs.get(runKey(run)) ?? []).map(({ name }) => name));
  const recent = usual.slice(-RECENT_RUNS).flatMap((one) => {
    const names = ran(jobs.get(runKey(one)) ?? []).map(({ name }) => name);
    return names.length === 0 ? [] : [new Set(names)];
  });
  if (own.size === 0 || recent.length === 0) return null;
  const isUsual = (name: string): boolean => 2 * recent.filter((names) => names.has(name)).length >= recent.length;
  const usualNames = [...new Set(recent.flatMap((names) => [...names]))].filter(isUsual);
  const common = new Set(usualNames.filter((name) => own.has(name)));
  const isAlike = common.size === own.size && common.size === usualNames.length;
  return isAlike || common.size === 0 ? null : common;
}

const ran = (jobs: readonly Job[]): readonly Job[] =>
  jobs.filter(({ duration, conclusion }) => duration.ms !== null && conclusion !== "skipped");

/**
 * How long runs took that passed, without waiting for the first runner: nobody's change is the reason for that. With `common` from the
 * start of the first of those jobs to the end of the last; runs without all of them are left out.
 */
export function runValues(
  runs: readonly StoredRun[],
  jobs: JobsByRun,
  common: ReadonlySet<string> | null,
): readonly TimedValue[] {
  return runs.flatMap((run): readonly TimedValue[] => {
    if (run.conclusion !== "success") return [];
    const value = common === null ? wholeValue(run) : spanOf(jobs.get(runKey(run)) ?? [], common);
    return value === null || value <= 0 ? [] : [{ atMs: finishedAtMs(run), value }];
  });
}

const wholeValue = (run: StoredRun): number | null => executionTime(run).ms ?? run.duration.ms;

function spanOf(jobs: readonly Job[], common: ReadonlySet<string>): number | null {
  const own = ran(jobs).filter(({ name }) => common.has(name));
  if (new Set(own.map(({ name }) => name)).size < common.size) return null;
  const starts = own.map(({ startedAtMs }) => startedAtMs ?? Number.NaN);
  const ends = own.map(({ completedAtMs }) => completedAtMs ?? Number.NaN);
  const span = Math.max(...ends) - Math.min(...starts);
  return Number.isNaN(span) ? null : span;
}

/** How long one job took in the runs in which it passed. */
export function jobValues(runs: readonly StoredRun[], jobs: JobsByRun, name: string): readonly TimedValue[] {
  return runs.flatMap((run): readonly TimedValue[] => {
    const job = jobs.get(runKey(run))?.find((one) => one.name === name && one.conclusion === "success");
    const value = job?.duration.ms ?? null;
    return value === null || value <= 0 ? [] : [{ atMs: finishedAtMs(run), value }];
  });
}
