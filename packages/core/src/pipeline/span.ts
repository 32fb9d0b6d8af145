import type { Span, UnknownTime } from "./run.ts";

/** GitHub began in 2008: nothing it ran is older. Year 0001 stands for "no time" in some of its answers. */
const EARLIEST_MS = Date.UTC(2008, 0, 1);
/** A clock may be a little ahead of ours. */
const FUTURE_SLACK_MS = 10 * 60_000;
/** Clocks of different machines differ: an end this little before its start is the same moment. */
export const CLOCK_SLACK_MS = 5000;
const DAY_MS = 86_400_000;
/** GitHub cancels a run after 35 days; nothing inside one lasts longer. */
const RUN_LONGEST_MS = 35 * DAY_MS;
/** A job on a runner of one's own is cancelled after 5 days, on GitHub's after 6 hours. */
export const JOB_LONGEST_MS = 5 * DAY_MS;
/** A job that found no runner within a day is cancelled: a longer wait was for something else, such as an approval. */
export const QUEUE_LONGEST_MS = DAY_MS;

export const unknownSpan = (reason: UnknownTime): Span => ({ ms: null, unknown: reason });

/** Whether something of a pipeline can have happened then. */
export function isPlausibleInstant(ms: number, nowMs: number): boolean {
  return ms >= EARLIEST_MS && ms <= nowMs + FUTURE_SLACK_MS;
}

/** The instant itself, or null where it is missing or cannot be right. */
export function plausibleInstant(ms: number | null, nowMs: number): number | null {
  return ms !== null && isPlausibleInstant(ms, nowMs) ? ms : null;
}

/** A length of time as somebody else measured it, in milliseconds; more than `longestMs` cannot be right. */
export function reportedSpan(ms: number, longestMs: number = RUN_LONGEST_MS): Span {
  if (ms < 0) return ms >= -CLOCK_SLACK_MS ? { ms: 0, unknown: null } : unknownSpan("end-before-start");
  return ms <= longestMs ? { ms, unknown: null } : unknownSpan("out-of-range");
}

/** From one instant to another, in milliseconds; `nowMs` tells what lies in the future. */
export function spanBetween(startMs: number | null, endMs: number | null, nowMs: number, longestMs?: number): Span {
  if (startMs === null || endMs === null) return unknownSpan("not-recorded");
  if (!isPlausibleInstant(startMs, nowMs) || !isPlausibleInstant(endMs, nowMs)) return unknownSpan("out-of-range");
  return reportedSpan(endMs - startMs, longestMs);
}
