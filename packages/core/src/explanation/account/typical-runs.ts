import { type AccountDetail, breakDownRun, detailOf, type RunBreakdown } from "./run-breakdown.ts";
import { type TimedRun, totalMs } from "./timed-run.ts";

/** From this many runs on the slowest and the fastest quarter are left out. */
const TRIM_FROM_RUNS = 4;
/** Runs of one side that must have steps (or jobs) for the account to go down to them, where there are so many runs. */
const DETAILED_RUNS_MIN = 5;

/**
 * The deepest detail that both groups have in enough runs: at least five, or half of a smaller group.
 */
export function commonDetail(before: readonly TimedRun[], after: readonly TimedRun[]): AccountDetail {
  const groups = [before, after].map((runs) => runs.map(detailOf).filter((detail) => detail !== null));
  const has = (isDeepEnough: (detail: AccountDetail) => boolean): boolean =>
    groups.every((details) => {
      const count = details.filter(isDeepEnough).length;
      return count > 0 && count >= Math.min(DETAILED_RUNS_MIN, Math.ceil(details.length / 2));
    });
  if (has((detail) => detail === "steps")) return "steps";
  return has((detail) => detail !== "runs") ? "jobs" : "runs";
}

const DEPTH: Readonly<Record<AccountDetail, number>> = { runs: 0, jobs: 1, steps: 2 };

/**
 * The runs that stand for a group: those known in this detail whose totals lie in the middle half. Means over one and the same set
 * of runs add up, which medians do not; over the middle half they are about as hard to move by odd runs as a median.
 */
export function typicalRuns(runs: readonly TimedRun[], detail: AccountDetail): readonly RunBreakdown[] {
  const known = runs.filter((run) => {
    const own = detailOf(run);
    return own !== null && DEPTH[own] >= DEPTH[detail];
  });
  const sorted = known.toSorted((a, b) => totalMs(a)! - totalMs(b)! || a.run.runId - b.run.runId);
  const cut = sorted.length < TRIM_FROM_RUNS ? 0 : Math.floor(sorted.length / 4);
  return sorted.slice(cut, sorted.length - cut).flatMap((run) => breakDownRun(run, detail) ?? []);
}

/**
 * Standard error of the mean of the middle half, in ms (Tukey and McLaughlin 1963: from the winsorised spread of all); null with
 * fewer than four runs.
 */
export function typicalErrorMs(runs: readonly TimedRun[]): number | null {
  const totals = runs.flatMap((run) => totalMs(run) ?? []).sort((a, b) => a - b);
  const count = totals.length;
  if (count < TRIM_FROM_RUNS) return null;
  const cut = Math.floor(count / 4);
  const low = totals[cut]!;
  const high = totals[count - cut - 1]!;
  const held = totals.map((total) => Math.min(high, Math.max(low, total)));
  const mean = held.reduce((sum, total) => sum + total, 0) / count;
  const variance = held.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (count - 1);
  return Math.sqrt(variance / count) / (1 - (2 * cut) / count);
}
