import { type RawBuilder, sql } from "kysely";
import { moveAlerts } from "./alert-queries.ts";
import { EVIDENCE, JOBS, JOINED_METRICS, RUN_ATTEMPTS, STEPS, WORKFLOWS } from "./rows.ts";
import { renameIncidents } from "./save-incidents.ts";
import { forgetWatch } from "./save-watch.ts";
import type { StoreDatabase, StoreTables } from "./schema.ts";

/**
 * Moves all that is kept under an imported repository's id to the real one. An attempt that both know stays as the real one
 * has it; verdicts, metrics, jobs and evidence of the imported attempt stay where the real one has none. Call it inside a
 * transaction. Rows are copied and deleted, never given another repository in place: they may lie on another machine.
 */
export async function mergeRepository(db: StoreDatabase, importedId: number, realId: number): Promise<void> {
  await dropOtherwiseKnownJobs(db, importedId, realId);
  await dropOtherwiseJudged(db, importedId, realId);
  const move = (table: keyof StoreTables, columns: readonly string[]) =>
    moveRows(db, table, columns, importedId, realId);
  await move("workflows", WORKFLOWS.columns);
  const runCount = await move("run_attempts", [...RUN_ATTEMPTS.columns, "verdict_revision", "verdict_kind", "is_gone"]);
  const jobCount = await move("jobs", JOBS.columns);
  await move("steps", STEPS.columns);
  const metricCount = await move("joined_metrics", JOINED_METRICS.columns);
  await move("evidence", EVIDENCE.columns);
  const verdictCount = await move("verdicts", VERDICT_COLUMNS);
  if (verdictCount > 0) await markMovedVerdicts(db, realId);
  await dropChanges(db, importedId);
  if (runCount + jobCount + metricCount > 0) await forgetWatch(db, realId);
  await renameIncidents(db, importedId, (series) => ({ ...series, repositoryId: realId }));
  await moveAlerts(db, importedId, realId);
  await db.deleteFrom("repositories").where("repository_id", "=", importedId).execute();
}

/** The series of both histories together are looked at anew: what was said under an id that is gone would name nothing. */
async function dropChanges(db: StoreDatabase, importedId: number): Promise<void> {
  for (const table of ["changes", "watched_series", "watches"] as const) {
    await db.deleteFrom(table).where("repository_id", "=", importedId).execute();
  }
}

const VERDICT_COLUMNS = [
  "repository_id",
  "run_id",
  "run_attempt",
  "revision",
  "model_version",
  "judged_at_ms",
  "kind",
  "verdict",
];

/** Of rows with one key the real repository's stays. Gives how many were moved. */
async function moveRows(
  db: StoreDatabase,
  table: keyof StoreTables,
  columns: readonly string[],
  importedId: number,
  realId: number,
): Promise<number> {
  const [repository, ...others] = columns.map((column) => sql.ref(column));
  const moved = await sql`insert into ${sql.table(table)} (${sql.join([repository, ...others])})
    select ${realId}, ${sql.join(others)} from ${sql.table(table)} where repository_id = ${importedId}
    on conflict do nothing`.execute(db);
  await sql`delete from ${sql.table(table)} where repository_id = ${importedId}`.execute(db);
  return Number(moved.numAffectedRows ?? 0);
}

const isOfAttempt = (real: string, imported: string): RawBuilder<unknown> => {
  const same = (column: string) => sql`${sql.ref(`${real}.${column}`)} = ${sql.ref(`${imported}.${column}`)}`;
  return sql`${same("run_id")} and ${same("run_attempt")}`;
};

/** Two accounts of one attempt's jobs would count twice, whatever ids an import gave them. */
async function dropOtherwiseKnownJobs(db: StoreDatabase, importedId: number, realId: number): Promise<void> {
  await sql`delete from jobs where repository_id = ${importedId} and exists (
    select 1 from jobs as known
    where known.repository_id = ${realId} and ${isOfAttempt("known", "jobs")})`.execute(db);
  await sql`delete from jobs where repository_id = ${importedId} and exists (
    select 1 from jobs as known
    where known.repository_id = ${realId} and known.job_id = jobs.job_id)`.execute(db);
  await sql`delete from steps where repository_id = ${importedId} and not exists (
    select 1 from jobs where jobs.repository_id = ${importedId} and jobs.job_id = steps.job_id)`.execute(db);
}

async function dropOtherwiseJudged(db: StoreDatabase, importedId: number, realId: number): Promise<void> {
  await sql`delete from verdicts where repository_id = ${importedId} and exists (
    select 1 from verdicts as known
    where known.repository_id = ${realId} and ${isOfAttempt("known", "verdicts")})`.execute(db);
}

async function markMovedVerdicts(db: StoreDatabase, repositoryId: number): Promise<void> {
  await sql`update run_attempts
    set (verdict_revision, verdict_kind) = (
      select v.revision, v.kind from verdicts as v
      where v.repository_id = run_attempts.repository_id and ${isOfAttempt("v", "run_attempts")}
      order by v.revision desc limit 1)
    where repository_id = ${repositoryId} and verdict_revision is null and exists (
      select 1 from verdicts as v
      where v.repository_id = run_attempts.repository_id and ${isOfAttempt("v", "run_attempts")})`.execute(db);
}
