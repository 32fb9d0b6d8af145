import { type ChangeEvent, seriesOf } from "../change-points/index.ts";
import {
  changeKeyId,
  type ChangeWord,
  inHistoryOrder,
  type Incident,
  type IncidentEvent,
  scopeRank,
  standingEvents,
} from "../incidents/index.ts";

/** A change of nothing to something has no ratio. */
const EXTENT_MAX = 100;

/** How far one change is from the usual level: 0.5 is half as much again, or half of all runs more that fail. */
function extentOf(seriesId: string, { usual, level }: ChangeEvent): number {
  const { measure } = seriesOf(seriesId);
  if (measure === "schedule") return 1;
  if (measure === "failure") return Math.abs(level - usual);
  return usual > 0 ? Math.min(EXTENT_MAX, Math.abs(level - usual) / usual) : EXTENT_MAX;
}

/**
 * How large an incident was at an instant: its largest change times the workflows it is seen in, of those changes that stand for it.
 * Durations and what they cost are one, so that the second of them to be told is no growth. 0 where nothing was open.
 *
 * @param words of any incidents, in the order they were said
 */
export function incidentSize(
  words: readonly ChangeWord[],
  { changes }: Pick<Incident, "changes">,
  atMs: number,
): number {
  const own = new Set(changes.map(changeKeyId));
  const open = new Map<string, ChangeWord>();
  for (const word of words) {
    const { seriesId, event } = word;
    const id = changeKeyId({ seriesId, changeNumber: event.changeNumber });
    if (!own.has(id) || event.at.atMs > atMs) continue;
    if (event.state === "told" || event.state === "grown") open.set(id, word);
    else open.delete(id);
  }
  const standing = [...open.values()].map((word) => ({ ...word, series: seriesOf(word.seriesId) }));
  const rank = Math.min(...standing.map(({ series }) => scopeRank(series)));
  const leading = standing.filter(({ series }) => scopeRank(series) === rank);
  if (leading.length === 0) return 0;
  const places = new Set(leading.map(({ series }) => `${series.repositoryId}/${series.workflowId}`));
  return places.size * Math.max(...leading.map(({ seriesId, event }) => extentOf(seriesId, event)));
}

/** What was told of the changes that stand for an incident, in the order in which it happened. */
function leadingEvents({ changes, history }: Pick<Incident, "changes" | "history">): readonly IncidentEvent[] {
  const told = changes.filter(({ standing }) => standing !== "suspected" && standing !== "withdrawn");
  const rank = Math.min(...told.map(({ series }) => scopeRank(series)));
  const leading = new Set(told.filter(({ series }) => scopeRank(series) === rank).map(changeKeyId));
  return standingEvents({ changes, history })
    .filter(({ change }) => change !== null && leading.has(changeKeyId(change)))
    .toSorted(inHistoryOrder);
}

const isNews = ({ what }: IncidentEvent): boolean => what === "told" || what === "grown";

/** Since when an incident is told and open without a break: when it came up, or came back; null while it is not. */
export function openSinceMs(incident: Pick<Incident, "changes" | "history">): number | null {
  const open = new Set<string>();
  let sinceMs: number | null = null;
  for (const event of leadingEvents(incident)) {
    const id = changeKeyId(event.change!);
    if (isNews(event)) {
      if (open.size === 0) sinceMs = event.atMs;
      open.add(id);
    } else open.delete(id);
    if (open.size === 0) sinceMs = null;
  }
  return sinceMs;
}

/** When something was last told of it; null while nothing was. */
export const lastNewsMs = (incident: Pick<Incident, "changes" | "history">): number | null =>
  leadingEvents(incident).findLast(isNews)?.atMs ?? null;

/** When it was first told; null while it never was. */
export const firstToldMs = (incident: Pick<Incident, "changes" | "history">): number | null =>
  leadingEvents(incident).find(isNews)?.atMs ?? null;
