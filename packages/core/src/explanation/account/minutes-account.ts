import { apportionWhole } from "./apportion.ts";
import type { JobPartKind } from "./job-parts.ts";
import { type GroupMeans, groupMeans, type JobMeans } from "./group-means.ts";
import type { AccountDetail } from "./run-breakdown.ts";
import type { TimedRun } from "./timed-run.ts";
import { commonDetail, typicalErrorMs, typicalRuns } from "./typical-runs.ts";

/** Where extra time can lie. `path`: other jobs are on the critical path than before. `re-runs`: earlier attempts of the run. */
export type MinutesKind = JobPartKind | "path" | "re-runs";

/** One line of the account. Names come from outside and are hostile wherever they are shown. */
export interface MinutesPart {
  readonly kind: MinutesKind;
  /** The job, without matrix values where it is several of a matrix; null where it is about no one job. */
  readonly job: string | null;
  /** The step; null where it is none, and for the work of a job whose steps were not collected. */
  readonly step: string | null;
  /** Labels of the runner that is waited for. */
  readonly labels: string | null;
  /** What it adds to the difference, in whole ms; below 0 where it takes less than before. */
  readonly ms: number;
  /** What it took before and takes now, where the job ran, in whole ms; null for what is no stretch of a job. */
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
}

/** A job that is on the critical path more or less often than before. */
export interface PathMove {
  readonly job: string;
  /** Shares of the runs, 0 to 1. */
  readonly before: number;
  readonly after: number;
  /** Whether it ran in none of the runs before, or in none of those after. */
  readonly isNew: boolean;
  readonly isGone: boolean;
}

/** Where the extra time of the typical run went. The parts add up to the difference to the millisecond. */
export interface MinutesAccount {
  /** Down to what the runs could be told apart. */
  readonly detail: AccountDetail;
  /** The typical run's time: mean over the middle half of the runs by duration, in whole ms. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly differenceMs: number;
  /** Standard error of the difference, in ms; null where one side has fewer than four runs. */
  readonly errorMs: number | null;
  /** Runs that stand for each side: the middle half of those known. */
  readonly beforeRuns: number;
  readonly afterRuns: number;
  /** Largest first, by size; what took time and adds none is among them. */
  readonly parts: readonly MinutesPart[];
  readonly pathMoves: readonly PathMove[];
  /** Total of the parts of kind "unexplained", in ms. */
  readonly unexplainedMs: number;
}

/** Share of runs by which a job must be on the path more or less often to be named. */
const PATH_MOVE_MIN = 0.2;

/**
 * Accounts for the difference between two groups of runs; null when one of them has no run whose duration is known.
 *
 * Each job's own steps are compared over all runs in which it ran, also beside the critical path, and count by how often it is on
 * the path of the slower group: a step that grew by 10 minutes says 10, though 3 of them were hidden before behind a longer job. What
 * is left over then is `path`: here -3.
 */
export function accountForMinutes(before: readonly TimedRun[], after: readonly TimedRun[]): MinutesAccount | null {
  const detail = commonDetail(before, after);
  const groups = [typicalRuns(before, detail), typicalRuns(after, detail)] as const;
  if (groups[0].length === 0 || groups[1].length === 0) return null;
  const [was, is] = [groupMeans(groups[0]), groupMeans(groups[1])];
  const [beforeMs, afterMs] = [Math.round(was.totalMs), Math.round(is.totalMs)];
  const differenceMs = afterMs - beforeMs;
  const exact = exactParts(was, is);
  const whole = apportionWhole(
    exact.map(({ ms }) => ms),
    differenceMs,
  );
  const parts = exact
    .map((part, place) => ({ ...part, ms: whole[place]! }))
    .filter(({ ms, afterMs, beforeMs }) => ms !== 0 || (afterMs ?? 0) !== 0 || (beforeMs ?? 0) !== 0)
    .sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms));
  const errors = [typicalErrorMs(before), typicalErrorMs(after)] as const;
  return {
    detail,
    beforeMs,
    afterMs,
    differenceMs,
    errorMs: errors[0] === null || errors[1] === null ? null : Math.hypot(...(errors as [number, number])),
    beforeRuns: groups[0].length,
    afterRuns: groups[1].length,
    parts,
    pathMoves: pathMoves(was, is),
    unexplainedMs: parts.reduce((sum, { kind, ms }) => (kind === "unexplained" ? sum + ms : sum), 0),
  };
}

/** The parts before they are rounded: they add up to the difference of the means. */
function exactParts(was: GroupMeans, is: GroupMeans): MinutesPart[] {
  const slower = is.totalMs >= was.totalMs ? is : was;
  const parts: MinutesPart[] = [];
  let pathMs = 0;
  for (const fellows of new Set([...was.jobs.keys(), ...is.jobs.keys()])) {
    const [then, now] = [was.jobs.get(fellows), is.jobs.get(fellows)];
    pathMs += (now?.pathMs ?? 0) - (then?.pathMs ?? 0);
    // a job that is new or gone has nothing to be compared with: it changed the path
    if (then === undefined || now === undefined) continue;
    const share = slower.jobs.get(fellows)!.pathShare;
    for (const part of share === 0 ? [] : jobParts(then, now, share)) {
      parts.push(part);
      pathMs -= part.ms;
    }
  }
  const whole = (kind: MinutesKind, ms: number): MinutesPart => ({
    kind,
    job: null,
    step: null,
    labels: null,
    ms,
    beforeMs: null,
    afterMs: null,
  });
  return [
    ...parts,
    whole("path", pathMs),
    whole("re-runs", is.earlierAttemptsMs - was.earlierAttemptsMs),
    whole("queue", is.queueMs - was.queueMs),
    whole("unexplained", is.restMs - was.restMs),
  ];
}

function jobParts(then: JobMeans, now: JobMeans, share: number): readonly MinutesPart[] {
  return [...new Set([...then.parts.keys(), ...now.parts.keys()])].map((key) => {
    const { kind, step } = (now.parts.get(key) ?? then.parts.get(key))!;
    const [thenMs, nowMs] = [then.parts.get(key)?.ms ?? 0, now.parts.get(key)?.ms ?? 0];
    return {
      kind,
      job: now.name,
      step,
      labels: kind === "queue" ? (now.labels ?? then.labels) : null,
      ms: share * (nowMs - thenMs),
      beforeMs: Math.round(thenMs),
      afterMs: Math.round(nowMs),
    };
  });
}

function pathMoves(was: GroupMeans, is: GroupMeans): readonly PathMove[] {
  return [...new Set([...was.jobs.keys(), ...is.jobs.keys()])]
    .map((fellows) => {
      const [then, now] = [was.jobs.get(fellows), is.jobs.get(fellows)];
      return {
        job: (now ?? then)!.name,
        before: then?.pathShare ?? 0,
        after: now?.pathShare ?? 0,
        isNew: then === undefined,
        isGone: now === undefined,
      };
    })
    .filter(({ before, after }) => Math.abs(after - before) >= PATH_MOVE_MIN)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
}
