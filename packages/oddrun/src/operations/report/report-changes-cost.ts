import {
  type ChangeStanding,
  extraMinutesAWeek,
  type Incident,
  leadingChanges,
  type PriceTable,
  type Repository,
  usageSum,
} from "@oddrun/core";
import type { ContextRuns, SeriesRuns } from "../odd-runs/report-context-runs.ts";
import { seriesValue } from "./report-changes-picture.ts";

const MINUTE_MS = 60_000;
const MICROS = 1_000_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Runs a week are counted over four weeks on either side of the onset. */
const PACE_MS = 28 * DAY_MS;

/** What an incident costs while it lasts; below 0 where it saves. */
export interface IncidentCost {
  /** null where what moved is no time, or how often it runs is not known. */
  readonly minutesAWeek: number | null;
  /** Since the onset, until it was over or as long as runs tell of it. */
  readonly minutesSoFar: number | null;
  /** null where no price is known, or GitHub takes nothing. */
  readonly usdAWeek: number | null;
  readonly runsAWeek: number | null;
  /** Of a schedule that fell silent, which costs no minutes, how many runs have not come; null of anything else. */
  readonly missedRunCount: number | null;
  /** How many changes it is added up over. */
  readonly changeCount: number;
  /** Whether how often it runs is read from runs, and not from what was said of the change alone. */
  readonly isCounted: boolean;
}

/** By what its changes tell of themselves: how many runs there were between the onset and the last word. */
export function costByItsWords(incident: Incident, untilMs: number): IncidentCost {
  const parts = costed(incident).map((change) => {
    const { onset, at, runCount } = change.latest;
    const spanMs = Math.max(DAY_MS / 2, at.atMs - onset.atMs);
    const runsAWeek = change.series.measure === "schedule" ? usualPace(change.latest) : (runCount / spanMs) * WEEK_MS;
    return { change, runsAWeek, usualRunMs: null };
  });
  return cost(incident, parts, { usdAWeek: null, untilMs, isCounted: false });
}

/** By its runs, where they are known. */
export function costByItsRuns(
  incident: Incident,
  runs: ContextRuns,
  {
    prices,
    visibility,
    untilMs,
  }: { readonly prices: PriceTable; readonly visibility: Repository["visibility"]; readonly untilMs: number },
): IncidentCost {
  const parts = costed(incident).flatMap((change) => {
    const of = runs.get(change.seriesId);
    return of === undefined || of.runs.length < 2 ? [] : [{ change, ...pace(change, of, untilMs) }];
  });
  if (parts.length < costed(incident).length) return costByItsWords(incident, untilMs);
  const rough = cost(incident, parts, { usdAWeek: null, untilMs, isCounted: true });
  return {
    ...rough,
    usdAWeek: usdPaid(incident, runs, untilMs) ?? usdOfMinutes(incident, rough, runs, prices, visibility),
  };
}

interface Part {
  readonly change: ChangeStanding;
  readonly runsAWeek: number;
  /** How long one run takes as usual; null where only failures need it and it is not known. */
  readonly usualRunMs: number | null;
}

/** The changes whose minutes add up: whole runs of different contexts; jobs or steps only where no run moved. */
function costed(incident: Incident): readonly ChangeStanding[] {
  const leading = leadingChanges(incident.changes);
  const times = leading.filter(({ series }) => series.measure === "duration");
  if (times.length > 0) return times;
  return leading.filter(({ series }) => series.measure !== "metric" && series.measure !== "cost");
}

function pace(change: ChangeStanding, { runs, ...rest }: SeriesRuns, knownUntilMs: number): Omit<Part, "change"> {
  const onsetMs = change.latest.onset.atMs;
  const ends = runs.map(endOf).filter((ms) => ms !== null);
  if (change.series.measure === "schedule") return { runsAWeek: schedulePace(change, runs), usualRunMs: null };
  const fromMs = Math.max(onsetMs - PACE_MS, ends[0]!);
  const untilMs = Math.min(knownUntilMs, onsetMs + PACE_MS, Math.max(ends.at(-1)!, onsetMs));
  const count = ends.filter((ms) => ms >= fromMs && ms <= untilMs).length;
  const before = runs
    .filter((run) => run.conclusion === "success" && (endOf(run) ?? onsetMs) < onsetMs)
    .map((run) => seriesValue({ ...change.series, measure: "duration" }, run, { ...rest, runs }))
    .filter((value) => value !== null)
    .toSorted((one, other) => one - other);
  const usualRunMs = before.length === 0 ? null : before[Math.floor(before.length / 2)]!;
  return { runsAWeek: (count / Math.max(DAY_MS, untilMs - fromMs)) * WEEK_MS, usualRunMs };
}

/** Runs a week of a schedule before it fell silent; a re-run is no run of the schedule. */
function schedulePace({ latest }: ChangeStanding, runs: SeriesRuns["runs"]): number {
  const onsetMs = latest.onset.atMs;
  const starts = runs
    .filter((run) => run.runAttempt === 1 && (endOf(run) ?? Number.POSITIVE_INFINITY) <= onsetMs)
    .map(startOf)
    .filter((ms) => ms !== null && ms >= onsetMs - PACE_MS);
  const spanMs = starts.length < 2 ? 0 : starts.at(-1)! - starts[0]!;
  return spanMs > 0 ? ((starts.length - 1) / spanMs) * WEEK_MS : usualPace(latest);
}

const usualPace = ({ usual }: ChangeStanding["latest"]): number => WEEK_MS / Math.max(1, usual);

function cost(
  incident: Incident,
  parts: readonly Part[],
  {
    usdAWeek,
    untilMs,
    isCounted,
  }: { readonly usdAWeek: number | null; readonly untilMs: number; readonly isCounted: boolean },
): IncidentCost {
  const isSilent = parts.length > 0 && parts.every(({ change }) => change.series.measure === "schedule");
  const minutes = parts.map(({ change, runsAWeek, usualRunMs }) => {
    const { measure } = change.series;
    if (measure === "schedule" || (measure === "failure" && usualRunMs === null)) return null;
    const pace = { runsAWeek, usualRunMs: usualRunMs ?? 0 };
    return extraMinutesAWeek(measure === "failure" ? "failure" : "level", change.latest, pace);
  });
  const isKnown = minutes.length > 0 && minutes.every((each) => each !== null);
  const minutesAWeek = isKnown ? minutes.reduce((sum, each) => sum + each, 0) : null;
  const weeks = Math.max(0, (incident.overAtMs ?? untilMs) - incident.onsetMs) / WEEK_MS;
  return {
    minutesAWeek,
    minutesSoFar: minutesAWeek === null ? null : minutesAWeek * weeks,
    usdAWeek,
    missedRunCount: isSilent ? missedRuns(parts, incident.overAtMs ?? untilMs) : null,
    runsAWeek: parts.length === 0 ? null : parts.reduce((sum, { runsAWeek }) => sum + runsAWeek, 0),
    changeCount: parts.length,
    isCounted,
  };
}

function missedRuns(parts: readonly Part[], untilMs: number): number {
  return parts.reduce((sum, { change, runsAWeek }) => {
    const waitedMs = Math.max(0, untilMs - change.latest.onset.atMs);
    // a run that is nearly due counts, so that a pace a little below the true one loses none
    return sum + Math.floor((waitedMs / WEEK_MS) * runsAWeek + 0.1);
  }, 0);
}

/** Of changes of cost what runs cost more; null where there is none. */
function usdPaid(incident: Incident, runs: ContextRuns, untilMs: number): number | null {
  const paid = leadingChanges(incident.changes).flatMap((change) => {
    const of = runs.get(change.seriesId);
    if (change.series.measure !== "cost" || of === undefined || of.runs.length < 2) return [];
    return [((change.latest.level - change.latest.usual) / MICROS) * pace(change, of, untilMs).runsAWeek];
  });
  return paid.length === 0 ? null : paid.reduce((sum, each) => sum + each, 0);
}

/**
 * The minutes at what a minute of the jobs that moved costs, where those were read. GitHub rounds each job up, so this is about
 * what the bill shows.
 */
function usdOfMinutes(
  incident: Incident,
  { minutesAWeek }: IncidentCost,
  runs: ContextRuns,
  prices: PriceTable,
  visibility: Repository["visibility"],
): number | null {
  const sum = usageSum(prices);
  const first = runs.get(incident.changes[0]!.seriesId);
  for (const jobs of first?.jobs.values() ?? []) for (const job of jobs) sum.add(job, visibility);
  const { microUsd, executionMs } = sum.usage();
  if (minutesAWeek === null || microUsd === 0 || executionMs === 0) return null;
  return (microUsd / MICROS / (executionMs / MINUTE_MS)) * minutesAWeek;
}

const endOf = (run: SeriesRuns["runs"][number]): number | null =>
  run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs;
const startOf = (run: SeriesRuns["runs"][number]): number | null =>
  run.createdAtMs ?? run.runStartedAtMs ?? run.completedAtMs;
