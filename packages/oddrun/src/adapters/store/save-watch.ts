import type { NewChange, WatchStep } from "../../operations/changes/change-store.ts";
import type { AttemptKey } from "../../operations/ports.ts";
import type { ChangeRow, StoreDatabase } from "./schema.ts";

const CHUNK = 100;
const RUNS_AT_ONCE = 500;
const PASSED = 1;
const LATE = 2;

/** Saves the step, or gives false and leaves all as it is when the watch moved on meanwhile. Call it inside a transaction. */
export async function saveWatch(db: StoreDatabase, step: WatchStep): Promise<boolean> {
  if (!(await moveWatch(db, step))) return false;
  await saveSeries(db, step);
  await mark(db, step.repositoryId, step.passedRuns, PASSED);
  await mark(db, step.repositoryId, step.lateRuns, LATE);
  await append(db, step.repositoryId, step.said);
  return true;
}

async function moveWatch(db: StoreDatabase, step: WatchStep): Promise<boolean> {
  const { repositoryId, fromVersion, passedRuns, lateRuns } = step;
  const moved = {
    checkpoint_ms: step.checkpointMs === null ? null : Math.ceil(step.checkpointMs),
    engine: step.engine,
    version: fromVersion + 1,
  };
  const before = await db
    .selectFrom("watches")
    .where("repository_id", "=", repositoryId)
    .selectAll()
    .executeTakeFirst();
  if ((before?.version ?? 0) !== fromVersion) return false;
  if (before === undefined) {
    const counts = { run_count: passedRuns.length, late_count: lateRuns.length };
    await db
      .insertInto("watches")
      .values({ repository_id: repositoryId, ...moved, ...counts })
      .execute();
    return true;
  }
  await db
    .updateTable("watches")
    .where("repository_id", "=", repositoryId)
    .set({
      ...moved,
      run_count: before.run_count + passedRuns.length,
      late_count: before.late_count + lateRuns.length,
    })
    .execute();
  return true;
}

async function saveSeries(db: StoreDatabase, { repositoryId, series }: WatchStep): Promise<void> {
  for (let from = 0; from < series.length; from += CHUNK) {
    const rows = series.slice(from, from + CHUNK).map((one) => ({
      repository_id: repositoryId,
      series_id: one.seriesId,
      workflow_id: one.workflowId,
      state: one.state,
      word_count: one.wordCount,
      is_open: one.isOpen ? 1 : 0,
    }));
    await db
      .insertInto("watched_series")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["repository_id", "series_id"]).doUpdateSet((is) => ({
          workflow_id: is.ref("excluded.workflow_id"),
          state: is.ref("excluded.state"),
          word_count: is.ref("excluded.word_count"),
          is_open: is.ref("excluded.is_open"),
        })),
      )
      .execute();
  }
}

async function mark(
  db: StoreDatabase,
  repositoryId: number,
  attempts: readonly AttemptKey[],
  watched: number,
): Promise<void> {
  // a list of whole keys would not be looked up in the index
  for (const [runAttempt, ofAttempt] of Map.groupBy(attempts, (attempt) => attempt.runAttempt)) {
    for (let from = 0; from < ofAttempt.length; from += RUNS_AT_ONCE) {
      const runIds = ofAttempt.slice(from, from + RUNS_AT_ONCE).map(({ runId }) => runId);
      await db
        .updateTable("run_attempts")
        .where("repository_id", "=", repositoryId)
        .where("run_id", "in", runIds)
        .where("run_attempt", "=", runAttempt)
        .set({ watched })
        .execute();
    }
  }
}

async function append(db: StoreDatabase, repositoryId: number, said: readonly NewChange[]): Promise<void> {
  if (said.length === 0) return;
  const { last } = await db
    .selectFrom("changes")
    .select(({ fn }) => fn.max("place").as("last"))
    .executeTakeFirstOrThrow();
  let place = last ?? 0;
  const revisions = await latestRevisions(db, repositoryId, [...new Set(said.map(({ seriesId }) => seriesId))]);
  const rows = said.map((one): ChangeRow => {
    const revision = (revisions.get(one.seriesId) ?? 0) + 1;
    revisions.set(one.seriesId, revision);
    place += 1;
    return {
      repository_id: repositoryId,
      series_id: one.seriesId,
      revision,
      place,
      word: one.word,
      is_correction: one.isCorrection ? 1 : 0,
      said_at_ms: Math.round(one.saidAtMs),
      event: JSON.stringify(one.event),
    };
  });
  for (let from = 0; from < rows.length; from += CHUNK) {
    await db
      .insertInto("changes")
      .values(rows.slice(from, from + CHUNK))
      .execute();
  }
}

async function latestRevisions(
  db: StoreDatabase,
  repositoryId: number,
  seriesIds: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let from = 0; from < seriesIds.length; from += CHUNK) {
    const rows = await db
      .selectFrom("changes")
      .where("repository_id", "=", repositoryId)
      .where("series_id", "in", seriesIds.slice(from, from + CHUNK))
      .groupBy("series_id")
      .select(({ fn }) => ["series_id", fn.max("revision").as("revision")])
      .execute();
    for (const row of rows) found.set(row.series_id, row.revision);
  }
  return found;
}

/**
 * Gives up the states, so that they are made anew from all runs; what was said stays, to be compared with what is said then.
 * Call it inside a transaction.
 */
export async function forgetWatch(db: StoreDatabase, repositoryId: number): Promise<void> {
  await db.deleteFrom("watched_series").where("repository_id", "=", repositoryId).execute();
  await db
    .updateTable("watches")
    .where("repository_id", "=", repositoryId)
    .set((is) => ({ checkpoint_ms: null, run_count: 0, late_count: 0, version: is("version", "+", 1) }))
    .execute();
  await db
    .updateTable("run_attempts")
    .where("repository_id", "=", repositoryId)
    .where("watched", "is not", null)
    .set({ watched: null })
    .execute();
}
