import { type IncidentRecord, type Series, seriesId, seriesOf } from "@oddrun/core";
import { forgetDecided } from "./alert-queries.ts";
import { changeRow, eventRow, incidentRow } from "./incident-rows.ts";
import type { IncidentChangeRow, StoreDatabase } from "./schema.ts";

const CHUNK = 100;
/** How far what was said of changes was read into incidents. */
export const CHANGES_MARK = "changes";

/** Saves what is new of each record; `known` is what is kept so far. Call it inside a transaction. */
export async function saveIncidents(
  db: StoreDatabase,
  records: readonly IncidentRecord[],
  known: readonly IncidentRecord[],
): Promise<void> {
  const before = new Map(known.map((record) => [record.number, record]));
  for (const record of records) await saveRecord(db, record, before.get(record.number));
  // first all changes leave, then they arrive: one may go from one incident to another
  for (const record of records) await dropChanges(db, record, before.get(record.number));
  for (const record of records) await saveChanges(db, record, before.get(record.number));
}

async function saveRecord(db: StoreDatabase, record: IncidentRecord, before: IncidentRecord | undefined) {
  const row = incidentRow(record);
  if (before === undefined) await db.insertInto("incidents").values(row).execute();
  else await db.updateTable("incidents").where("incident_number", "=", record.number).set(row).execute();
  const last = before?.history.at(-1)?.place ?? 0;
  const events = record.history.filter(({ place }) => place > last).map((event) => eventRow(record.number, event));
  for (let from = 0; from < events.length; from += CHUNK) {
    await db
      .insertInto("incident_events")
      .values(events.slice(from, from + CHUNK))
      .execute();
  }
}

const keyOf = (row: IncidentChangeRow): string => `${row.change_number} ${row.series_id}`;
const rowsOf = (record: IncidentRecord | undefined): readonly IncidentChangeRow[] =>
  (record?.changes ?? []).map((change) => changeRow(record!.number, change));

async function dropChanges(db: StoreDatabase, record: IncidentRecord, before: IncidentRecord | undefined) {
  const kept = new Set(rowsOf(record).map(keyOf));
  for (const row of rowsOf(before)) if (!kept.has(keyOf(row))) await deleteChange(db, row);
}

function deleteChange(db: StoreDatabase, row: IncidentChangeRow) {
  return db
    .deleteFrom("incident_changes")
    .where("repository_id", "=", row.repository_id)
    .where("series_id", "=", row.series_id)
    .where("change_number", "=", row.change_number)
    .where("incident_number", "=", row.incident_number)
    .execute();
}

async function saveChanges(db: StoreDatabase, record: IncidentRecord, before: IncidentRecord | undefined) {
  const same = new Map(rowsOf(before).map((row) => [keyOf(row), row.latest]));
  const rows = rowsOf(record).filter((row) => same.get(keyOf(row)) !== row.latest);
  for (let from = 0; from < rows.length; from += CHUNK) {
    await db
      .insertInto("incident_changes")
      .values(rows.slice(from, from + CHUNK))
      .onConflict((conflict) =>
        conflict.columns(["repository_id", "series_id", "change_number"]).doUpdateSet((is) => ({
          incident_number: is.ref("excluded.incident_number"),
          first: is.ref("excluded.first"),
          latest: is.ref("excluded.latest"),
        })),
      )
      .execute();
  }
}

export async function markOf(db: StoreDatabase): Promise<number> {
  const row = await db.selectFrom("incident_marks").where("name", "=", CHANGES_MARK).selectAll().executeTakeFirst();
  return row?.place ?? 0;
}

export async function setMark(db: StoreDatabase, place: number): Promise<void> {
  await db
    .insertInto("incident_marks")
    .values({ name: CHANGES_MARK, place })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ place }))
    .execute();
}

/**
 * Incidents of a repository or workflow that has another id now go on under it, with all that people said of them. What was said of
 * changes is read anew: under the new ids it may be said again. Call it inside a transaction.
 */
export async function renameIncidents(
  db: StoreDatabase,
  repositoryId: number,
  rename: (series: Series) => Series,
): Promise<void> {
  const rows = await db.selectFrom("incident_changes").where("repository_id", "=", repositoryId).selectAll().execute();
  const newIds = new Map(rows.map((row) => [row.series_id, rename(seriesOf(row.series_id))]));
  for (const row of rows) {
    const series = newIds.get(row.series_id)!;
    const renamed = { ...row, repository_id: series.repositoryId, workflow_id: series.workflowId };
    await deleteChange(db, row);
    await db
      .insertInto("incident_changes")
      .values({ ...renamed, series_id: seriesId(series) })
      .onConflict((conflict) => conflict.columns(["repository_id", "series_id", "change_number"]).doNothing())
      .execute();
    await db
      .updateTable("incident_events")
      .where("incident_number", "=", row.incident_number)
      .where("series_id", "=", row.series_id)
      .set({ series_id: seriesId(series) })
      .execute();
    await db
      .updateTable("incidents")
      .where("incident_number", "=", row.incident_number)
      .where("repository_id", "=", repositoryId)
      .set({ repository_id: series.repositoryId })
      .execute();
  }
  await setMark(db, 0);
  await forgetDecided(db);
}
