import type { Job } from "../../pipeline/index.ts";
import { fellowsName } from "./job-parts.ts";
import type { TimedRun } from "./timed-run.ts";

/**
 * One job of a run as if it were all of it, from when it was made until its end; null where it did not run. `name` is the job's own
 * name, or that of all of its matrix: then the one that ended last counts.
 */
export function jobAsRun({ run, jobs, steps }: TimedRun, name: string): TimedRun | null {
  const ran = jobs.filter((job) => job.duration.ms !== null && job.startedAtMs !== null);
  const named = ran.filter((job) => job.name === name);
  const fellows = named.length > 0 ? named : ran.filter((job) => fellowsName(job.name) === name);
  if (fellows.length === 0) return null;
  const job = fellows.reduce((last, one) => (endOf(one) > endOf(last) ? one : last));
  const queuedMs = job.queueTime.ms ?? 0;
  const duration = { ms: queuedMs + job.duration.ms!, unknown: null };
  const { runId, runAttempt } = run;
  return {
    run: { runId, runAttempt, completedAtMs: endOf(job), duration, queueTime: job.queueTime },
    earlierAttemptsMs: 0,
    jobs: [job],
    steps,
  };
}

const endOf = (job: Job): number => job.startedAtMs! + job.duration.ms!;
