import { type ChangeEvent, type ChangeState, type Series, seriesId } from "../change-points/index.ts";
import type { ChangeKey, IncidentEvent, IncidentRecord, IncidentWord } from "./incident.ts";

/** Series, changes and incidents that the tests vary. */
export const START = Date.UTC(2026, 0, 5);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function aSeries(change: Partial<Series> = {}): Series {
  return {
    repositoryId: 7,
    workflowId: 70,
    branches: "default",
    event: "push",
    scope: "run",
    measure: "duration",
    job: "",
    part: "",
    ...change,
  };
}

/** Told a day after its onset by default; `atMs` and `onsetMs` move it. */
export function aWord(
  series: Partial<Series> = {},
  {
    atMs = START + DAY_MS,
    onsetMs = atMs - DAY_MS,
    state = "told",
    ...event
  }: Partial<ChangeEvent> & { readonly atMs?: number; readonly onsetMs?: number; readonly state?: ChangeState } = {},
): { readonly seriesId: string; readonly event: ChangeEvent } {
  return {
    seriesId: seriesId(aSeries(series)),
    event: {
      state,
      changeNumber: 1,
      direction: "up",
      onset: { runId: Math.round(onsetMs / 1000), runAttempt: 1, atMs: onsetMs },
      at: { runId: Math.round(atMs / 1000), runAttempt: 1, atMs },
      usual: 300_000,
      level: 450_000,
      score: 1.2,
      runCount: 13,
      isYoung: false,
      ...event,
    },
  };
}

const RUN_CHANGE: ChangeKey = { seriesId: seriesId(aSeries()), changeNumber: 1 };

/** A line of a history, by default about the change of the whole run. */
export function anEvent(what: IncidentWord, atMs: number, more: Partial<IncidentEvent> = {}): IncidentEvent {
  const isChange = ["suspected", "told", "grown", "recovered", "settled", "withdrawn"].includes(what);
  return {
    place: 1,
    what,
    atMs,
    who: isChange ? "oddrun" : "ada",
    isCorrection: false,
    note: null,
    change: isChange ? RUN_CHANGE : null,
    untilMs: null,
    other: null,
    ...more,
  };
}

/** An incident with this history; the latest word on each change is the last of it in the list. */
export function aRecord(events: readonly IncidentEvent[], more: Partial<IncidentRecord> = {}): IncidentRecord {
  const history = events.map((event, index) => ({ ...event, place: index + 1 }));
  const latest = new Map<string, IncidentRecord["changes"][number]>();
  for (const { change, what, atMs } of history) {
    if (change === null) continue;
    const { event } = aWord({}, { state: what as ChangeState, atMs, onsetMs: START });
    const key = JSON.stringify(change);
    latest.set(key, { ...change, first: latest.get(key)?.first ?? event, latest: event });
  }
  return {
    number: 1,
    repositoryId: 7,
    family: "more time",
    anchorMs: START,
    slackMs: 0,
    openedAtMs: history[0]?.atMs ?? START,
    changes: [...latest.values()],
    history,
    ...more,
  };
}
