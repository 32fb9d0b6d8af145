import type { Job } from "../../pipeline/index.ts";
import { fellowsName } from "./job-parts.ts";
import type { TimedRun } from "./timed-run.ts";

/**
 * One job of a run as if it were all of it, from its start to its end, with its queue before that when `hasQueue`; null where it did not run.
 * `name` is the job's own name, or that of all of its matrix: then the one that ended last counts.
 */
export function jobAsRun({ run, jobs, steps }: TimedRun, name: string, hasQueue: boolean): TimedRun | null {
  const ran = jobsNamed(jobs, name).filter((job) => job.duration.ms !== null && job.startedAtMs !== null);
  if (ran.length === 0) return null;
  const last = ran.reduce((longest, one) => (endOf(one) > endOf(longest) ? one : longest));
  const queueTime = hasQueue ? last.queueTime : { ms: 0, unknown: null };
  const job = hasQueue ? last : { ...last, createdAtMs: last.startedAtMs, queueTime };
  const duration = { ms: (queueTime.ms ?? 0) + job.duration.ms!, unknown: null };
  const { runId, runAttempt } = run;
  return {
    run: { runId, runAttempt, completedAtMs: endOf(job), duration, queueTime },
    earlierAttemptsMs: 0,
    jobs: [job],
    steps,
  };
}

/** The jobs of that name, else those of the matrix that it names. */
export function jobsNamed(jobs: readonly Job[], name: string): readonly Job[] {
  const named = jobs.filter((job) => job.name === name);
  return named.length > 0 ? named : jobs.filter((job) => fellowsName(job.name) === name);
}

const endOf = (job: Job): number => job.startedAtMs! + job.duration.ms!;
