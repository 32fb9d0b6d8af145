import type { Step } from "../../pipeline/index.ts";
import { type JobStretch, jobStretch, type RanJob, ranJobs } from "./job-parts.ts";
import { type TimedRun, totalMs } from "./timed-run.ts";

/** Down to what the minutes can be told: whole runs with their queue, jobs, or steps. */
export type AccountDetail = "runs" | "jobs" | "steps";

/** Where the time of one run went: earlier attempts, the stretches of the critical path and the unexplained end are `totalMs` together. */
export interface RunBreakdown {
  readonly totalMs: number;
  readonly earlierAttemptsMs: number;
  /** From the first job to the one that ended last: each waited for the one before it. Empty where no jobs are known. */
  readonly path: readonly JobStretch[];
  /** The jobs beside the path, one for each set of fellows that is not on it: the one that ended last. */
  readonly beside: readonly JobStretch[];
  /** Queue time of a run whose jobs are not known. */
  readonly queueMs: number;
  /** What no job accounts for. */
  readonly restMs: number;
}

/** The most that is known of a run; null when not even its duration is. */
export function detailOf(timed: TimedRun): AccountDetail | null {
  if (totalMs(timed) === null) return null;
  const ran = timed.jobs.filter((job) => job.duration.ms !== null && job.startedAtMs !== null);
  if (ran.length === 0) return "runs";
  const isTold = ran.every((job) => timed.steps.get(job.jobId)?.some((step) => step.duration.ms !== null) === true);
  return isTold ? "steps" : "jobs";
}

/** Walks the critical path back from the end of the run; null when its duration is not known. */
export function breakDownRun(timed: TimedRun, detail: AccountDetail): RunBreakdown | null {
  const total = totalMs(timed);
  if (total === null) return null;
  const { run, earlierAttemptsMs } = timed;
  const endMs = run.completedAtMs!;
  const readyMs = endMs - run.duration.ms!;
  const ran = detail === "runs" ? [] : ranJobs(timed.jobs, readyMs, endMs);
  const whole = { totalMs: total, earlierAttemptsMs };
  if (ran.length === 0) {
    const queueMs = Math.min(run.queueTime.ms ?? 0, run.duration.ms!);
    return { ...whole, path: [], beside: [], queueMs, restMs: run.duration.ms! - queueMs };
  }
  const stepsOf =
    detail === "steps" ? (job: { jobId: number }) => timed.steps.get(job.jobId) ?? NO_STEPS : () => NO_STEPS;
  const stretchOf = (job: RanJob): JobStretch => jobStretch(job, ran, readyMs, stepsOf);
  const last = lastToEnd(ran);
  const path: JobStretch[] = [];
  for (let at: RanJob | undefined = last; at !== undefined; ) {
    const stretch = stretchOf(at);
    path.unshift(stretch);
    at = ran.find(({ job }) => job === stretch.after);
  }
  const onPath = new Set(path.map(({ fellows }) => fellows));
  const byFellows = Map.groupBy(
    ran.map((job) => ({ job, stretch: stretchOf(job) })),
    ({ stretch }) => stretch.fellows,
  );
  const beside = [...byFellows].flatMap(([fellows, members]) => {
    if (onPath.has(fellows)) return [];
    const longest = lastToEnd(members.map(({ job }) => job));
    return members.filter(({ job }) => job === longest).map(({ stretch }) => stretch);
  });
  return { ...whole, path, beside, queueMs: 0, restMs: endMs - last.endMs };
}

const NO_STEPS: readonly Step[] = [];

/** Of several that end together the one that began last: the others would wait for nothing. */
function lastToEnd(jobs: readonly RanJob[]): RanJob {
  return jobs.reduce((last, job) =>
    job.endMs > last.endMs || (job.endMs === last.endMs && job.startMs > last.startMs) ? job : last,
  );
}
