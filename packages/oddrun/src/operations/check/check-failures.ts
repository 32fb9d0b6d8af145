import { failedAt, fellowsName, isFailure, type TimedRun } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";
import { type JobsByRun, runKey } from "./check-values.ts";
import type { FailureCheck } from "./run-check.ts";

/** Runs of the default branch that tell how often a job fails there. */
const USUAL_RUNS_MAX = 100;
/** A failure that such runs would bring as often by chance is not laid at the door of the branch. */
const CHANCE_MAX = 0.05;
/** Jeffreys' prior for a share: half a failure in one run. */
const PRIOR_FAILED = 0.5;

/** Where the run failed, and how often that happens to the runs that it is compared with. */
export function checkFailures(
  timed: TimedRun,
  { own, usual }: { readonly own: readonly StoredRun[]; readonly usual: readonly StoredRun[] },
  jobs: JobsByRun,
): readonly FailureCheck[] {
  const recent = usual.slice(-USUAL_RUNS_MAX);
  return failedAt(timed).map(({ job, step }): FailureCheck => {
    const verdicts = recent.flatMap((run) => verdictOf(run, job, jobs) ?? []);
    const usualFailed = verdicts.filter(Boolean).length;
    const failedHere = own.length - 1 - own.findLastIndex((run) => verdictOf(run, job, jobs) !== true);
    const chance = ((usualFailed + PRIOR_FAILED) / (verdicts.length + 1)) ** Math.max(1, failedHere);
    const failsThereNow = verdicts.at(-1) === true;
    const isNew = !failsThereNow && (usualFailed === 0 || chance <= CHANCE_MAX);
    return { job, step, failedHere, usualRuns: verdicts.length, usualFailed, failsThereNow, chance, isNew };
  });
}

/** Whether the job, or one of its matrix, failed in the run; null where it did not run to an end there. */
function verdictOf(run: StoredRun, name: string | null, jobs: JobsByRun): boolean | null {
  if (name === null) return isFailure(run.conclusion);
  const own = (jobs.get(runKey(run)) ?? []).filter((job) => fellowsName(job.name) === name);
  if (own.some(({ conclusion }) => isFailure(conclusion))) return true;
  return own.some(({ conclusion }) => conclusion === "success") ? false : null;
}
