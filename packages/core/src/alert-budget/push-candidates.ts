import { type ChangeEvent, seriesOf } from "../change-points/index.ts";
import type { ChangeWord } from "../incidents/index.ts";
import { extraMinutesAWeek } from "./digest.ts";
import type { IncidentMember, PushCandidate } from "./push-gate.ts";

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
 * The moments at which incidents are offered to a gate, in time order: whenever one of their changes is told or has grown, with all
 * changes that are open by then and the latest word on each. What has recovered or was withdrawn speaks no more.
 */
export function pushCandidates(
  incidents: readonly IncidentOfChanges[],
  words: readonly ChangeWord[],
  paceOf: (seriesId: string, atMs: number) => SeriesPace | null,
): readonly PushCandidate[] {
  const incidentOf = new Map<string, IncidentOfChanges>();
  for (const incident of incidents) {
    for (const { seriesId, changeNumber } of incident.changes) incidentOf.set(keyOf(seriesId, changeNumber), incident);
  }
  const open = new Map<number, Map<string, IncidentMember>>();
  const candidates: PushCandidate[] = [];
  const inOrder = words
    .filter(({ event }) => event.state !== "suspected")
    .toSorted((one, other) => one.event.at.atMs - other.event.at.atMs);
  for (const { seriesId, event } of inOrder) {
    const key = keyOf(seriesId, event.changeNumber);
    const incident = incidentOf.get(key);
    if (incident === undefined) continue;
    const members = open.get(incident.number) ?? new Map<string, IncidentMember>();
    open.set(incident.number, members);
    if (event.state !== "told" && event.state !== "grown") {
      members.delete(key);
      continue;
    }
    const atMs = event.at.atMs;
    members.set(key, { seriesId, event, extraMinutesAWeek: costOf(seriesId, event, paceOf(seriesId, atMs)) });
    candidates.push({
      incidentId: String(incident.number),
      repositoryId: incident.repositoryId,
      atMs,
      members: [...members.values()],
    });
  }
  return candidates;
}

const keyOf = (seriesId: string, changeNumber: number): string => `${changeNumber} ${seriesId}`;

/** Minutes a week that a change costs; null where its series does not measure time, or its pace is not known. */
export function costOf(
  seriesId: string,
  event: Pick<ChangeEvent, "usual" | "level">,
  pace: SeriesPace | null,
): number | null {
  const { measure } = seriesOf(seriesId);
  if (pace === null || measure === "metric" || measure === "cost") return null;
  return extraMinutesAWeek(measure === "failure" || measure === "schedule" ? measure : "level", event, pace);
}
