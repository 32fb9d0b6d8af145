import type { Conclusion } from "./conclusion.ts";
import { earliest, isWithin, laterOf, latest } from "./instants.ts";
import type { ReportedJob, ReportedStep } from "./reported.ts";
import type { Job, Span, Step } from "./run.ts";
import {
  CLOCK_SLACK_MS,
  JOB_LONGEST_MS,
  plausibleInstant,
  QUEUE_LONGEST_MS,
  spanBetween,
  unknownSpan,
} from "./span.ts";

export interface CleanJob {
  readonly job: Job;
  readonly steps: readonly Step[];
  /** It was made for this very attempt, whether it came to run or not. */
  readonly isOwn: boolean;
  /** It had a runner in this very attempt. */
  readonly hasRun: boolean;
}

/** What of an attempt decides about its jobs. */
export interface AttemptFacts {
  readonly runAttempt: number;
  readonly startMs: number | null;
  readonly seenHeldAtMs: number | null;
}

/** Gives one job of an attempt, and its steps, the times that can be relied on. `cleanRunTimes` tells the rules. */
export function cleanJobTimes(reported: ReportedJob, attempt: AttemptFacts, nowMs: number): CleanJob {
  const { steps: reportedSteps, readyAtMs, ...job } = reported;
  const createdAtMs = plausibleInstant(job.createdAtMs, nowMs);
  const completedAtMs = plausibleInstant(job.completedAtMs, nowMs);
  const startedAtMs = jobStart(plausibleInstant(job.startedAtMs, nowMs), reportedSteps, nowMs);
  const times = { conclusion: job.conclusion, createdAtMs, startedAtMs, completedAtMs };
  const isOwn = !isInherited(job.runAttempt, times, attempt);

  const queueTime = (): Span => {
    if (readyAtMs === null && isWithin(attempt.seenHeldAtMs, createdAtMs, startedAtMs)) return unknownSpan("held-back");
    // a re-run job may keep its first creation, but waits only since its attempt began
    const madeMs =
      createdAtMs === null || attempt.runAttempt === 1 ? createdAtMs : laterOf(createdAtMs, attempt.startMs);
    const fromMs = laterOf(madeMs ?? job.createdAtMs, readyAtMs);
    const waited = spanBetween(fromMs, startedAtMs ?? job.startedAtMs, nowMs);
    // GitHub cancels what finds no runner within a day: a longer wait was for something else
    return waited.ms !== null && waited.ms > QUEUE_LONGEST_MS ? unknownSpan("held-back") : waited;
  };
  const spans = (): { duration: Span; queueTime: Span } => {
    if (!isOwn) return same(unknownSpan("inherited-from-earlier-attempt"));
    if (job.conclusion === "skipped" || (job.conclusion !== null && job.runnerName === "")) {
      return same(unknownSpan("never-ran"));
    }
    if (job.conclusion === null) {
      const open = unknownSpan("still-open");
      return { duration: open, queueTime: isRunning(reported) ? queueTime() : open };
    }
    if (job.startedAtMs === null) return same(unknownSpan(hasVerdict(job.conclusion) ? "not-recorded" : "never-ran"));
    return {
      duration: spanBetween(startedAtMs ?? job.startedAtMs, completedAtMs ?? job.completedAtMs, nowMs, JOB_LONGEST_MS),
      queueTime: queueTime(),
    };
  };
  const known = spans();
  const isRun = isOwn && known.duration.unknown !== "never-ran";
  return {
    job: {
      ...job,
      runAttempt: attempt.runAttempt,
      runnerName: job.runnerName || null,
      createdAtMs,
      startedAtMs,
      completedAtMs,
      ...known,
    },
    steps: reportedSteps.map((step) => cleanStepTimes(step, isRun ? null : known.duration, nowMs)),
    isOwn,
    hasRun: isRun && (job.conclusion !== null || isRunning(reported)),
  };
}

/** The end of this job where it can be that of its run; one that seems to end a little before it began ends there. */
export function soundEnd({ duration, startedAtMs, completedAtMs }: Job): number | null {
  if (duration.unknown === "end-before-start") return null;
  // a start that is no time at all says nothing against the end
  if (duration.unknown === "out-of-range" && startedAtMs !== null) return null;
  return completedAtMs === null ? null : laterOf(startedAtMs, completedAtMs);
}

/** A re-run lists the jobs that it did not repeat: they belong to an earlier attempt, or were over when this one began. */
function isInherited(
  ofAttempt: number,
  times: Pick<Job, "conclusion" | "createdAtMs" | "startedAtMs" | "completedAtMs">,
  { runAttempt, startMs }: AttemptFacts,
): boolean {
  if (ofAttempt < runAttempt) return true;
  if (runAttempt === 1 || startMs === null || times.conclusion === null) return false;
  const overMs = times.completedAtMs ?? latest([times.createdAtMs, times.startedAtMs]);
  return overMs !== null && overMs <= startMs;
}

function cleanStepTimes(step: ReportedStep, ofJob: Span | null, nowMs: number): Step {
  const duration = (): Span => {
    if (ofJob !== null) return ofJob;
    if (step.conclusion === "skipped") return unknownSpan("never-ran");
    if (step.conclusion === null) return unknownSpan("still-open");
    return spanBetween(step.startedAtMs, step.completedAtMs, nowMs);
  };
  return {
    ...step,
    startedAtMs: plausibleInstant(step.startedAtMs, nowMs),
    completedAtMs: plausibleInstant(step.completedAtMs, nowMs),
    duration: duration(),
  };
}

/**
 * Whether an open job has begun, and when: one that still waits may carry the time of queueing as its start, but has no
 * runner, and one that has just got a runner may carry it still.
 */
function isRunning({ createdAtMs, startedAtMs, runnerName, steps }: ReportedJob): boolean {
  if (startedAtMs === null) return false;
  return (Boolean(runnerName) && startedAtMs !== createdAtMs) || steps.some((step) => step.startedAtMs !== null);
}

/** Some runners leave the time of queueing as the start: the first step then tells when the job really began. */
function jobStart(startedAtMs: number | null, steps: readonly ReportedStep[], nowMs: number): number | null {
  const firstStepMs = earliest(steps.map((step) => plausibleInstant(step.startedAtMs, nowMs)));
  if (startedAtMs === null || firstStepMs === null) return startedAtMs;
  return firstStepMs - startedAtMs > CLOCK_SLACK_MS ? firstStepMs : startedAtMs;
}

/** Such an end is only reached by running. */
function hasVerdict(conclusion: Conclusion | null): boolean {
  return conclusion === "success" || conclusion === "failure" || conclusion === "timed_out";
}

const same = (span: Span): { duration: Span; queueTime: Span } => ({ duration: span, queueTime: span });
