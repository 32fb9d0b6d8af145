import { sql } from "kysely";
import type { AttemptKey, JudgedRun, NewVerdict, RunFilter, RunStore, StoredVerdict } from "../../operations/ports.ts";
import { described, filteredRuns, storedRuns } from "./run-queries.ts";
import { safeText, storedVerdict } from "./rows.ts";
import type { StoreDatabase, VerdictRow } from "./schema.ts";

const CHUNK = 100;

/** Appends each verdict as the next revision of its attempt. Call it inside a transaction. */
export async function appendVerdicts(db: StoreDatabase, verdicts: readonly NewVerdict[]): Promise<void> {
  for (let from = 0; from < verdicts.length; from += CHUNK) {
    const chunk = verdicts.slice(from, from + CHUNK);
    const latest = await latestOf(db, chunk);
    const rows: VerdictRow[] = [];
    for (const verdict of chunk) {
      const key = attemptKey(verdict.repositoryId, verdict.runId, verdict.runAttempt);
      const before = latest.get(key);
      const revision = (before?.revision ?? 0) + 1;
      if (verdict.revision !== undefined && verdict.revision !== revision) continue;
      const row: VerdictRow = {
        repository_id: verdict.repositoryId,
        run_id: verdict.runId,
        run_attempt: verdict.runAttempt,
        revision,
        model_version: safeText(verdict.modelVersion),
        judged_at_ms: Math.round(verdict.judgedAtMs),
        kind: verdict.verdict.kind,
        verdict: JSON.stringify(verdict.verdict),
      };
      if (before?.verdict === row.verdict && before.model_version === row.model_version) continue;
      latest.set(key, row);
      rows.push(row);
    }
    if (rows.length === 0) continue;
    await db.insertInto("verdicts").values(rows).execute();
    await markLatest(db, rows);
  }
}

const attemptKey = (...parts: readonly number[]): string => parts.join("/");

export async function latestVerdicts(db: StoreDatabase, attempts: readonly AttemptKey[]): Promise<StoredVerdict[]> {
  const wanted = new Set(
    attempts.map(({ repositoryId, runId, runAttempt }) => attemptKey(repositoryId, runId, runAttempt)),
  );
  const found: StoredVerdict[] = [];
  for (let from = 0; from < attempts.length; from += CHUNK) {
    const latest = await latestOf(db, attempts.slice(from, from + CHUNK));
    for (const [key, row] of latest) if (wanted.has(key)) found.push(storedVerdict(row));
  }
  return found;
}

async function latestOf(db: StoreDatabase, verdicts: readonly AttemptKey[]): Promise<Map<string, VerdictRow>> {
  const latest = new Map<string, VerdictRow>();
  for (const [repositoryId, ofRepository] of Map.groupBy(verdicts, (verdict) => verdict.repositoryId)) {
    const rows = await db
      .selectFrom("verdicts")
      .where("repository_id", "=", repositoryId)
      .where("run_id", "in", [...new Set(ofRepository.map((verdict) => verdict.runId))])
      .selectAll()
      .orderBy("revision")
      .execute();
    for (const row of rows) latest.set(attemptKey(row.repository_id, row.run_id, row.run_attempt), row);
  }
  return latest;
}

/** Notes beside each of these attempts which revision of its verdict holds now. */
async function markLatest(db: StoreDatabase, rows: readonly VerdictRow[]): Promise<void> {
  for (const [repositoryId, ofRepository] of Map.groupBy(rows, (row) => row.repository_id)) {
    const runIds = [...new Set(ofRepository.map((row) => row.run_id))];
    await sql`update run_attempts
      set (verdict_revision, verdict_kind) = (
        select v.revision, v.kind from verdicts as v
        where v.repository_id = run_attempts.repository_id and v.run_id = run_attempts.run_id
          and v.run_attempt = run_attempts.run_attempt
        order by v.revision desc limit 1)
      where repository_id = ${repositoryId} and run_id in (${sql.join(runIds)})`.execute(db);
  }
}

type JudgedFilter = NonNullable<Parameters<RunStore["judgedRuns"]>[0]>;

export async function judgedRuns(db: StoreDatabase, filter: JudgedFilter): Promise<readonly JudgedRun[]> {
  const { kind, after, limit } = filter;
  let query = filteredRuns(db, filter).innerJoin("verdicts as v", (join) =>
    join
      .onRef("v.repository_id", "=", "r.repository_id")
      .onRef("v.run_id", "=", "r.run_id")
      .onRef("v.run_attempt", "=", "r.run_attempt")
      .onRef("v.revision", "=", "r.verdict_revision"),
  );
  query = kind === undefined ? query.where("r.verdict_kind", "is not", null) : query.where("r.verdict_kind", "=", kind);
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(r.finished_at_ms, r.repository_id, r.run_id, r.run_attempt)
        < (${after.finishedAtMs}, ${after.repositoryId}, ${after.runId}, ${after.runAttempt})`,
    );
  }
  let ordered = query
    .orderBy("r.finished_at_ms", "desc")
    .orderBy("r.repository_id", "desc")
    .orderBy("r.run_id", "desc")
    .orderBy("r.run_attempt", "desc");
  if (limit !== undefined) ordered = ordered.limit(limit);
  const withVerdict = ordered.select(["v.revision", "v.model_version", "v.judged_at_ms", "v.kind", "v.verdict"]);
  const rows = await described(withVerdict as never as Parameters<typeof described<VerdictRow>>[0]).execute();
  const runs = await storedRuns(db, rows);
  return rows.map((row, index) => ({ run: runs[index]!, judged: storedVerdict(row) }));
}

export async function countVerdicts(db: StoreDatabase, filter: RunFilter): ReturnType<RunStore["countVerdicts"]> {
  const rows = await filteredRuns(db, filter)
    .where("r.verdict_kind", "is not", null)
    .groupBy("r.verdict_kind")
    .select(({ fn }) => ["r.verdict_kind", fn.countAll<number>().as("runs")])
    .execute();
  const counts = { anomalous: 0, usual: 0, "too-little-history": 0, "not-judged": 0 };
  for (const row of rows) counts[row.verdict_kind as keyof typeof counts] = row.runs;
  return counts;
}
