import { type ChangeEvent, seriesOf } from "../change-points/index.ts";
import type { ChangeWord } from "../incidents/index.ts";
import { extraMinutesAWeek } from "./digest.ts";
import type { PastSeries } from "./past-series.ts";
import { DEFAULT_GATE_OPTIONS, type IncidentMember, type PushCandidate } from "./push-gate.ts";

/** What was said of a past, grouped: the matter of pushes, digests and promises. */
export interface SaidOfPast {
  readonly series: ReadonlyMap<string, PastSeries>;
  readonly words: readonly ChangeWord[];
  readonly incidents: readonly IncidentOfChanges[];
}

/** An incident as far as a gate must know it. */
export interface IncidentOfChanges {
  readonly number: number;
  readonly repositoryId: number;
  readonly changes: readonly { readonly seriesId: string; readonly changeNumber: number }[];
}

/** How often a series runs and how long it usually takes, to tell what a change of it costs. */
export interface SeriesPace {
  readonly runsAWeek: number;
  readonly usualRunMs: number;
}

/**
 * The moments at which incidents are offered to a gate, in time order: whenever one of their changes is told or has grown, or has
 * lasted so many runs that it may alarm alone; with all changes that are open by then and the latest word on each. What has
 * recovered speaks no more.
 */
export function pushCandidates({ series, words, incidents }: SaidOfPast): readonly PushCandidate[] {
  const incidentOf = new Map<string, IncidentOfChanges>();
  for (const incident of incidents) {
    for (const { seriesId, changeNumber } of incident.changes) incidentOf.set(keyOf(seriesId, changeNumber), incident);
  }
  const open = new Map<number, Map<string, Omit<IncidentMember, "runsSinceTold"> & { readonly toldAtMs: number }>>();
  const candidates: PushCandidate[] = [];
  for (const { seriesId, event, atMs, isLasting } of momentsOf(series, words)) {
    const key = keyOf(seriesId, event.changeNumber);
    const incident = incidentOf.get(key);
    if (incident === undefined) continue;
    const members = open.get(incident.number) ?? new Map();
    open.set(incident.number, members);
    if (event.state !== "told" && event.state !== "grown") {
      members.delete(key);
      continue;
    }
    const known = members.get(key);
    // it has recovered meanwhile
    if (isLasting && known === undefined) continue;
    if (!isLasting) {
      const extraMinutesAWeek = costOf(seriesId, event, paceAt(series.get(seriesId), atMs));
      members.set(key, { seriesId, event, extraMinutesAWeek, toldAtMs: known?.toldAtMs ?? atMs });
    }
    candidates.push({
      incidentId: String(incident.number),
      repositoryId: incident.repositoryId,
      atMs,
      members: [...members.values()].map(({ toldAtMs, ...member }) => ({
        ...member,
        runsSinceTold: runsBetween(series.get(member.seriesId), toldAtMs, atMs),
      })),
    });
  }
  return candidates;
}

interface Moment extends ChangeWord {
  readonly atMs: number;
  /** No word of the detector, but that no other has come for a while. */
  readonly isLasting: boolean;
}

function momentsOf(series: ReadonlyMap<string, PastSeries>, words: readonly ChangeWord[]): readonly Moment[] {
  return words
    .filter(({ event }) => event.state !== "suspected")
    .flatMap((word): Moment[] => {
      const spoken = { ...word, atMs: word.event.at.atMs, isLasting: false };
      const past = series.get(word.seriesId);
      if (word.event.state !== "told" || past === undefined || past.series.scope === "run") return [spoken];
      const atMs = past.endOf(past.placeOf(spoken.atMs) + DEFAULT_GATE_OPTIONS.aloneRuns);
      return atMs === null ? [spoken] : [spoken, { ...word, atMs, isLasting: true }];
    })
    .sort((one, other) => one.atMs - other.atMs || Number(one.isLasting) - Number(other.isLasting));
}

const keyOf = (seriesId: string, changeNumber: number): string => `${changeNumber} ${seriesId}`;

const runsBetween = (past: PastSeries | undefined, fromMs: number, untilMs: number): number =>
  past === undefined ? 0 : past.placeOf(untilMs) - past.placeOf(fromMs);

const WEEK_MS = 7 * 24 * 3_600_000;
const PACE_WEEKS = 4;

/** How often it ran in the four weeks before, and how long its runs took: only what was known at that moment. */
export function paceAt(past: PastSeries | undefined, atMs: number): SeriesPace | null {
  const load = past?.load(atMs - PACE_WEEKS * WEEK_MS, atMs + 1) ?? null;
  return load === null
    ? null
    : { runsAWeek: load.runsAWeek, usualRunMs: (load.minutesAWeek / load.runsAWeek) * 60_000 };
}

/** Minutes a week that a change costs; null where its series does not measure time, or its pace is not known. */
export function costOf(
  seriesId: string,
  event: Pick<ChangeEvent, "usual" | "level">,
  pace: SeriesPace | null,
): number | null {
  const { measure } = seriesOf(seriesId);
  if (pace === null || measure === "metric" || measure === "cost") return null;
  // where nothing runs, no minutes are spent
  if (measure === "schedule") return null;
  return extraMinutesAWeek(measure === "failure" ? "failure" : "level", event, pace);
}
