import type { RunAttempt, Span } from "./run.ts";
import { reportedSpan, unknownSpan } from "./span.ts";

/** From the start of the attempt to its end with everything that lies between: held back, queue, and work. */
export function wallTime(run: Pick<RunAttempt, "runStartedAtMs" | "completedAtMs" | "duration">): Span {
  const { runStartedAtMs, completedAtMs, duration } = run;
  if (duration.unknown !== null && duration.unknown !== "held-back") return duration;
  if (runStartedAtMs === null || completedAtMs === null) return unknownSpan("not-recorded");
  return reportedSpan(completedAtMs - runStartedAtMs);
}

/** From the first job's start to the end of the attempt: its duration without its queue time. */
export function executionTime({ duration, queueTime }: Pick<RunAttempt, "duration" | "queueTime">): Span {
  if (duration.ms === null) return duration;
  if (queueTime.ms === null) return queueTime;
  return { ms: Math.max(0, duration.ms - queueTime.ms), unknown: null };
}
