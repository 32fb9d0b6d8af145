import { type Kysely, sql, type TableMetadata } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { problem } from "../../operations/problems.ts";
import { createAlertTables } from "./alert-tables.ts";
import { createChangeTables } from "./change-tables.ts";
import { createCollectionTables } from "./collection-tables.ts";
import { createIncidentTables } from "./incident-tables.ts";
import { EVIDENCE, JOBS, JOINED_METRICS, REPOSITORIES, RUN_ATTEMPTS, STEPS, WORKFLOWS } from "./rows.ts";
import type { StoreDatabase } from "./schema.ts";

/** Every step from an empty file to the present tables, in order. A released step is never edited: add another one. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-runs-jobs-steps-metrics-verdicts": { up: createFirstTables },
  "0002-changes": { up: createChangeTables },
  "0003-incidents": { up: createIncidentTables },
  "0004-alerts": { up: createAlertTables },
};

/** Refuses a store that a newer program made, or an older one that cannot be brought up to date now. */
export async function checkUpToDate(db: StoreDatabase, storeName: string): Promise<void> {
  if (!(await isUpToDate(db, storeName))) throw problem("store-older", storeName);
}

/**
 * Brings the tables up to date: all steps or none, also when the process dies midway. A store with a step that this program
 * does not know was made by a newer one and is refused untouched.
 */
export async function migrate(db: StoreDatabase, storeName: string): Promise<void> {
  if (await isUpToDate(db, storeName)) return;
  await db.transaction().execute(async (transaction) => {
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

async function isUpToDate(db: StoreDatabase, storeName: string): Promise<boolean> {
  const known = Object.keys(MIGRATIONS);
  const applied = await appliedMigrations(db, storeName);
  if (applied.some((name) => !known.includes(name))) throw problem("store-newer", storeName);
  return applied.length === known.length;
}

async function appliedMigrations(db: StoreDatabase, storeName: string): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "kysely_migration")) {
    if (tables.length > 0) throw problem("store-not-a-store", storeName, "it holds the tables of another program");
    return [];
  }
  const result = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const applied = result.rows.map((row) => row.name);
  if (Object.keys(MIGRATIONS).every((name) => applied.includes(name))) checkColumns(tables, storeName);
  return applied;
}

/** Before the first release the first step still changed: a store that was made meanwhile lacks something. */
function checkColumns(tables: readonly TableMetadata[], storeName: string): void {
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]));
  for (const { table, columns } of SHAPES) {
    if (columns.every((column) => columnsOf.get(table)?.has(column))) continue;
    throw problem("store-not-a-store", storeName, "a version from before the first release made it");
  }
}

const SHAPES: readonly { readonly table: string; readonly columns: readonly string[] }[] = [
  REPOSITORIES,
  WORKFLOWS,
  RUN_ATTEMPTS,
  JOBS,
  STEPS,
  JOINED_METRICS,
  EVIDENCE,
  { table: "run_attempts", columns: ["is_gone"] },
  { table: "read_marks", columns: ["place"] },
  { table: "collection_states", columns: ["scope"] },
];

async function createFirstTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("repositories")
    .addColumn("repository_id", "bigint", (column) => column.primaryKey())
    .addColumn("full_name", "text", (column) => column.notNull())
    .addColumn("name_key", "text", (column) => column.notNull())
    .addColumn("default_branch", "text")
    .addColumn("visibility", "text")
    .addColumn("web_url", "text")
    .addColumn("api_url", "text")
    .execute();
  await db.schema.createIndex("repositories_by_name").on("repositories").column("name_key").execute();

  await db.schema
    .createTable("workflows")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("workflow_id", "bigint", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("path", "text")
    .addPrimaryKeyConstraint("workflows_key", ["repository_id", "workflow_id"])
    .execute();

  await db.schema
    .createTable("run_attempts")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("workflow_id", "bigint", (column) => column.notNull())
    .addColumn("run_number", "bigint")
    .addColumn("branch", "text")
    .addColumn("event", "text")
    .addColumn("head_sha", "text")
    .addColumn("title", "text")
    .addColumn("created_at_ms", "bigint")
    .addColumn("run_started_at_ms", "bigint")
    .addColumn("completed_at_ms", "bigint")
    .addColumn("finished_at_ms", "bigint")
    .addColumn("conclusion", "text")
    .addColumn("status", "text")
    .addColumn("updated_at_ms", "bigint")
    .addColumn("end_from", "text")
    .addColumn("held_for", "text")
    .addColumn("seen_held_at_ms", "bigint")
    .addColumn("held_time_ms", "bigint")
    .addColumn("held_time_unknown", "text")
    .addColumn("duration_ms", "bigint")
    .addColumn("duration_unknown", "text")
    .addColumn("queue_time_ms", "bigint")
    .addColumn("queue_time_unknown", "text")
    .addColumn("verdict_revision", "integer")
    .addColumn("verdict_kind", "text")
    .addColumn("is_gone", "integer")
    .addPrimaryKeyConstraint("run_attempts_key", ["repository_id", "run_id", "run_attempt"])
    .execute();
  await db.schema
    .createIndex("run_attempts_by_completion")
    .on("run_attempts")
    .columns(["finished_at_ms", "repository_id", "run_id", "run_attempt"])
    .execute();
  await db.schema
    .createIndex("run_attempts_by_workflow")
    .on("run_attempts")
    .columns(["repository_id", "workflow_id", "finished_at_ms"])
    .execute();
  await db.schema.createIndex("run_attempts_by_run").on("run_attempts").column("run_id").execute();
  await db.schema
    .createIndex("run_attempts_by_verdict")
    .on("run_attempts")
    .columns(["verdict_kind", "finished_at_ms", "repository_id", "run_id", "run_attempt"])
    .where(sql.ref("verdict_kind"), "is not", null)
    .execute();
  await db.schema
    .createIndex("run_attempts_by_repository")
    .on("run_attempts")
    .columns(["repository_id", "finished_at_ms", "run_id", "run_attempt"])
    .execute();

  await db.schema
    .createTable("jobs")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("job_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("conclusion", "text")
    .addColumn("created_at_ms", "bigint")
    .addColumn("started_at_ms", "bigint")
    .addColumn("completed_at_ms", "bigint")
    .addColumn("duration_ms", "bigint")
    .addColumn("duration_unknown", "text")
    .addColumn("queue_time_ms", "bigint")
    .addColumn("queue_time_unknown", "text")
    .addColumn("runner_name", "text")
    .addColumn("runner_group", "text")
    .addColumn("runner_labels", "text")
    .addPrimaryKeyConstraint("jobs_key", ["repository_id", "job_id"])
    .execute();
  await db.schema.createIndex("jobs_by_run").on("jobs").columns(["repository_id", "run_id", "run_attempt"]).execute();

  await db.schema
    .createTable("steps")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("job_id", "bigint", (column) => column.notNull())
    .addColumn("step_number", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("conclusion", "text")
    .addColumn("started_at_ms", "bigint")
    .addColumn("completed_at_ms", "bigint")
    .addColumn("duration_ms", "bigint")
    .addColumn("duration_unknown", "text")
    .addPrimaryKeyConstraint("steps_key", ["repository_id", "job_id", "step_number"])
    .execute();

  await db.schema
    .createTable("joined_metrics")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("value", "double precision", (column) => column.notNull())
    .addPrimaryKeyConstraint("joined_metrics_key", ["repository_id", "run_id", "run_attempt", "name"])
    .execute();

  await db.schema
    .createTable("verdicts")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("revision", "integer", (column) => column.notNull())
    .addColumn("model_version", "text", (column) => column.notNull())
    .addColumn("judged_at_ms", "bigint", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("verdict", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("verdicts_key", ["repository_id", "run_id", "run_attempt", "revision"])
    .execute();

  await db.schema
    .createTable("evidence")
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("run_id", "bigint", (column) => column.notNull())
    .addColumn("run_attempt", "integer", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addColumn("gathered_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("evidence_key", ["repository_id", "run_id", "run_attempt", "kind", "subject"])
    .execute();

  await createCollectionTables(db);
}
