import { branchClass, entersFailureRate, isFailure, type Job, type RunAttempt } from "../pipeline/index.ts";
import type { Series } from "./series.ts";

/** A finished attempt with what is needed to place it among its fellows. */
export interface ObservedRun extends RunAttempt {
  readonly defaultBranch: string | null;
  /** Jobs that ran in this attempt; null when not known. */
  readonly jobCount: number | null;
  readonly metrics: ReadonlyMap<string, number>;
}

/** Which fellows a run is compared with: the same workflow, class of branch and event. */
export type SeriesContext = Pick<Series, "repositoryId" | "workflowId" | "branches" | "event">;

/** Which series of a context, or of the runners, is meant. */
export type SeriesPlace = Pick<Series, "scope" | "measure" | "job" | "part">;

/** One run as one series sees it. */
export type Reading = SeriesPlace &
  (
    | { readonly kind: "level"; readonly value: number }
    | { readonly kind: "verdict"; readonly hasFailed: boolean }
    | { readonly kind: "start"; readonly startedAtMs: number }
  );

/** Joined metrics watched of one run; further names are not looked at. */
const METRICS_MAX = 50;
/** A runner that is free at once is no shorter a wait than this. */
const SHORTEST_MS = 1;

export function contextOf(run: ObservedRun): SeriesContext {
  return {
    repositoryId: run.repositoryId,
    workflowId: run.workflowId,
    branches: branchClass(run.branch, run.defaultBranch),
    event: run.event ?? "",
  };
}

/** Waits for runners belong to no workflow: who asks for the same labels stands in the same queue. */
export function runnersOf(repositoryId: number): SeriesContext {
  return { repositoryId, workflowId: 0, branches: "unknown", event: "" };
}

/**
 * What an attempt says of its series. Only first attempts that passed are examples of how long the work takes and what it costs: a
 * failed run stops early, a re-run often repeats the failed jobs alone. Cancelled, skipped and zero-job runs say nothing,
 * but that their schedule is alive. Verdicts are those of the attempt; `failureVerdicts` makes the run's of them.
 */
export function readingsOf(run: ObservedRun, jobs: readonly Job[], microUsd: number | null = null): readonly Reading[] {
  const readings: Reading[] = [];
  const whole = { scope: "run", job: "", part: "" } as const;
  const startedAtMs = run.createdAtMs ?? run.runStartedAtMs;
  if (run.event === "schedule" && run.runAttempt === 1 && startedAtMs !== null) {
    readings.push({ ...whole, measure: "schedule", kind: "start", startedAtMs });
  }
  const hasVerdict = entersFailureRate(run.conclusion);
  if (!hasVerdict || (run.jobCount === 0 && run.conclusion !== "startup_failure")) return readings;
  readings.push({ ...whole, measure: "failure", kind: "verdict", hasFailed: isFailure(run.conclusion) });
  const isFirst = run.runAttempt === 1;
  if (run.conclusion === "success") {
    if (isFirst) level(readings, { ...whole, measure: "duration" }, run.duration.ms);
    if (isFirst && microUsd !== null && microUsd > 0) level(readings, { ...whole, measure: "cost" }, microUsd);
    let metricCount = 0;
    for (const [name, value] of run.metrics) {
      if (metricCount++ >= METRICS_MAX) break;
      if (value > 0 && Number.isFinite(value)) {
        readings.push({ ...whole, measure: "metric", part: name, kind: "level", value });
      }
    }
  }
  for (const job of jobs) {
    const hasRun = job.duration.unknown !== "never-ran" && job.duration.unknown !== "inherited-from-earlier-attempt";
    if (!hasRun || !entersFailureRate(job.conclusion)) continue;
    const place = { scope: "job", job: job.name, part: "" } as const;
    readings.push({ ...place, measure: "failure", kind: "verdict", hasFailed: isFailure(job.conclusion) });
    if (isFirst && job.conclusion === "success") level(readings, { ...place, measure: "duration" }, job.duration.ms);
  }
  return readings;
}

function level(readings: Reading[], place: SeriesPlace, ms: number | null): void {
  if (ms !== null) readings.push({ ...place, kind: "level", value: Math.max(SHORTEST_MS, ms) });
}

/**
 * How long an attempt waited for runners, by their labels: the middle one of its jobs' waits, for the jobs of one run stand in the
 * queue together and are one witness, not many.
 */
export function waitsOf(jobs: readonly Job[]): readonly Reading[] {
  const waits = new Map<string, number[]>();
  for (const { runnerLabels, queueTime } of jobs) {
    if (runnerLabels === null || runnerLabels === "" || queueTime.ms === null) continue;
    const ofLabels = waits.get(runnerLabels);
    if (ofLabels === undefined) waits.set(runnerLabels, [queueTime.ms]);
    else ofLabels.push(queueTime.ms);
  }
  return [...waits].map(([labels, ms]) => ({
    scope: "runner",
    measure: "queue-time",
    job: labels,
    part: "",
    kind: "level",
    value: Math.max(SHORTEST_MS, ms.sort((one, other) => one - other)[ms.length >> 1]!),
  }));
}

/**
 * Added to a value before its level is looked at, and taken off again in what is said: a wait of one second against one of ten is
 * no difference to anyone, and clocks of jobs count whole seconds.
 */
export function softeningMs({ scope, measure }: Pick<Series, "scope" | "measure">): number {
  if (measure === "queue-time") return 60_000;
  return measure === "duration" && scope !== "run" ? 5_000 : 0;
}
