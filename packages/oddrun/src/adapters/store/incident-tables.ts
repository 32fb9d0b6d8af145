import type { Kysely } from "kysely";

/** Incidents, the append-only history of each, which change belongs to which, and how far what was said was read. */
export async function createIncidentTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("incidents")
    .addColumn("incident_number", "bigint", (column) => column.primaryKey())
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("family", "text", (column) => column.notNull())
    .addColumn("anchor_ms", "bigint", (column) => column.notNull())
    .addColumn("slack_ms", "bigint", (column) => column.notNull())
    .addColumn("opened_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("incidents_by_anchor").on("incidents").column("anchor_ms").execute();

  await db.schema
    .createTable("incident_events")
    .addColumn("incident_number", "bigint", (column) => column.notNull())
    .addColumn("place", "integer", (column) => column.notNull())
    .addColumn("what", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("who", "text", (column) => column.notNull())
    .addColumn("is_correction", "integer", (column) => column.notNull())
    .addColumn("note", "text")
    .addColumn("series_id", "text")
    .addColumn("change_number", "integer")
    .addColumn("until_ms", "bigint")
    .addColumn("other_number", "bigint")
    .addPrimaryKeyConstraint("incident_events_key", ["incident_number", "place"])
    .execute();

  await db.schema
    .createTable("incident_changes")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("series_id", "text", (column) => column.notNull())
    .addColumn("change_number", "integer", (column) => column.notNull())
    .addColumn("incident_number", "bigint", (column) => column.notNull())
    .addColumn("workflow_id", "bigint", (column) => column.notNull())
    .addColumn("first", "text", (column) => column.notNull())
    .addColumn("latest", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("incident_changes_key", ["repository_id", "series_id", "change_number"])
    .execute();
  await db.schema
    .createIndex("incident_changes_by_incident")
    .on("incident_changes")
    .column("incident_number")
    .execute();

  await db.schema
    .createTable("incident_marks")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("place", "bigint", (column) => column.notNull())
    .execute();
}
