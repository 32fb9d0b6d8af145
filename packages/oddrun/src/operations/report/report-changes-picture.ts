import { entersFailureRate, type Incident, isFailure, type Series } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";
import { type ContextRuns, runKey, type SeriesRuns } from "../odd-runs/report-context-runs.ts";

/** More dots than this no eye tells apart. */
const DOTS_MAX = 400;
/** A failure is drawn as the share of failed ones among so many runs up to it. */
const RATE_RUNS = 20;

export interface PictureDot {
  readonly atMs: number;
  /** In the unit of the series. */
  readonly value: number;
  /** Whether it lies in the change. */
  readonly isSince: boolean;
}

/** What there is to draw of an incident: the runs of the change that stands for it, as dots, and its levels, as lines. */
export interface ChangePicture {
  readonly series: Series;
  readonly dots: readonly PictureDot[];
  readonly usual: number;
  readonly level: number;
  readonly onsetMs: number;
  /** When it was over; null while it is not. */
  readonly overAtMs: number | null;
  readonly untilMs: number;
}

export function pictureOf(incident: Incident, runs: ContextRuns, untilMs: number): ChangePicture | null {
  const [first] = incident.changes;
  const of = first === undefined ? undefined : runs.get(first.seriesId);
  if (first === undefined || of === undefined) return null;
  const onsetMs = first.latest.onset.atMs;
  const lastMs = incident.state === "recovered" ? incident.overAtMs! : Number.POSITIVE_INFINITY;
  const dots = dotsOf(of, onsetMs, lastMs);
  if (dots.length < 2) return null;
  const { usual } = first.latest;
  const { overAtMs } = incident;
  // a wait goes on after it was told
  const isWaiting = first.series.measure === "schedule" && overAtMs === null;
  const level = isWaiting ? Math.max(first.latest.level, untilMs - onsetMs) : first.latest.level;
  const endMs = Math.max(overAtMs ?? untilMs, dots.at(-1)!.atMs);
  return { series: first.series, dots: thinned(dots), usual, level, onsetMs, overAtMs, untilMs: endMs };
}

function dotsOf(of: SeriesRuns, onsetMs: number, lastMs: number): readonly PictureDot[] {
  const { measure } = of.series;
  const dots: PictureDot[] = [];
  const add = (atMs: number, value: number): void => {
    dots.push({ atMs, value, isSince: atMs >= onsetMs && atMs <= lastMs });
  };
  let before: number | null = null;
  const recent: number[] = [];
  for (const run of of.runs) {
    const atMs = run.completedAtMs ?? run.runStartedAtMs;
    if (atMs === null) continue;
    if (measure === "schedule") {
      if (before !== null) add(atMs, atMs - before);
      before = atMs;
    } else if (measure === "failure") {
      const verdict = of.series.scope === "run" ? run.conclusion : (of.jobs.get(runKey(run))?.[0]?.conclusion ?? null);
      if (!entersFailureRate(verdict)) continue;
      recent.push(isFailure(verdict) ? 1 : 0);
      if (recent.length > RATE_RUNS) recent.shift();
      add(atMs, recent.reduce((sum, each) => sum + each, 0) / recent.length);
    } else if (run.conclusion === "success" && run.runAttempt === 1) {
      const value = seriesValue(of.series, run, of);
      if (value !== null) add(atMs, value);
    }
  }
  return dots;
}

/** What a run shows of a series that measures a number: null where it is not known. */
export function seriesValue(
  { scope, measure, part }: Series,
  run: StoredRun,
  { jobs, steps }: Pick<SeriesRuns, "jobs" | "steps" | "runs">,
): number | null {
  if (measure === "metric") return run.metrics.get(part) ?? null;
  if (scope === "run") {
    if (measure === "duration") return run.duration.ms;
    return measure === "queue-time" ? run.queueTime.ms : null;
  }
  const [job] = jobs.get(runKey(run)) ?? [];
  if (job === undefined) return null;
  if (scope === "step") return steps.get(job.jobId)?.[0]?.duration.ms ?? null;
  return measure === "queue-time" ? job.queueTime.ms : job.duration.ms;
}

/** Evenly, and the last one always. */
function thinned(dots: readonly PictureDot[]): readonly PictureDot[] {
  const step = Math.ceil(dots.length / DOTS_MAX);
  return step <= 1 ? dots : dots.filter((_, at) => (dots.length - 1 - at) % step === 0);
}
