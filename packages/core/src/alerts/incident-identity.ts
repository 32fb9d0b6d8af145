import type { IncidentRecord } from "../incidents/index.ts";

/**
 * What an incident is known by outside of the store: its number is given anew when a history is rebuilt, its place in the history is
 * not. Fit for JSON.
 */
export interface IncidentIdentity {
  readonly repositoryId: number;
  readonly family: string;
  /** The series of its changes, the leading one first; as many as help to tell it from others. */
  readonly seriesIds: readonly string[];
  readonly anchorMs: number;
  /** How far from there the cause may lie. */
  readonly slackMs: number;
}

const SERIES_MAX = 8;
/** A rebuilt history may begin elsewhere, and put the onset a little before or after. */
const ONSET_MS = 48 * 3_600_000;

/** The identity that an incident's messages carry. */
export function identityOf({ repositoryId, family, anchorMs, slackMs, changes }: IncidentRecord): IncidentIdentity {
  const seriesIds = [...new Set(changes.map(({ seriesId }) => seriesId))].slice(0, SERIES_MAX);
  return { repositoryId, family, seriesIds, anchorMs, slackMs };
}

/** Whether both are about one incident: the same family in the same repository, a series in common, and onsets that may be one. */
export function isSameIncident(one: IncidentIdentity, other: IncidentIdentity): boolean {
  if (one.repositoryId !== other.repositoryId || one.family !== other.family) return false;
  if (!one.seriesIds.some((id) => other.seriesIds.includes(id))) return false;
  return Math.abs(one.anchorMs - other.anchorMs) <= Math.max(ONSET_MS, one.slackMs, other.slackMs);
}
