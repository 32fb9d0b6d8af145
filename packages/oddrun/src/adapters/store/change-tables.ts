import { type Kysely, sql } from "kysely";

/** What was said about changes, the states of what is watched for them, and which runs are in those states. */
export async function createChangeTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("changes")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("series_id", "text", (column) => column.notNull())
    .addColumn("revision", "integer", (column) => column.notNull())
    .addColumn("place", "bigint", (column) => column.notNull())
    .addColumn("word", "integer", (column) => column.notNull())
    .addColumn("is_correction", "integer", (column) => column.notNull())
    .addColumn("said_at_ms", "bigint", (column) => column.notNull())
    .addColumn("event", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("changes_key", ["repository_id", "series_id", "revision"])
    .execute();
  await db.schema.createIndex("changes_by_place").on("changes").column("place").execute();

  await db.schema
    .createTable("watches")
    .addColumn("repository_id", "bigint", (column) => column.primaryKey())
    .addColumn("checkpoint_ms", "bigint")
    .addColumn("engine", "text", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("run_count", "bigint", (column) => column.notNull())
    .addColumn("late_count", "bigint", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("watched_series")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("series_id", "text", (column) => column.notNull())
    .addColumn("workflow_id", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("word_count", "integer", (column) => column.notNull())
    .addColumn("is_open", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("watched_series_key", ["repository_id", "series_id"])
    .execute();
  await db.schema
    .createIndex("watched_series_by_workflow")
    .on("watched_series")
    .columns(["repository_id", "workflow_id"])
    .execute();
  await db.schema
    .createIndex("watched_series_open")
    .on("watched_series")
    .column("repository_id")
    .where(sql.ref("is_open"), "=", sql.lit(1))
    .execute();

  await db.schema.alterTable("run_attempts").addColumn("watched", "integer").execute();
  await db.schema
    .createIndex("run_attempts_unwatched")
    .on("run_attempts")
    .columns(["repository_id", "finished_at_ms", "run_id", "run_attempt"])
    .where(sql.ref("watched"), "is", null)
    .execute();
}
