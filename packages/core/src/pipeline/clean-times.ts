import type { Conclusion } from "./conclusion.ts";
import type { Job, RunAttempt, Span, Step } from "./run.ts";
import {
  CLOCK_SLACK_MS,
  JOB_LONGEST_MS,
  plausibleInstant,
  QUEUE_LONGEST_MS,
  reportedSpan,
  spanBetween,
  unknownSpan,
} from "./span.ts";

/** A run attempt as it was reported: times may be missing, inherited, turned round or nonsense. */
export interface ReportedRun extends Omit<RunAttempt, "duration" | "queueTime" | "heldTime" | "endFrom"> {
  /** The end, or GitHub's `updated_at`, which later attempts and late notes may have moved. */
  readonly completedAtMs: number | null;
  /** A duration given beside or instead of the times. */
  readonly durationMs: number | null;
  /** When an approval was given or another run of the same concurrency group made room, where known. */
  readonly readyAtMs: number | null;
}

export interface ReportedJob extends Omit<Job, "duration" | "queueTime"> {
  /** "" when it is known that the job never had a runner, null when nothing is known. */
  readonly runnerName: string | null;
  readonly readyAtMs: number | null;
  readonly steps: readonly ReportedStep[];
}

export type ReportedStep = Omit<Step, "duration">;

/** What was noticed about the report, for counting; nothing of it is lost. */
export type QualityNote =
  | "conclusion-missing"
  | "conclusion-unknown"
  | "duration-disagrees"
  | "end-from-run"
  | "times-implausible";

export interface CleanRun {
  readonly run: RunAttempt;
  readonly jobs: readonly Job[];
  readonly steps: readonly Step[];
  readonly notes: readonly QualityNote[];
}

/**
 * Gives an attempt, its jobs and its steps the times that can be relied on. `jobs` is null when they were never asked
 * for, and empty when the attempt is known to have none. `nowMs` is when the report was made: nothing ends later.
 *
 * - The attempt lasts from its own start (`run_started_at`; `created_at` stays that of the first attempt) to the end of
 *   its
 *   last job, else to `completedAtMs`.
 * - A re-run lists the jobs it did not repeat with their old times: they are marked as inherited and count for nothing
 *   here.
 *   Without its own start they cannot be told from its own jobs, so then its start is not known.
 * - GitHub makes the jobs of an attempt when nothing holds it back: from its start to the creation of its first job it
 *   was held, for an approval or a concurrency group. Where the wait's end was told (`readyAtMs`), that holds.
 * - Queue time is from then on until the first job that really ran had its runner. Being held is neither queue time nor
 *   work. An attempt that was seen held back while it already had jobs has waits that cannot be told apart: unknown.
 * - What cannot be known is null with the reason, never 0.
 */
export function cleanRunTimes(reported: ReportedRun, jobs: readonly ReportedJob[] | null, nowMs: number): CleanRun {
  const notes = new Set<QualityNote>();
  const conclusion = runConclusion(reported, notes);
  const instant = (ms: number | null): number | null => {
    const plausible = plausibleInstant(ms, nowMs);
    if (plausible !== ms) notes.add("times-implausible");
    return plausible;
  };
  const createdAtMs = instant(reported.createdAtMs);
  const ownStartMs = instant(reported.runStartedAtMs);
  const reportedEndMs = instant(reported.completedAtMs);

  const attempt = { runAttempt: reported.runAttempt, startMs: ownStartMs, seenHeldAtMs: reported.seenHeldAtMs };
  const cleanJobs = (jobs ?? []).map((job) => cleanJobTimes(job, attempt, nowMs));
  const ran = cleanJobs.filter((job) => job.hasRun).map((job) => job.job);
  const startMs = ownStartMs ?? (reported.runAttempt === 1 ? (createdAtMs ?? earliest(ran.map(jobBegin))) : null);
  const firstJobMs = earliest(ran.map((job) => job.startedAtMs));
  const heldTime = heldBefore(startMs, reported.readyAtMs ?? earliest(ran.map((job) => job.createdAtMs)), nowMs);
  const readyAtMs = startMs !== null && heldTime.ms !== null ? startMs + heldTime.ms : null;
  const isHeldWithin = cleanJobs.some(({ job }) => job.queueTime.unknown === "held-back");
  const jobsEndMs = latest(ran.filter(hasSoundEnd).map((job) => job.completedAtMs));

  const neverRan =
    conclusion === "skipped" ||
    (ran.length === 0 && isWithoutJobs(conclusion)) ||
    (jobs !== null && cleanJobs.every(({ job }) => job.duration.unknown === "never-ran"));
  const common = {
    repositoryId: reported.repositoryId,
    workflowId: reported.workflowId,
    runId: reported.runId,
    runAttempt: reported.runAttempt,
    runNumber: reported.runNumber,
    branch: reported.branch,
    event: reported.event,
    headSha: reported.headSha,
    title: reported.title,
    createdAtMs,
    runStartedAtMs: startMs,
    conclusion,
    status: reported.status,
    updatedAtMs: instant(reported.updatedAtMs),
    endFrom: null,
    heldFor: reported.heldFor,
    seenHeldAtMs: reported.seenHeldAtMs,
    heldTime,
  };
  const rest = { jobs: cleanJobs.map(({ job }) => job), steps: cleanJobs.flatMap(({ steps }) => steps) };
  const queueTime = (): Span => {
    if (jobs === null) return unknownSpan("not-recorded");
    const first = ran.find((job) => job.startedAtMs === firstJobMs);
    if (first?.queueTime.unknown === "held-back") return unknownSpan("held-back");
    return spanBetween(readyAtMs ?? startMs, firstJobMs, nowMs, QUEUE_LONGEST_MS);
  };

  if (conclusion === null) {
    const open = unknownSpan("still-open");
    const run = { ...common, completedAtMs: null, duration: open, queueTime: ran.length > 0 ? queueTime() : open };
    return { run, ...rest, notes: [...notes] };
  }
  if (neverRan) {
    const never = unknownSpan("never-ran");
    const endFrom = reportedEndMs === null ? null : ("run" as const);
    const run = {
      ...common,
      completedAtMs: reportedEndMs,
      endFrom,
      duration: never,
      queueTime: never,
      heldTime: jobs === null ? heldTime : never,
    };
    return { run, ...rest, notes: [...notes] };
  }

  const { durationMs } = reported;
  const endMs = jobsEndMs ?? reportedEndMs;
  const endFrom = endMs === null ? null : jobsEndMs === null ? "run" : "jobs";
  if (endFrom === "run" && jobs !== null) notes.add("end-from-run");
  const workFromMs = startMs === null ? reported.runStartedAtMs : afterWait(startMs, readyAtMs, firstJobMs);
  const measured = spanBetween(workFromMs, endMs ?? reported.completedAtMs, nowMs);
  const isGiven = measured.unknown === "not-recorded" && durationMs !== null;
  if (measured.ms !== null && durationMs !== null && Math.abs(measured.ms - durationMs) > CLOCK_SLACK_MS) {
    notes.add("duration-disagrees");
  }
  const duration = isHeldWithin ? unknownSpan("held-back") : isGiven ? reportedSpan(durationMs) : measured;
  const completedAtMs = endMs ?? (isGiven && startMs !== null && duration.ms !== null ? startMs + duration.ms : null);
  return { run: { ...common, completedAtMs, endFrom, duration, queueTime: queueTime() }, ...rest, notes: [...notes] };
}

interface CleanJob {
  readonly job: Job;
  readonly steps: readonly Step[];
  /** It had a runner in this very attempt. */
  readonly hasRun: boolean;
}

/** What of an attempt decides about its jobs. */
interface AttemptFacts {
  readonly runAttempt: number;
  readonly startMs: number | null;
  readonly seenHeldAtMs: number | null;
}

function cleanJobTimes(
  reported: ReportedJob,
  { runAttempt, startMs: attemptStartMs, seenHeldAtMs }: AttemptFacts,
  nowMs: number,
): CleanJob {
  const { steps: reportedSteps, readyAtMs, ...job } = reported;
  const createdAtMs = plausibleInstant(job.createdAtMs, nowMs);
  const completedAtMs = plausibleInstant(job.completedAtMs, nowMs);
  const startedAtMs = jobStart(plausibleInstant(job.startedAtMs, nowMs), reportedSteps, nowMs);
  const spans = (): { duration: Span; queueTime: Span } => {
    const isInherited =
      runAttempt > 1 && attemptStartMs !== null && completedAtMs !== null && completedAtMs <= attemptStartMs;
    if (isInherited) return same(unknownSpan("inherited-from-earlier-attempt"));
    if (job.conclusion === "skipped" || (job.conclusion !== null && job.runnerName === "")) {
      return same(unknownSpan("never-ran"));
    }
    const isHeld = readyAtMs === null && isWithin(seenHeldAtMs, createdAtMs, startedAtMs);
    const queueTime = isHeld
      ? unknownSpan("held-back")
      : spanBetween(
          laterOf(createdAtMs ?? job.createdAtMs, readyAtMs),
          startedAtMs ?? job.startedAtMs,
          nowMs,
          QUEUE_LONGEST_MS,
        );
    if (job.conclusion === null) {
      const open = unknownSpan("still-open");
      return { duration: open, queueTime: isRunning(reported) ? queueTime : open };
    }
    if (job.startedAtMs === null) return same(unknownSpan(hasVerdict(job.conclusion) ? "not-recorded" : "never-ran"));
    return {
      duration: spanBetween(startedAtMs ?? job.startedAtMs, completedAtMs ?? job.completedAtMs, nowMs, JOB_LONGEST_MS),
      queueTime,
    };
  };
  const { duration, queueTime } = spans();
  const own = duration.unknown !== "inherited-from-earlier-attempt" && duration.unknown !== "never-ran";
  return {
    job: { ...job, runnerName: job.runnerName || null, createdAtMs, startedAtMs, completedAtMs, duration, queueTime },
    steps: reportedSteps.map((step) => cleanStepTimes(step, own ? null : duration, nowMs)),
    hasRun: own && (job.conclusion !== null || isRunning(reported)),
  };
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
 * Whether an open job has begun: one that still waits may carry the time of queueing as its start, but has no runner.
 */
function isRunning({ startedAtMs, runnerName, steps }: ReportedJob): boolean {
  return startedAtMs !== null && (Boolean(runnerName) || steps.some((step) => step.startedAtMs !== null));
}

/** How long an attempt was held back until it was ready; a few seconds are the time that making the jobs takes. */
function heldBefore(startMs: number | null, readyAtMs: number | null, nowMs: number): Span {
  const held = spanBetween(startMs, readyAtMs, nowMs);
  return held.ms !== null && held.ms <= CLOCK_SLACK_MS ? { ms: 0, unknown: null } : held;
}

function isWithin(ms: number | null, fromMs: number | null, toMs: number | null): boolean {
  return ms !== null && fromMs !== null && toMs !== null && fromMs < ms && ms < toMs;
}

/** A wait that was over before the first job began is no part of the work; one in the midst of it cannot be cut out. */
function afterWait(startMs: number, readyAtMs: number | null, firstJobMs: number | null): number {
  return readyAtMs !== null && firstJobMs !== null && readyAtMs <= firstJobMs ? Math.max(startMs, readyAtMs) : startMs;
}

/** Some runners leave the time of queueing as the start: the first step then tells when the job really began. */
function jobStart(startedAtMs: number | null, steps: readonly ReportedStep[], nowMs: number): number | null {
  const firstStepMs = earliest(steps.map((step) => plausibleInstant(step.startedAtMs, nowMs)));
  if (startedAtMs === null || firstStepMs === null) return startedAtMs;
  return firstStepMs - startedAtMs > CLOCK_SLACK_MS ? firstStepMs : startedAtMs;
}

function runConclusion(reported: ReportedRun, notes: Set<QualityNote>): Conclusion | null {
  const isCompleted = reported.status === null || reported.status === "completed";
  // a word that nobody knows says nothing: then the conclusion tells
  if (!isCompleted && !(reported.status === "other" && reported.conclusion !== null)) return null;
  if (reported.status === "completed" && reported.conclusion === null) {
    notes.add("conclusion-missing");
    return "other";
  }
  if (reported.conclusion === "other") notes.add("conclusion-unknown");
  return reported.conclusion;
}

/** Ends of a run that come before any job: a workflow file in error, an approval that was never given. */
function isWithoutJobs(conclusion: Conclusion | null): boolean {
  return conclusion === "startup_failure" || conclusion === "action_required";
}

/** Such an end is only reached by running. */
function hasVerdict(conclusion: Conclusion | null): boolean {
  return conclusion === "success" || conclusion === "failure" || conclusion === "timed_out";
}

function hasSoundEnd(job: Job): boolean {
  return job.duration.unknown !== "end-before-start" && job.duration.unknown !== "out-of-range";
}

const same = (span: Span): { duration: Span; queueTime: Span } => ({ duration: span, queueTime: span });
const jobBegin = (job: Job): number | null => job.createdAtMs ?? job.startedAtMs;

function earliest(instants: readonly (number | null)[]): number | null {
  return instants.reduce<number | null>(
    (least, ms) => (least === null || (ms !== null && ms < least) ? ms : least),
    null,
  );
}

function latest(instants: readonly (number | null)[]): number | null {
  return instants.reduce(laterOf, null);
}

function laterOf(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
