import { quantile } from "../isolation-forest/index.ts";
import type { InjectedStretch } from "./injection.ts";

/** One alert of a replay and what was said about it later. Runs are places in the history, from 0. */
export interface ReplayAlert {
  /** What it says has happened, in any words: incidents name those they accept. */
  readonly kind: string;
  /** The first run of the change, as told. */
  readonly onsetRun: number;
  /** The alert, and each later word that was surer than all before. Under a cut it counts from the first whose score is above. */
  readonly words: readonly { readonly atRun: number; readonly score: number }[];
  /** After which run it was told that the old level was back; null when it wasn't. */
  readonly recoveredAtRun: number | null;
}

export interface ReplayIncident extends InjectedStretch {
  /** Incidents of one variant are averaged: "step x1.3". */
  readonly variant: string;
  /** Kinds of alert that find it; none for what is no incident, such as a wider spread: any alert about it is false. */
  readonly accepts: readonly string[];
  /** An alert up to this many runs after its first one finds it. */
  readonly withinRunCount: number;
  /** Whether the old level is back after its last run. */
  readonly recovers: boolean;
  /** Alerts from its first run up to here are about it, in run places. */
  readonly aboutUntilRun: number;
}

export interface ReplayedHistory {
  readonly runCount: number;
  /** In order of their first runs; none in a clean history. */
  readonly incidents: readonly ReplayIncident[];
  readonly alerts: readonly ReplayAlert[];
}

export interface VariantScore {
  readonly caseCount: number;
  readonly foundCount: number;
  /** Found cases as a share, from 0 to 1. */
  readonly recall: number;
  /** Runs from the first one of the incident to the alert, of those found; null when none was. */
  readonly delayMedian: number | null;
  readonly delayP90: number | null;
  /** Runs between the told onset and the true one, of those found. */
  readonly onsetErrorMedian: number | null;
  /** More alerts than one for one cause, per found case. */
  readonly repeatsPerHit: number | null;
  /** Found cases whose end was told within 40 runs of it, as a share; null where nothing ends. */
  readonly recoveredShare: number | null;
}

/** Only scores above it count. */
export type ScoreCut = number;

export const NO_CUT: ScoreCut = Number.NEGATIVE_INFINITY;

const RECOVERY_EARLY_RUNS = 2;
const RECOVERY_WITHIN_RUNS = 40;

/** The cut that leaves at most `allowed` of these scores; equal ones fall together. */
export function scoreCut(scores: readonly number[], allowed: number): ScoreCut {
  const falling = [...scores].sort((one, other) => other - one);
  return falling[Math.max(0, Math.floor(allowed))] ?? NO_CUT;
}

/** The cut that keeps clean histories within a budget of false alarms; the first `warmUpRunCount` runs of each are not counted as watched. */
export function cutToBudget(
  clean: readonly Pick<ReplayedHistory, "runCount" | "alerts">[],
  { per1000, warmUpRunCount }: { readonly per1000: number; readonly warmUpRunCount: number },
): ScoreCut {
  const watched = watchedRunCount(clean, warmUpRunCount);
  const scores = clean.flatMap(({ alerts }) => alerts.map(({ words }) => words.at(-1)!.score));
  return scoreCut(scores, (per1000 * watched) / 1000);
}

/** Alerts on clean histories per 1000 runs after the warm-up; null when nothing was watched. */
export function falseAlarmsPer1000(
  clean: readonly Pick<ReplayedHistory, "runCount" | "alerts">[],
  { cut, warmUpRunCount }: { readonly cut: ScoreCut; readonly warmUpRunCount: number },
): number | null {
  const watched = watchedRunCount(clean, warmUpRunCount);
  const count = clean.reduce((sum, { alerts }) => sum + counted(alerts, cut).length, 0);
  return watched === 0 ? null : (1000 * count) / watched;
}

/** How well the incidents of these histories were found, by variant; two incidents in one history are two cases. */
export function scoreVariants(
  histories: readonly ReplayedHistory[],
  { cut }: { readonly cut: ScoreCut },
): ReadonlyMap<string, VariantScore> {
  const tallies = new Map<string, Tally>();
  for (const { incidents, alerts } of histories) {
    const kept = counted(alerts, cut);
    const used = new Set<CountedAlert>();
    for (const incident of incidents) {
      const tally = tallies.get(incident.variant) ?? newTally();
      tallies.set(incident.variant, tally);
      judge(incident, kept, used, tally);
    }
  }
  return new Map([...tallies].map(([variant, tally]) => [variant, summary(tally)]));
}

interface CountedAlert {
  readonly alert: ReplayAlert;
  readonly atRun: number;
}

interface Tally {
  cases: number;
  found: number;
  repeats: number;
  ending: number;
  recovered: number;
  readonly delays: number[];
  readonly onsetErrors: number[];
}

const newTally = (): Tally => ({
  cases: 0,
  found: 0,
  repeats: 0,
  ending: 0,
  recovered: 0,
  delays: [],
  onsetErrors: [],
});

/** Alerts that pass the cut, with the run from which they do, in the order of those. */
function counted(alerts: readonly ReplayAlert[], cut: ScoreCut): readonly CountedAlert[] {
  return alerts
    .flatMap((alert) => {
      const word = alert.words.find(({ score }) => score > cut);
      return word === undefined ? [] : [{ alert, atRun: word.atRun }];
    })
    .sort((one, other) => one.atRun - other.atRun);
}

function judge(incident: ReplayIncident, alerts: readonly CountedAlert[], used: Set<CountedAlert>, tally: Tally): void {
  const { firstRun, lastRun, withinRunCount, aboutUntilRun, accepts } = incident;
  tally.cases++;
  const about = alerts.filter(
    ({ alert, atRun }) => atRun >= firstRun && atRun <= aboutUntilRun && accepts.includes(alert.kind),
  );
  const hit = about.find((one) => one.atRun <= firstRun + withinRunCount && !used.has(one));
  if (hit === undefined) return;
  used.add(hit);
  tally.found++;
  tally.delays.push(hit.atRun - firstRun);
  tally.onsetErrors.push(Math.abs(hit.alert.onsetRun - firstRun));
  tally.repeats += about.filter((one) => one !== hit && one.atRun > hit.atRun && one.atRun <= lastRun).length;
  if (!incident.recovers) return;
  tally.ending++;
  const { recoveredAtRun } = hit.alert;
  if (recoveredAtRun === null) return;
  const late = recoveredAtRun - lastRun;
  if (late >= -RECOVERY_EARLY_RUNS && late <= RECOVERY_WITHIN_RUNS) tally.recovered++;
}

function summary({ cases, found, repeats, ending, recovered, delays, onsetErrors }: Tally): VariantScore {
  return {
    caseCount: cases,
    foundCount: found,
    recall: found / cases,
    delayMedian: quantileOf(delays, 0.5),
    delayP90: quantileOf(delays, 0.9),
    onsetErrorMedian: quantileOf(onsetErrors, 0.5),
    repeatsPerHit: found === 0 ? null : repeats / found,
    recoveredShare: ending === 0 ? null : recovered / ending,
  };
}

const quantileOf = (values: readonly number[], share: number): number | null =>
  values.length === 0 ? null : quantile(Float64Array.from(values).sort(), share);

function watchedRunCount(histories: readonly { readonly runCount: number }[], warmUpRunCount: number): number {
  return histories.reduce((sum, { runCount }) => sum + Math.max(0, runCount - warmUpRunCount), 0);
}
