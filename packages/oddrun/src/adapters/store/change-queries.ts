import type { ChangeEvent } from "@oddrun/core";
import type {
  ChangeFilter,
  ChangeStore,
  HeldWord,
  StoredChange,
  Watch,
  WatchedSeries,
} from "../../operations/changes/change-store.ts";
import type { StoredRun } from "../../operations/ports.ts";
import { described, finishedRunsOf, storedRuns } from "./run-queries.ts";
import type { ChangeRow, StoreDatabase, WatchedSeriesRow } from "./schema.ts";
import { forgetWatch, saveWatch } from "./save-watch.ts";

/** Series asked for in one query. */
const CHUNK = 500;

async function changes(db: StoreDatabase, filter: ChangeFilter): Promise<readonly StoredChange[]> {
  let query = db.selectFrom("changes").selectAll().orderBy("place");
  if (filter.repositoryId !== undefined) query = query.where("repository_id", "=", filter.repositoryId);
  if (filter.seriesId !== undefined) query = query.where("series_id", "=", filter.seriesId);
  if (filter.afterPlace !== undefined) query = query.where("place", ">", filter.afterPlace);
  if (filter.limit !== undefined) query = query.limit(filter.limit);
  return (await query.execute()).map(storedChange);
}

async function watchOf(db: StoreDatabase, repositoryId: number): Promise<Watch | null> {
  const row = await db.selectFrom("watches").where("repository_id", "=", repositoryId).selectAll().executeTakeFirst();
  if (row === undefined) return null;
  return {
    repositoryId,
    checkpointMs: row.checkpoint_ms,
    engine: row.engine,
    version: row.version,
    runCount: row.run_count,
    lateCount: row.late_count,
  };
}

async function watchedSeries(
  db: StoreDatabase,
  repositoryId: number,
  of: Parameters<ChangeStore["watchedSeries"]>[1],
): Promise<readonly WatchedSeries[]> {
  let query = db.selectFrom("watched_series").where("repository_id", "=", repositoryId);
  if (of === "open") query = query.where("is_open", "=", 1);
  else if (of !== "all") query = query.where("workflow_id", "=", of.workflowId);
  return (await query.orderBy("series_id").selectAll().execute()).map(series);
}

async function heldWords(
  db: StoreDatabase,
  repositoryId: number,
  seriesIds: readonly string[] | null,
): Promise<readonly HeldWord[]> {
  const query = db
    .selectFrom("changes")
    .where("repository_id", "=", repositoryId)
    .orderBy("series_id")
    .orderBy("revision")
    .selectAll();
  if (seriesIds === null) return standing(await query.execute());
  const found: HeldWord[] = [];
  for (let from = 0; from < seriesIds.length; from += CHUNK) {
    found.push(...standing(await query.where("series_id", "in", seriesIds.slice(from, from + CHUNK)).execute()));
  }
  return found;
}

/** A word takes the place of all from its number on; a correction ends them without being one itself. */
function standing(rows: readonly ChangeRow[]): readonly HeldWord[] {
  const held = new Map<string, HeldWord[]>();
  for (const row of rows) {
    const words = (held.get(row.series_id) ?? []).filter(({ word }) => word < row.word);
    held.set(row.series_id, words);
    if (row.is_correction === 0) words.push({ seriesId: row.series_id, word: row.word, event: event(row) });
  }
  return [...held.values()].flat();
}

async function lastFinishedMs(db: StoreDatabase, repositoryId: number): Promise<number | null> {
  const row = await db
    .selectFrom("run_attempts")
    .where("repository_id", "=", repositoryId)
    .where("finished_at_ms", "is not", null)
    .orderBy("finished_at_ms", "desc")
    .limit(1)
    .select("finished_at_ms")
    .executeTakeFirst();
  return row?.finished_at_ms ?? null;
}

async function oldestAskedForMs(db: StoreDatabase, repositoryId: number, triesMax: number): Promise<number | null> {
  const { oldest } = await db
    .selectFrom("collection_tasks")
    .where("repository_id", "=", repositoryId)
    .where("tries", "<=", triesMax)
    .select(({ fn }) => fn.min("created_at_ms").as("oldest"))
    .executeTakeFirstOrThrow();
  return oldest;
}

async function lateRuns(
  db: StoreDatabase,
  repositoryId: number,
  untilMs: number,
  limit: number,
): Promise<readonly StoredRun[]> {
  const query = unwatched(db, repositoryId)
    .where("r.finished_at_ms", "<", Math.ceil(untilMs))
    .orderBy("r.finished_at_ms")
    .orderBy("r.run_id")
    .orderBy("r.run_attempt")
    .limit(limit);
  return storedRuns(db, await described(query).execute());
}

function unwatched(db: StoreDatabase, repositoryId: number) {
  return db
    .selectFrom("run_attempts as r")
    .where("r.repository_id", "=", repositoryId)
    .where("r.watched", "is", null)
    .where("r.finished_at_ms", "is not", null);
}

/** The port over a database; `writing` runs its work in a transaction, `reading` explains what goes wrong. */
export function changeStore(
  db: StoreDatabase,
  writing: <Result>(work: (transaction: StoreDatabase) => Promise<Result>) => Promise<Result>,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
  explain: (error: unknown) => unknown,
): ChangeStore {
  return {
    changes: (filter = {}) => reading(() => changes(db, filter)),
    watchOf: (repositoryId) => reading(() => watchOf(db, repositoryId)),
    watchedSeries: (repositoryId, of) => reading(() => watchedSeries(db, repositoryId, of)),
    heldWords: (repositoryId, seriesIds) => reading(() => heldWords(db, repositoryId, seriesIds)),
    lastFinishedMs: (repositoryId) => reading(() => lastFinishedMs(db, repositoryId)),
    oldestAskedForMs: (repositoryId, triesMax) => reading(() => oldestAskedForMs(db, repositoryId, triesMax)),
    async *unwatchedRuns(repositoryId, fromMs) {
      try {
        yield* finishedRunsOf(db, () => {
          const query = unwatched(db, repositoryId);
          return fromMs === null ? query : query.where("r.finished_at_ms", ">=", Math.ceil(fromMs));
        });
      } catch (error) {
        throw explain(error);
      }
    },
    lateRuns: (repositoryId, untilMs, limit) => reading(() => lateRuns(db, repositoryId, untilMs, limit)),
    saveWatch: (step) => writing((transaction) => saveWatch(transaction, step)),
    forgetWatch: (repositoryId) => writing((transaction) => forgetWatch(transaction, repositoryId)),
  };
}

function storedChange(row: ChangeRow): StoredChange {
  return {
    repositoryId: row.repository_id,
    seriesId: row.series_id,
    event: event(row),
    revision: row.revision,
    isCorrection: row.is_correction === 1,
    saidAtMs: row.said_at_ms,
    place: row.place,
  };
}

const event = (row: ChangeRow): ChangeEvent => JSON.parse(row.event) as ChangeEvent;

function series(row: WatchedSeriesRow): WatchedSeries {
  return {
    seriesId: row.series_id,
    workflowId: row.workflow_id,
    state: row.state,
    wordCount: row.word_count,
    isOpen: row.is_open === 1,
  };
}
