import { CompiledQuery, sql } from "kysely";
import type { RunAttempt } from "@oddrun/core";
import type { CollectedPart, CollectionStore, CollectionTask } from "../../operations/collect/collection-store.ts";
import type { TableShape } from "./rows.ts";
import type { CollectionTaskRow, StoreDatabase } from "./schema.ts";
import { tasksInTurn } from "./task-turns.ts";
import { chunksOf, remembered, upsertInto } from "./upsert.ts";

const TASKS: TableShape<CollectionTaskRow> = {
  table: "collection_tasks",
  key: ["repository_id", "run_id", "run_attempt", "kind"],
  columns: ["repository_id", "run_id", "run_attempt", "kind", "created_at_ms", "tries"],
  kept: new Set(),
  merge: (row, other) => ({ ...row, tries: other.tries }),
};

const saveTasks = upsertInto(TASKS);

type TaskKey = CollectedPart["doneTasks"][number];

/** Call it inside a transaction, before the batch that the tasks come from is saved. */
export async function forgetTriesOfChanged(
  db: StoreDatabase,
  newTasks: CollectedPart["newTasks"],
  runs: readonly RunAttempt[],
): Promise<void> {
  const conclusions = new Map(runs.map((run) => [keyOf(run), run.conclusion]));
  for (const [repositoryId, tasks] of Map.groupBy(newTasks, (task) => task.repositoryId)) {
    for (const runIds of inChunks(tasks.map((task) => task.runId))) {
      const tried = await db
        .selectFrom("collection_tasks as t")
        .innerJoin("run_attempts as r", (join) =>
          join
            .onRef("r.repository_id", "=", "t.repository_id")
            .onRef("r.run_id", "=", "t.run_id")
            .onRef("r.run_attempt", "=", "t.run_attempt"),
        )
        .where("t.repository_id", "=", repositoryId)
        .where("t.run_id", "in", runIds)
        .where("t.tries", ">", 0)
        .select(["t.run_id", "t.run_attempt", "r.conclusion"])
        .execute();
      for (const { run_id, run_attempt, conclusion } of tried) {
        const now = conclusions.get(keyOf({ repositoryId, runId: run_id, runAttempt: run_attempt }));
        if (now === undefined || now === conclusion) continue;
        await db
          .updateTable("collection_tasks")
          .where("repository_id", "=", repositoryId)
          .where("run_id", "=", run_id)
          .where("run_attempt", "=", run_attempt)
          .set({ tries: 0 })
          .execute();
      }
    }
  }
}

export async function addTasks(db: StoreDatabase, tasks: CollectedPart["newTasks"]): Promise<void> {
  const rows = tasks.map((task) => ({
    repository_id: task.repositoryId,
    run_id: task.runId,
    run_attempt: task.runAttempt,
    kind: task.kind,
    created_at_ms: Math.round(task.createdAtMs),
    tries: 0,
  }));
  await saveTasks(db, rows);
}

export async function removeTasks(db: StoreDatabase, tasks: readonly TaskKey[]): Promise<void> {
  for (const { first, runIds } of alike(tasks)) {
    await db
      .deleteFrom("collection_tasks")
      .where("repository_id", "=", first.repositoryId)
      .where("kind", "=", first.kind)
      .where("run_attempt", "=", first.runAttempt)
      .where("run_id", "in", runIds)
      .execute();
  }
}

export async function countTry(db: StoreDatabase, tasks: readonly TaskKey[]): Promise<void> {
  for (const { first, runIds } of alike(tasks)) {
    await db
      .updateTable("collection_tasks")
      .where("repository_id", "=", first.repositoryId)
      .where("kind", "=", first.kind)
      .where("run_attempt", "=", first.runAttempt)
      .where("run_id", "in", runIds)
      .set((of) => ({ tries: of("tries", "+", 1) }))
      .execute();
  }
}

/** Tasks that differ by their run alone, so many at once as a statement takes. */
function* alike(tasks: readonly TaskKey[]): Generator<{ readonly first: TaskKey; readonly runIds: number[] }> {
  const groups = Map.groupBy(tasks, (task) => `${task.repositoryId}/${task.runAttempt}/${task.kind}`);
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    for (const runIds of inChunks(group.map((task) => task.runId))) yield { first, runIds };
  }
}

type TaskFilter = Parameters<CollectionStore["tasks"]>[0];

export async function openTasks(
  db: StoreDatabase,
  { inTurnBeforeMs, ...filter }: TaskFilter,
): Promise<readonly CollectionTask[]> {
  if (inTurnBeforeMs === undefined) return newestTasks(db, filter);
  const { repositoryIds = null, triesMax, limit } = filter;
  const recent = (await newestTasks(db, filter)).filter(({ createdAtMs }) => createdAtMs >= inTurnBeforeMs);
  const left = limit - recent.length;
  if (left <= 0) return recent;
  const rows = await tasksInTurn(db, { repositoryIds, triesMax, limit: left, beforeMs: inTurnBeforeMs });
  return [...recent, ...rows.map(task)];
}

/**
 * The first tasks of each repository come from an index; those of all are merged here. A repository is asked for more than its
 * share only when all of that came to the front.
 */
async function newestTasks(
  db: StoreDatabase,
  { repositoryIds, triesMax, limit }: Omit<TaskFilter, "inTurnBeforeMs">,
): Promise<readonly CollectionTask[]> {
  if (limit <= 0) return [];
  const wanted = repositoryIds === undefined ? null : new Set(repositoryIds);
  let toAsk = (await repositoriesWithTasks(db)).filter((id) => wanted?.has(id) ?? true);
  const share = Math.min(limit, Math.ceil((2 * limit) / Math.max(1, toAsk.length)) + 1);
  const found = new Map<number, readonly CollectionTaskRow[]>();
  for (let size = share; ; size = Math.min(limit, size * 4)) {
    for (const [id, rows] of await tasksOf(db, toAsk, triesMax, size)) found.set(id, rows);
    const first = [...found.values()].flat().sort(byPlace).slice(0, limit);
    const last = first.at(-1);
    toAsk = [...found.keys()].filter((id) => {
      const rows = found.get(id) ?? [];
      const end = rows.at(-1);
      // a full share whose last task is among the first may hide more that belong there
      return size < limit && rows.length === size && end !== undefined && last !== undefined && byPlace(end, last) <= 0;
    });
    if (toAsk.length === 0) return first.map(task);
  }
}

function byPlace(one: CollectionTaskRow, other: CollectionTaskRow): number {
  return (
    one.tries - other.tries ||
    other.created_at_ms - one.created_at_ms ||
    other.run_id - one.run_id ||
    other.run_attempt - one.run_attempt ||
    one.repository_id - other.repository_id ||
    (one.kind < other.kind ? -1 : 1)
  );
}

/** Steps from one repository to the next through the index: never reads the tasks between. */
async function repositoriesWithTasks(db: StoreDatabase): Promise<readonly number[]> {
  const result = await sql<{ id: number }>`
    with recursive found(id) as (
      select min(repository_id) from collection_tasks
      union all
      select (select min(repository_id) from collection_tasks where repository_id > found.id) from found
      where found.id is not null)
    select id from found where id is not null`.execute(db);
  return result.rows.map((row) => row.id);
}

/** The first tasks of each of these repositories, many repositories in one statement. */
async function tasksOf(
  db: StoreDatabase,
  repositoryIds: readonly number[],
  triesMax: number,
  limit: number,
): Promise<ReadonlyMap<number, readonly CollectionTaskRow[]>> {
  const found: CollectionTaskRow[] = [];
  for (const ids of chunksOf(repositoryIds)) {
    const text = remembered(tasksTexts, ids.length, (size) => tasksText(db, size));
    const parameters = ids.flatMap((id) => [id, triesMax, limit]);
    const { rows } = await db.executeQuery<CollectionTaskRow>(CompiledQuery.raw(text, parameters));
    found.push(...rows);
  }
  return Map.groupBy(found, (row) => row.repository_id);
}

const tasksTexts = new Map<number, string>();

function tasksText(db: StoreDatabase, size: number): string {
  const ofOne = sql`select * from (
    select repository_id, run_id, run_attempt, kind, created_at_ms, tries from collection_tasks
    where repository_id = ${0} and tries <= ${0}
    order by tries, created_at_ms desc, run_id desc, run_attempt desc, kind
    limit ${0}) as first`;
  return sql`${sql.join(
    Array.from({ length: size }, () => ofOne),
    sql` union all `,
  )}`.compile(db).sql;
}

export async function countTasks(
  db: StoreDatabase,
  repositoryIds: readonly number[],
  triesMax: number,
): ReturnType<CollectionStore["countTasks"]> {
  const counts: { repositoryId: number; kind: CollectionTask["kind"]; count: number }[] = [];
  for (const ids of inChunks(repositoryIds)) {
    // grouped by repository alone: the index has that order, and 300,000 tasks need no sorting
    const rows = await db
      .selectFrom("collection_tasks")
      .where("repository_id", "in", ids)
      .where("tries", "<=", triesMax)
      .groupBy("repository_id")
      .orderBy("repository_id")
      .select(({ fn }) => [
        "repository_id",
        fn.countAll<number>().as("tasks"),
        sql<number>`sum(case when kind = 'jobs' then 1 else 0 end)`.as("jobs"),
      ])
      .execute();
    for (const { repository_id: repositoryId, tasks, jobs } of rows) {
      if (tasks > jobs) counts.push({ repositoryId, kind: "attempt", count: tasks - jobs });
      if (jobs > 0) counts.push({ repositoryId, kind: "jobs", count: jobs });
    }
  }
  return counts;
}

const task = (row: CollectionTaskRow): CollectionTask => ({
  repositoryId: row.repository_id,
  runId: row.run_id,
  runAttempt: row.run_attempt,
  kind: row.kind as CollectionTask["kind"],
  createdAtMs: row.created_at_ms,
  tries: row.tries,
});

const keyOf = (attempt: { readonly repositoryId: number; readonly runId: number; readonly runAttempt: number }) =>
  `${attempt.repositoryId}/${attempt.runId}/${attempt.runAttempt}`;

const CHUNK_SIZES = [1, 8, 64, 500] as const;

/** Each id once, in chunks of few sizes, filled up with an id that is there: so few statements are prepared. */
export function* inChunks(ids: readonly number[]): Generator<number[]> {
  const different = [...new Set(ids)];
  for (let from = 0; from < different.length; ) {
    const left = different.length - from;
    const size = CHUNK_SIZES.find((enough) => enough >= left) ?? CHUNK_SIZES[3];
    yield Array.from({ length: size }, (_, index) => different[Math.min(from + index, different.length - 1)] ?? 0);
    from += size;
  }
}
