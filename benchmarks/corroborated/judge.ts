import { seededRandom } from "@oddrun/core";
import type { WholeSeries } from "./series.ts";

/** A line of `oddrun replay --findings`. */
export interface FindingLine {
  readonly series: string;
  readonly kind: string;
  readonly detected_at_run: number;
  readonly onset_run: number;
  readonly magnitude: number;
  readonly score: number;
  readonly incident?: string;
  readonly state?: "suspected" | "withdrawn" | "recovered";
}

/** One alert of one series; places are numbers of runs in it, from 0. */
export interface Told {
  readonly kind: string;
  readonly onset: number;
  readonly at: number;
  readonly suspectedAt: number | null;
  readonly recoveredAt: number | null;
  readonly magnitude: number;
  readonly score: number;
}

export interface Incident {
  readonly dataset: string;
  readonly what: string;
  readonly kind: string;
  readonly startMs: number;
  readonly endMs: number | null;
  /** The series that show it. */
  readonly witnesses: readonly WholeSeries[];
}

/** What was told of the incident in one of the series that show it. */
export interface Witness {
  readonly series: WholeSeries;
  /** The first run that began at its start or later. */
  readonly first: number;
  readonly told: Told | null;
  /** Between the told onset and the first run. */
  readonly onsetErrorRuns: number | null;
  readonly onsetErrorDays: number | null;
}

export interface Judged {
  readonly incident: Incident;
  readonly witnesses: readonly Witness[];
  readonly isFound: boolean;
  /** The same question at random moments: the share of them at which some such finding lies as near. */
  readonly byChance: number;
}

const NEAR_RUNS = 10;
const NEAR_DAYS = 2;
const DAY_MS = 24 * 3_600_000;
const CHANCE_PLACES = 500;
/** A finding of `replay` is an alert from this score on; what lies below is there for whoever cuts to a budget. */
const ALERT_SCORE = 1;

export function alertsBySeries(
  series: readonly WholeSeries[],
  findings: readonly FindingLine[],
): ReadonlyMap<string, readonly Told[]> {
  const bySeries = Map.groupBy(findings, (line) => line.series);
  return new Map(
    series.map(({ id, runs }) => {
      const places = new Map(runs.map(({ runId }, place) => [runId, place]));
      const place = (runId: number): number => places.get(runId)!;
      const incidents = Map.groupBy(bySeries.get(id) ?? [], (line) => line.incident);
      const told = [...incidents.values()].flatMap((lines): Told[] => {
        const alert = lines.find(({ state, score }) => state === undefined && score >= ALERT_SCORE);
        if (alert === undefined) return [];
        const at = (state: FindingLine["state"]): number | null => {
          const line = lines.find((one) => one.state === state);
          return line === undefined ? null : place(line.detected_at_run);
        };
        const { kind, magnitude, score } = alert;
        const [onset, toldAt] = [place(alert.onset_run), place(alert.detected_at_run)];
        return [
          { kind, onset, at: toldAt, suspectedAt: at("suspected"), recoveredAt: at("recovered"), magnitude, score },
        ];
      });
      return [id, told] as const;
    }),
  );
}

export function judge(incident: Incident, alerts: ReadonlyMap<string, readonly Told[]>): Judged {
  const witnesses = incident.witnesses.map((series) => witness(incident, series, alerts.get(series.id) ?? []));
  return {
    incident,
    witnesses,
    isFound: witnesses.some(({ told }) => told !== null),
    byChance: byChance(incident, alerts),
  };
}

function witness({ kind, startMs }: Incident, series: WholeSeries, alerts: readonly Told[]): Witness {
  const first = firstRunAt(series, startMs);
  const told = nearest(series, alerts, kind, startMs);
  const onset = told === null ? undefined : series.runs[told.onset];
  return {
    series,
    first,
    told,
    onsetErrorRuns: told === null ? null : told.onset - first,
    onsetErrorDays: onset === undefined ? null : (onset.startedAtMs - startMs) / DAY_MS,
  };
}

function firstRunAt({ runs }: WholeSeries, atMs: number): number {
  const found = runs.findIndex(({ startedAtMs }) => startedAtMs >= atMs);
  return found < 0 ? runs.length - 1 : found;
}

/** The alert of the kind whose onset is within 10 runs or 2 days, the nearest in runs if there are more. */
function nearest(series: WholeSeries, alerts: readonly Told[], kind: string, atMs: number): Told | null {
  const first = firstRunAt(series, atMs);
  const runsOff = ({ onset }: Told): number => Math.abs(onset - first);
  const near = alerts.filter((told) => {
    if (told.kind !== kind) return false;
    const days = Math.abs(series.runs[told.onset]!.startedAtMs - atMs) / DAY_MS;
    return runsOff(told) <= NEAR_RUNS || days <= NEAR_DAYS;
  });
  return near.sort((one, other) => runsOff(one) - runsOff(other))[0] ?? null;
}

function byChance({ witnesses, kind }: Incident, alerts: ReadonlyMap<string, readonly Told[]>): number {
  const from = Math.min(...witnesses.map(({ runs }) => runs[0]!.startedAtMs));
  const to = Math.max(...witnesses.map(({ runs }) => runs.at(-1)!.startedAtMs));
  const random = seededRandom(1);
  let hits = 0;
  for (let draw = 0; draw < CHANCE_PLACES; draw++) {
    const atMs = from + random.next() * (to - from);
    if (witnesses.some((series) => nearest(series, alerts.get(series.id) ?? [], kind, atMs) !== null)) hits++;
  }
  return hits / CHANCE_PLACES;
}
