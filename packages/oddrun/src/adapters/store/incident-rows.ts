import { type ChangeEvent, type IncidentChange, type IncidentEvent, type IncidentRecord, seriesOf } from "@oddrun/core";
import { safeText } from "./rows.ts";
import type { IncidentChangeRow, IncidentEventRow, IncidentRow, StoreDatabase } from "./schema.ts";

/** Numbers asked for in one query. */
const CHUNK = 500;

/** Records by number, those that are there. */
export async function recordsOf(db: StoreDatabase, numbers: readonly number[]): Promise<readonly IncidentRecord[]> {
  const sorted = [...new Set(numbers)].toSorted((one, other) => one - other);
  const records: IncidentRecord[] = [];
  for (let from = 0; from < sorted.length; from += CHUNK) {
    const chunk = sorted.slice(from, from + CHUNK);
    const rows = await db
      .selectFrom("incidents")
      .where("incident_number", "in", chunk)
      .orderBy("incident_number")
      .selectAll()
      .execute();
    const events = await db
      .selectFrom("incident_events")
      .where("incident_number", "in", chunk)
      .orderBy("incident_number")
      .orderBy("place")
      .selectAll()
      .execute();
    const changes = await db
      .selectFrom("incident_changes")
      .where("incident_number", "in", chunk)
      .orderBy("series_id")
      .orderBy("change_number")
      .selectAll()
      .execute();
    const eventsOf = Map.groupBy(events, (row) => row.incident_number);
    const changesOf = Map.groupBy(changes, (row) => row.incident_number);
    for (const row of rows) {
      records.push(record(row, eventsOf.get(row.incident_number) ?? [], changesOf.get(row.incident_number) ?? []));
    }
  }
  return records;
}

function record(
  row: IncidentRow,
  events: readonly IncidentEventRow[],
  changes: readonly IncidentChangeRow[],
): IncidentRecord {
  return {
    number: row.incident_number,
    repositoryId: row.repository_id,
    family: row.family,
    anchorMs: row.anchor_ms,
    slackMs: row.slack_ms,
    openedAtMs: row.opened_at_ms,
    history: events.map(incidentEvent),
    changes: changes.map(incidentChange),
  };
}

function incidentEvent(row: IncidentEventRow): IncidentEvent {
  return {
    place: row.place,
    what: row.what as IncidentEvent["what"],
    atMs: row.at_ms,
    who: row.who,
    isCorrection: row.is_correction === 1,
    note: row.note,
    change:
      row.series_id === null || row.change_number === null
        ? null
        : { seriesId: row.series_id, changeNumber: row.change_number },
    untilMs: row.until_ms,
    other: row.other_number,
  };
}

function incidentChange(row: IncidentChangeRow): IncidentChange {
  return {
    seriesId: row.series_id,
    changeNumber: row.change_number,
    first: JSON.parse(row.first) as ChangeEvent,
    latest: JSON.parse(row.latest) as ChangeEvent,
  };
}

export function incidentRow(of: IncidentRecord): IncidentRow {
  return {
    incident_number: of.number,
    repository_id: of.repositoryId,
    family: safeText(of.family),
    anchor_ms: Math.round(of.anchorMs),
    slack_ms: Math.round(of.slackMs),
    opened_at_ms: Math.round(of.openedAtMs),
  };
}

export function eventRow(incidentNumber: number, event: IncidentEvent): IncidentEventRow {
  return {
    incident_number: incidentNumber,
    place: event.place,
    what: event.what,
    at_ms: Math.round(event.atMs),
    who: safeText(event.who),
    is_correction: event.isCorrection ? 1 : 0,
    note: event.note === null ? null : safeText(event.note),
    series_id: event.change === null ? null : safeText(event.change.seriesId),
    change_number: event.change?.changeNumber ?? null,
    until_ms: event.untilMs === null ? null : Math.round(event.untilMs),
    other_number: event.other,
  };
}

export function changeRow(incidentNumber: number, change: IncidentChange): IncidentChangeRow {
  const { repositoryId, workflowId } = seriesOf(change.seriesId);
  return {
    repository_id: repositoryId,
    series_id: safeText(change.seriesId),
    change_number: change.changeNumber,
    incident_number: incidentNumber,
    workflow_id: workflowId,
    first: JSON.stringify(change.first),
    latest: JSON.stringify(change.latest),
  };
}
