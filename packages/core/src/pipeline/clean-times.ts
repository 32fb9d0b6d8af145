import { type CleanJob, cleanJobTimes, soundEnd } from "./clean-job-times.ts";
import type { Conclusion } from "./conclusion.ts";
import { earliest, isWithin, latest } from "./instants.ts";
import type { CleanRun, QualityNote, ReportedJob, ReportedRun } from "./reported.ts";
import type { RunAttempt, Span } from "./run.ts";
import { CLOCK_SLACK_MS, plausibleInstant, QUEUE_LONGEST_MS, reportedSpan, spanBetween, unknownSpan } from "./span.ts";

/**
 * Gives an attempt, its jobs and its steps the times that can be relied on. `jobs` is null when they were never asked
 * for, and empty when the attempt is known to have none. `nowMs` is when the report was made: nothing ends later.
 * docs/times.md tells the rules with a picture.
 *
 * - The attempt lasts from its own start (`run_started_at`; `created_at` stays that of the first attempt) to the end of
 *   its last job, else to `completedAtMs`.
 * - A re-run lists the jobs it did not repeat with their old times: they are marked as inherited and count for nothing
 *   here. Without its own start they cannot be told from its own jobs, so then its start is not known.
 * - GitHub makes the jobs of an attempt when nothing holds it back: from its start to the creation of its first job it
 *   was held, for an approval or a concurrency group. Where the wait's end was told (`readyAtMs`), that holds.
 * - Queue time is from then on until the first job that really ran had its runner. Being held is neither queue time nor
 *   work. An attempt that was held back while it already had jobs has waits that cannot be told apart: unknown. So has one
 *   that was seen held back, and of which nothing tells when its jobs were made.
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
  const listed = listedJobs(jobs, reported.runAttempt, notes);
  const cleanJobs = (listed ?? []).map((job) => cleanJobTimes(job, attempt, nowMs));
  const ran = cleanJobs.filter((job) => job.hasRun).map((job) => job.job);
  const firstRunMs = earliest(ran.map((job) => job.createdAtMs ?? job.startedAtMs));
  const startMs = ownStartMs ?? (reported.runAttempt === 1 ? (createdAtMs ?? firstRunMs) : null);
  const firstJobMs = earliest(ran.map((job) => job.startedAtMs));
  const heldTime =
    reported.readyAtMs === null
      ? heldUntilMade(attempt, startMs, firstCreation(cleanJobs, attempt), firstJobMs, nowMs)
      : heldBetween(startMs, reported.readyAtMs, nowMs);
  const readyAtMs = startMs !== null && heldTime.ms !== null ? startMs + heldTime.ms : null;
  const jobsEndMs = latest(ran.map(soundEnd));
  const isUnmeasured = isHeldUnmeasured({
    heldTimeMs: heldTime.ms,
    seenHeldAtMs: reported.seenHeldAtMs,
    startMs,
    endMs: firstJobMs ?? jobsEndMs ?? reportedEndMs,
  });
  const isHeldWithin = isUnmeasured || ran.some((job) => job.queueTime.unknown === "held-back");

  const neverRan =
    conclusion === "skipped" ||
    (ran.length === 0 && isWithoutJobs(conclusion)) ||
    (listed !== null && cleanJobs.every(({ job }) => job.duration.unknown === "never-ran"));
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
    heldFor: reported.heldFor,
    seenHeldAtMs: reported.seenHeldAtMs,
  };
  const clean = (times: Omit<RunAttempt, keyof typeof common>): CleanRun => ({
    run: { ...common, ...times },
    jobs: cleanJobs.map(({ job }) => job),
    steps: cleanJobs.flatMap(({ steps }) => steps),
    notes: [...notes],
  });
  const queueTime = (): Span => {
    if (listed === null) return unknownSpan("not-recorded");
    if (heldTime.unknown === "end-before-start") return heldTime;
    const first = ran.find((job) => job.startedAtMs === firstJobMs);
    if (isUnmeasured || first?.queueTime.unknown === "held-back") return unknownSpan("held-back");
    return spanBetween(readyAtMs ?? startMs, firstJobMs, nowMs, QUEUE_LONGEST_MS);
  };

  if (conclusion === null) {
    const open = unknownSpan("still-open");
    return clean({
      completedAtMs: null,
      endFrom: null,
      heldTime,
      duration: open,
      queueTime: ran.length > 0 ? queueTime() : open,
    });
  }
  if (neverRan) {
    const never = unknownSpan("never-ran");
    return clean({
      completedAtMs: reportedEndMs,
      endFrom: reportedEndMs === null ? null : "run",
      heldTime: listed === null ? heldTime : never,
      duration: never,
      queueTime: never,
    });
  }

  const { durationMs } = reported;
  const endMs = jobsEndMs ?? reportedEndMs;
  const endFrom = endMs === null ? null : jobsEndMs === null ? "run" : "jobs";
  if (endFrom === "run" && listed !== null) notes.add("end-from-run");
  const workFromMs = startMs === null ? reported.runStartedAtMs : afterWait(startMs, readyAtMs, firstJobMs);
  const measured = spanBetween(workFromMs, endMs ?? reported.completedAtMs, nowMs);
  const isGiven = measured.unknown === "not-recorded" && durationMs !== null;
  if (measured.ms !== null && durationMs !== null && Math.abs(measured.ms - durationMs) > CLOCK_SLACK_MS) {
    notes.add("duration-disagrees");
  }
  const duration = isHeldWithin ? unknownSpan("held-back") : isGiven ? reportedSpan(durationMs) : measured;
  const completedAtMs = endMs ?? (isGiven && startMs !== null && duration.ms !== null ? startMs + duration.ms : null);
  return clean({ completedAtMs, endFrom, heldTime, duration, queueTime: queueTime() });
}

/**
 * The jobs to go by: each once, as it was seen last, and none of a later attempt. Null where nothing is known of the attempt's
 * own jobs.
 */
function listedJobs(
  jobs: readonly ReportedJob[] | null,
  runAttempt: number,
  notes: Set<QualityNote>,
): readonly ReportedJob[] | null {
  if (jobs === null) return null;
  const byId = new Map<number, ReportedJob>();
  for (const job of jobs) {
    if (job.runAttempt > runAttempt) {
      notes.add("jobs-of-later-attempt");
      continue;
    }
    // a page that was read earlier may still tell of a job as open
    if (job.conclusion !== null || (byId.get(job.jobId)?.conclusion ?? null) === null) byId.set(job.jobId, job);
  }
  return byId.size === 0 && jobs.length > 0 ? null : [...byId.values()];
}

/** When GitHub made the first job of this attempt; a re-run's job that kept its first creation does not tell. */
function firstCreation(
  jobs: readonly CleanJob[],
  attempt: { readonly runAttempt: number; readonly startMs: number | null },
): number | null {
  const { runAttempt, startMs } = attempt;
  const isTelling = (ms: number | null): boolean =>
    ms !== null && (runAttempt === 1 || startMs === null || ms >= startMs - CLOCK_SLACK_MS);
  return earliest(
    jobs.filter(({ isOwn }) => isOwn).map(({ job }) => (isTelling(job.createdAtMs) ? job.createdAtMs : null)),
  );
}

/** Whether an attempt was seen held back between two instants, and nothing tells how long: no span from before to after is known. */
export function isHeldUnmeasured(attempt: {
  readonly heldTimeMs: number | null;
  readonly seenHeldAtMs: number | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
}): boolean {
  return attempt.heldTimeMs === null && isWithin(attempt.seenHeldAtMs, attempt.startMs, attempt.endMs);
}

/** GitHub needs a while to make many jobs: nothing shorter is a wait, unless it was seen. docs/times.md has the sources. */
const MAKING_JOBS_MS = 15_000;

/** How long an attempt was held back until its first job was made. */
function heldUntilMade(
  { seenHeldAtMs }: { readonly seenHeldAtMs: number | null },
  startMs: number | null,
  madeMs: number | null,
  firstJobMs: number | null,
  nowMs: number,
): Span {
  // a job that ran before any was made: then the one or the other is wrong
  if (madeMs !== null && firstJobMs !== null && madeMs - firstJobMs > CLOCK_SLACK_MS) {
    return unknownSpan("end-before-start");
  }
  const isSeen = isWithin(seenHeldAtMs, startMs, madeMs);
  const untilMs = madeMs === null ? null : earliest([madeMs, firstJobMs]);
  return heldBetween(startMs, untilMs, nowMs, isSeen ? CLOCK_SLACK_MS : MAKING_JOBS_MS);
}

function heldBetween(startMs: number | null, readyAtMs: number | null, nowMs: number, slackMs = CLOCK_SLACK_MS): Span {
  const held = spanBetween(startMs, readyAtMs, nowMs);
  return held.ms !== null && held.ms <= slackMs ? { ms: 0, unknown: null } : held;
}

/** A wait that was over before the first job began is no part of the work; one in the midst of it cannot be cut out. */
function afterWait(startMs: number, readyAtMs: number | null, firstJobMs: number | null): number {
  return readyAtMs !== null && firstJobMs !== null && readyAtMs <= firstJobMs ? Math.max(startMs, readyAtMs) : startMs;
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
