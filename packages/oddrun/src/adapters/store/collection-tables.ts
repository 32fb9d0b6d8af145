import type { Kysely } from "kysely";

/** Where a collection stands: names, listed ranges, open tasks, read marks. */
export async function createCollectionTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("repository_names")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("name_key", "text", (column) => column.notNull())
    .addColumn("merged_into", "bigint")
    .addPrimaryKeyConstraint("repository_names_key", ["repository_id", "name_key"])
    .execute();
  await db.schema.createIndex("repository_names_by_name").on("repository_names").column("name_key").execute();

  await db.schema
    .createTable("collected_ranges")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("from_s", "bigint", (column) => column.notNull())
    .addColumn("to_s", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("collected_ranges_key", ["repository_id", "scope", "from_s"])
    .execute();

  await db.schema
    .createTable("collection_tasks")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("collection_tasks_key", ["repository_id", "run_id", "run_attempt", "kind"])
    .execute();
  await db.schema
    .createIndex("collection_tasks_by_place")
    .on("collection_tasks")
    .columns(["repository_id", "tries", "created_at_ms desc", "run_id desc", "run_attempt desc", "kind"])
    .execute();

  await db.schema
    .createTable("collection_states")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("looked_back_at_ms", "bigint")
    .addColumn("look_back_began_at_ms", "bigint")
    .addColumn("completed_at_ms", "bigint")
    .addColumn("problem", "text")
    .addPrimaryKeyConstraint("collection_states_key", ["repository_id", "scope"])
    .execute();

  await db.schema
    .createTable("read_marks")
    .addColumn("token_id", "text", (column) => column.notNull())
    .addColumn("url", "text", (column) => column.notNull())
    .addColumn("etag", "text", (column) => column.notNull())
    .addColumn("next_page", "text")
    .addColumn("total", "bigint")
    .addColumn("place", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("read_marks_key", ["token_id", "url"])
    .execute();
  await db.schema.createIndex("read_marks_by_place").on("read_marks").column("place").execute();
}
