import { type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import type { RunFilter, StoredRun } from "../../operations/ports.ts";
import { isNamed } from "./repository-names.ts";
import { runAttempt, safeText } from "./rows.ts";
import type { RunAttemptRow, StoreDatabase, StoreTables } from "./schema.ts";

/** Attempts read at once while streaming: enough to make a page cheap, little enough to hold. */
const PAGE_ROWS = 1000;

type RunTables = StoreTables & { readonly r: StoreTables["run_attempts"] };

interface JoinedRunRow extends RunAttemptRow {
  repository_name: string | null;
  repository_default_branch: string | null;
  repository_web_url: string | null;
  repository_api_url: string | null;
  workflow_name: string | null;
  job_count: number;
  inherited_job_count: number;
}

/** Finished attempts that the filter lets through, over `run_attempts as r`. */
export function filteredRuns(db: StoreDatabase, filter: RunFilter) {
  let query = db.selectFrom("run_attempts as r").where("r.finished_at_ms", "is not", null);
  if (filter.repository !== undefined) {
    query = query.where(isNamed("r.repository_id", filter.repository));
  }
  if (filter.workflow !== undefined) query = query.where(isWorkflowNamed("r", filter.workflow));
  if (filter.sinceMs !== undefined) query = query.where("r.finished_at_ms", ">=", Math.ceil(filter.sinceMs));
  if (filter.untilMs !== undefined) query = query.where("r.finished_at_ms", "<", Math.ceil(filter.untilMs));
  return query;
}

/** Whether the row of `table` is of a workflow of that name, or with that file, with or without its folder. */
export function isWorkflowNamed(table: string, workflow: string) {
  const name = safeText(workflow);
  const isCalled = sql`named.name = ${name} or named.path = ${name} or ${endsWith("named.path", `/${name}`)}`;
  return sql<SqlBool>`exists (select 1 from workflows as named
    where named.repository_id = ${sql.ref(`${table}.repository_id`)}
      and named.workflow_id = ${sql.ref(`${table}.workflow_id`)} and (${isCalled}))`;
}

/** Letter case counts, and no character stands for others; a shorter text never ends so. */
const endsWith = (column: string, end: string) => {
  const text = sql.ref(column);
  return sql<boolean>`substr(${text}, length(${text}) - ${Array.from(end).length - 1}) = ${end}`;
};

export async function countRuns(db: StoreDatabase, filter: RunFilter): Promise<number> {
  const { runs } = await filteredRuns(db, filter)
    .select(({ fn }) => fn.countAll<number>().as("runs"))
    .executeTakeFirstOrThrow();
  return runs;
}

/** The finished attempts that the filter lets through, in order of completion. */
export function finishedRuns(db: StoreDatabase, filter: RunFilter): AsyncGenerator<StoredRun> {
  return finishedRunsOf(db, () => filteredRuns(db, filter));
}

/** Pages follow the key of the last attempt seen, so that nothing but one page is held and the store is free in between. */
export async function* finishedRunsOf(
  db: StoreDatabase,
  filtered: () => ReturnType<typeof filteredRuns>,
): AsyncGenerator<StoredRun> {
  let last: JoinedRunRow | undefined;
  for (;;) {
    let query = filtered();
    if (last !== undefined) {
      const { finished_at_ms, repository_id, run_id, run_attempt } = last;
      query = query.where(
        sql<boolean>`(r.finished_at_ms, r.repository_id, r.run_id, r.run_attempt)
          > (${finished_at_ms}, ${repository_id}, ${run_id}, ${run_attempt})`,
      );
    }
    const ordered = query
      .orderBy("r.finished_at_ms")
      .orderBy("r.repository_id")
      .orderBy("r.run_id")
      .orderBy("r.run_attempt")
      .limit(PAGE_ROWS);
    const rows = await described(ordered).execute();
    yield* await storedRuns(db, rows);
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1);
  }
}

export async function attemptsOf(db: StoreDatabase, runId: number): Promise<readonly StoredRun[]> {
  const query = db
    .selectFrom("run_attempts as r")
    .where("r.run_id", "=", runId)
    .orderBy("r.repository_id")
    .orderBy("r.run_attempt");
  return storedRuns(db, await described(query).execute());
}

/** The query with the names and counts that a stored run shows. Names that were never recorded come as null. */
export function described<Output>(query: SelectQueryBuilder<RunTables, "r", Output>) {
  return query
    .leftJoin("repositories as p", "p.repository_id", "r.repository_id")
    .leftJoin("workflows as w", (join) =>
      join.onRef("w.repository_id", "=", "r.repository_id").onRef("w.workflow_id", "=", "r.workflow_id"),
    )
    .selectAll("r")
    .select([
      "p.full_name as repository_name",
      "p.default_branch as repository_default_branch",
      "p.web_url as repository_web_url",
      "p.api_url as repository_api_url",
      "w.name as workflow_name",
    ])
    .select((of) => [
      of
        .selectFrom("jobs as j")
        .whereRef("j.repository_id", "=", "r.repository_id")
        .whereRef("j.run_id", "=", "r.run_id")
        .whereRef("j.run_attempt", "=", "r.run_attempt")
        .select(({ fn }) => fn.countAll<number>().as("jobs"))
        .as("job_count"),
      of
        .selectFrom("jobs as j")
        .whereRef("j.repository_id", "=", "r.repository_id")
        .whereRef("j.run_id", "=", "r.run_id")
        .whereRef("j.run_attempt", "=", "r.run_attempt")
        .where("j.duration_unknown", "=", "inherited-from-earlier-attempt")
        .select(({ fn }) => fn.countAll<number>().as("jobs"))
        .as("inherited_job_count"),
    ])
    .$castTo<JoinedRunRow & Output>();
}

/** Turns rows into runs, with the metrics joined to them. */
export async function storedRuns(db: StoreDatabase, rows: readonly JoinedRunRow[]): Promise<readonly StoredRun[]> {
  const metrics = await metricsOf(db, rows);
  return rows.map((row) => ({
    ...runAttempt(row),
    repositoryName: row.repository_name ?? `repository ${row.repository_id}`,
    defaultBranch: row.repository_default_branch,
    webUrl: row.repository_web_url,
    apiUrl: row.repository_api_url,
    workflowName: row.workflow_name ?? `workflow ${row.workflow_id}`,
    jobCount: row.job_count === 0 ? null : row.job_count - row.inherited_job_count,
    metrics: metrics.get(attemptKey(row)) ?? NO_METRICS,
  }));
}

const NO_METRICS: ReadonlyMap<string, number> = new Map();
const attemptKey = (row: { repository_id: number; run_id: number; run_attempt: number }): string =>
  `${row.repository_id}/${row.run_id}/${row.run_attempt}`;

async function metricsOf(db: StoreDatabase, rows: readonly JoinedRunRow[]) {
  const byAttempt = new Map<string, Map<string, number>>();
  const idsByRepository = Map.groupBy(rows, (row) => row.repository_id);
  for (const [repositoryId, ofRepository] of idsByRepository) {
    const ids = [...new Set(ofRepository.map((row) => row.run_id))];
    const metrics = await db
      .selectFrom("joined_metrics")
      .where("repository_id", "=", repositoryId)
      .where("run_id", "in", ids)
      .selectAll()
      .execute();
    for (const metric of metrics) {
      const key = attemptKey(metric);
      const ofAttempt = byAttempt.get(key) ?? new Map<string, number>();
      if (ofAttempt.size === 0) byAttempt.set(key, ofAttempt);
      ofAttempt.set(metric.name, metric.value);
    }
  }
  return byAttempt;
}
