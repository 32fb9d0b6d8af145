import {
  type FailureAccount,
  fellowsName,
  type MinutesAccount,
  type MinutesKind,
  namedCause,
} from "../account/index.ts";

/** Where a change lies, as far as its account tells: what suspects are held against. */
export interface SuspectFocus {
  /** Share of the change that lies in each job, by its name without matrix values: 0 to 1, or more where others make up for it. */
  readonly jobs: ReadonlyMap<string, number>;
  /** The step or steps that it comes down to. */
  readonly steps: readonly string[];
  readonly kind: MinutesKind | "everything" | "failures" | null;
}

/** Share of the difference from which on a step is one that it comes down to. */
const STEP_SHARE_MIN = 0.3;

export function focusOfMinutes(account: MinutesAccount): SuspectFocus {
  const { parts, pathMoves, differenceMs } = account;
  const jobs = new Map<string, number>();
  const steps: string[] = [];
  for (const { job, step, ms } of parts) {
    const share = differenceMs === 0 ? 0 : ms / differenceMs;
    if (job !== null) jobs.set(fellowsName(job), (jobs.get(fellowsName(job)) ?? 0) + share);
    if (step !== null && share >= STEP_SHARE_MIN) steps.push(step);
  }
  // a job that came onto the path, or went, moved it
  for (const { job, before, after } of pathMoves) {
    jobs.set(fellowsName(job), Math.max(jobs.get(fellowsName(job)) ?? 0, Math.abs(after - before)));
  }
  const cause = namedCause(account);
  return { jobs, steps, kind: cause === null ? null : cause.kind === "part" ? cause.part.kind : cause.kind };
}

export function focusOfFailures({
  places,
  beforeRuns,
  sinceRuns,
  beforeFailed,
  sinceFailed,
}: FailureAccount): SuspectFocus {
  const rise = sinceFailed / Math.max(1, sinceRuns) - beforeFailed / Math.max(1, beforeRuns);
  const jobs = new Map<string, number>();
  const steps: string[] = [];
  for (const { job, step, since, before } of places) {
    const own = since / Math.max(1, sinceRuns) - before / Math.max(1, beforeRuns);
    const share = rise === 0 ? 0 : own / rise;
    if (job !== null) jobs.set(job, (jobs.get(job) ?? 0) + share);
    if (step !== null && share >= STEP_SHARE_MIN) steps.push(step);
  }
  return { jobs, steps, kind: "failures" };
}
