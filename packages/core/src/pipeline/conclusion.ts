/** Where a run stands, in GitHub's words; any word GitHub may add later is "other". */
export const RUN_STATUSES = ["requested", "queued", "pending", "waiting", "in_progress", "completed", "other"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** How a finished run, job or step ended, in GitHub's words; any word GitHub may add later is "other". */
export const CONCLUSIONS = [
  "success",
  "failure",
  "cancelled",
  "skipped",
  "neutral",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
  "other",
] as const;

export type Conclusion = (typeof CONCLUSIONS)[number];

const known = new Set<string>(CONCLUSIONS);

/** Reads a conclusion in any letter case; null or empty means still open. */
export function parseConclusion(text: string | null): Conclusion | null {
  if (text === null || text.trim() === "") return null;
  const word = text.trim().toLowerCase();
  return known.has(word) ? (word as Conclusion) : "other";
}

/** Whether the run counts as failed in a failure rate. */
export function isFailure(conclusion: Conclusion | null): boolean {
  return conclusion === "failure" || conclusion === "timed_out" || conclusion === "startup_failure";
}

/** Whether the run enters a failure rate at all: cancelled, skipped and undecided runs say nothing about failing. */
export function entersFailureRate(conclusion: Conclusion | null): boolean {
  return conclusion === "success" || isFailure(conclusion);
}

/** Whether the run's duration says how long the work takes: only runs that ran to a verdict do. */
export function entersDurationBaseline(conclusion: Conclusion | null): boolean {
  return conclusion === "success" || conclusion === "failure";
}

const statuses = new Set<string>(RUN_STATUSES);

/** Reads a status in any letter case; null or empty means that none was given. */
export function parseStatus(text: string | null): RunStatus | null {
  if (text === null || text.trim() === "") return null;
  const word = text.trim().toLowerCase();
  return statuses.has(word) ? (word as RunStatus) : "other";
}
