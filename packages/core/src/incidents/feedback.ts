import type { ChangeKey, Incident } from "./incident.ts";

/** A rejection asks for this much more than the series had reached when it was wrong. */
const MARGIN = 1.1;
/** Each rejection raises a bar at least and at most so far: one mistaken click makes no series deaf. */
const RISE_MIN = 1.25;
const RISE_MAX = 1.5;
const BAR_MAX = 4;

/** The factor on a series' thresholds, and since when: of several rejections the latest. */
export interface RaisedBar {
  readonly bar: number;
  readonly sinceMs: number;
}

/**
 * The factor on its thresholds that each series is given by people who said "not an anomaly"; a series without one is not named and
 * has 1. Follows from the incidents that are rejected now, so that reopening one takes its part back.
 */
export function barsAfter(incidents: readonly Incident[]): ReadonlyMap<string, RaisedBar> {
  const bars = new Map<string, RaisedBar>();
  const rejected = incidents.filter(({ state }) => state === "rejected");
  for (const { changes, history } of rejected.toSorted((one, other) => one.number - other.number)) {
    const rejectedAtMs = history.findLast(({ what }) => what === "rejected")?.atMs ?? 0;
    const reached = new Map<string, number>();
    for (const { seriesId, latest, standing } of changes) {
      if (standing !== "withdrawn") reached.set(seriesId, Math.max(reached.get(seriesId) ?? 0, latest.score));
    }
    for (const [seriesId, score] of reached) {
      const { bar, sinceMs } = bars.get(seriesId) ?? { bar: 1, sinceMs: 0 };
      const rise = Math.min(RISE_MAX, Math.max(RISE_MIN, (MARGIN * score) / bar));
      bars.set(seriesId, { bar: Math.min(BAR_MAX, bar * rise), sinceMs: Math.max(sinceMs, rejectedAtMs) });
    }
  }
  return bars;
}

/** A change whose level a person took for the usual one. */
export interface AcceptedChange extends ChangeKey {
  readonly acceptedAtMs: number;
}

/** The changes whose provisional level is the usual one now because a person said so. */
export function acceptedIn(incidents: readonly Incident[]): readonly AcceptedChange[] {
  return incidents.flatMap(({ state, history, changes }) => {
    const acceptedAtMs = history.findLast(({ what }) => what === "accepted")?.atMs;
    if (state !== "accepted" || acceptedAtMs === undefined) return [];
    return changes
      .filter(({ standing }) => standing === "told")
      .map(({ seriesId, changeNumber }) => ({ seriesId, changeNumber, acceptedAtMs }));
  });
}
