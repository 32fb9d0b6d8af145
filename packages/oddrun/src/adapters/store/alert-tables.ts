import type { Kysely } from "kysely";

/** What is to be said, what was, to whom, and what people answered. */
export async function createAlertTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("alert_threads")
    .addColumn("thread_key", "text", (column) => column.primaryKey())
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("identity", "text", (column) => column.notNull())
    .addColumn("incident_number", "bigint")
    .addColumn("receipt", "text")
    .execute();

  await db.schema
    .createTable("alert_messages")
    .addColumn("message_id", "text", (column) => column.primaryKey())
    .addColumn("place", "bigint", (column) => column.notNull())
    .addColumn("thread_key", "text", (column) => column.notNull())
    .addColumn("word", "text", (column) => column.notNull())
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("inbox", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("planned_at_ms", "bigint", (column) => column.notNull())
    .addColumn("incident_numbers", "text", (column) => column.notNull())
    .addColumn("message", "text")
    .execute();

  await db.schema
    .createTable("alert_deliveries")
    .addColumn("message_id", "text", (column) => column.notNull())
    .addColumn("channel", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("next_try_at_ms", "bigint", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("receipt", "text")
    .addColumn("why", "text")
    .addColumn("is_noted", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("alert_deliveries_key", ["message_id", "channel"])
    .execute();

  await db.schema
    .createTable("alert_orders")
    .addColumn("order_id", "text", (column) => column.primaryKey())
    .addColumn("is_done", "integer", (column) => column.notNull())
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("is_answered", "integer", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("alert_marks")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
}
