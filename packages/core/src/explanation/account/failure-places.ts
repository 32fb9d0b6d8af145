import { isFailure } from "../../pipeline/index.ts";
import { fellowsName } from "./job-parts.ts";
import type { TimedRun } from "./timed-run.ts";

/** Where runs fail: one step of a job and all of its matrix. Names come from outside and are hostile wherever they are shown. */
export interface FailurePlace {
  /** Null for runs that failed without a failed job: GitHub could not start them, or jobs were not collected. */
  readonly job: string | null;
  /** The first step that failed; null where no step tells. */
  readonly step: string | null;
  /** Runs that failed here, before the onset and since. A run that fails in several jobs is counted in each. */
  readonly before: number;
  readonly since: number;
}

export interface FailureAccount {
  readonly beforeRuns: number;
  readonly beforeFailed: number;
  readonly sinceRuns: number;
  readonly sinceFailed: number;
  /** The place where failures rose the most first. */
  readonly places: readonly FailurePlace[];
}

/** A run with its conclusion. */
export type FinishedRun = TimedRun & { readonly run: { readonly conclusion: Parameters<typeof isFailure>[0] } };

/** Where the runs before an onset and those since failed. */
export function accountForFailures(before: readonly FinishedRun[], since: readonly FinishedRun[]): FailureAccount {
  const failed = (runs: readonly FinishedRun[]): readonly FinishedRun[] =>
    runs.filter(({ run }) => isFailure(run.conclusion));
  const [was, is] = [failed(before), failed(since)];
  const places = new Map<string, { job: string | null; step: string | null; before: number; since: number }>();
  for (const [side, runs] of [
    ["before", was],
    ["since", is],
  ] as const) {
    for (const { job, step } of runs.flatMap(failedAt)) {
      const key = JSON.stringify([job, step]);
      const place = places.get(key) ?? { job, step, before: 0, since: 0 };
      place[side] += 1;
      places.set(key, place);
    }
  }
  const rise = (place: FailurePlace): number =>
    place.since / Math.max(1, since.length) - place.before / Math.max(1, before.length);
  return {
    beforeRuns: before.length,
    beforeFailed: was.length,
    sinceRuns: since.length,
    sinceFailed: is.length,
    places: [...places.values()].sort((a, b) => rise(b) - rise(a)),
  };
}

/** The jobs in which a failed run failed, each with its first failed step, as a place is told. */
export function failedAt({
  jobs,
  steps,
}: Pick<TimedRun, "jobs" | "steps">): readonly Pick<FailurePlace, "job" | "step">[] {
  const failed = jobs.filter(
    (job) => isFailure(job.conclusion) && job.duration.unknown !== "inherited-from-earlier-attempt",
  );
  if (failed.length === 0) return [{ job: null, step: null }];
  const places = failed.map((job) => ({
    job: fellowsName(job.name),
    step: steps.get(job.jobId)?.find((step) => isFailure(step.conclusion))?.name ?? null,
  }));
  return places.filter(
    ({ job, step }, at) => at === places.findIndex((other) => other.job === job && other.step === step),
  );
}
