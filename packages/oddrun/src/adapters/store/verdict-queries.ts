import type { AttemptKey, JudgedRun, RunFilter, RunStore, StoredVerdict } from "../../operations/ports.ts";
import { described, filteredRuns, storedRuns } from "./run-queries.ts";
import { safeText, storedVerdict } from "./rows.ts";
import type { StoreDatabase, VerdictRow } from "./schema.ts";

const CHUNK = 100;

type NewVerdict = Omit<StoredVerdict, "revision">;

/** Appends each verdict as the next revision of its attempt. Call it inside a transaction. */
export async function appendVerdicts(db: StoreDatabase, verdicts: readonly NewVerdict[]): Promise<void> {
  for (let from = 0; from < verdicts.length; from += CHUNK) {
    const chunk = verdicts.slice(from, from + CHUNK);
    const latest = await latestOf(db, chunk);
    const rows: VerdictRow[] = [];
    for (const verdict of chunk) {
      const key = attemptKey(verdict.repositoryId, verdict.runId, verdict.runAttempt);
      const before = latest.get(key);
      const row: VerdictRow = {
        repository_id: verdict.repositoryId,
        run_id: verdict.runId,
        run_attempt: verdict.runAttempt,
        revision: (before?.revision ?? 0) + 1,
        model_version: safeText(verdict.modelVersion),
        judged_at_ms: Math.round(verdict.judgedAtMs),
        kind: verdict.verdict.kind,
        verdict: JSON.stringify(verdict.verdict),
      };
      if (before?.verdict === row.verdict && before.model_version === row.model_version) continue;
      latest.set(key, row);
      rows.push(row);
    }
    if (rows.length > 0) await db.insertInto("verdicts").values(rows).execute();
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

/** Finished attempts with their latest verdict, over `run_attempts as r` and `verdicts as v`. */
function judged(db: StoreDatabase, filter: RunFilter) {
  return filteredRuns(db, filter)
    .innerJoin("verdicts as v", (join) =>
      join
        .onRef("v.repository_id", "=", "r.repository_id")
        .onRef("v.run_id", "=", "r.run_id")
        .onRef("v.run_attempt", "=", "r.run_attempt"),
    )
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom("verdicts as later")
            .whereRef("later.repository_id", "=", "v.repository_id")
            .whereRef("later.run_id", "=", "v.run_id")
            .whereRef("later.run_attempt", "=", "v.run_attempt")
            .whereRef("later.revision", ">", "v.revision")
            .select("later.revision"),
        ),
      ),
    );
}

type JudgedFilter = NonNullable<Parameters<RunStore["judgedRuns"]>[0]>;

export async function judgedRuns(db: StoreDatabase, filter: JudgedFilter): Promise<readonly JudgedRun[]> {
  let query = judged(db, filter);
  if (filter.kind !== undefined) query = query.where("v.kind", "=", filter.kind);
  let ordered = query
    .orderBy("r.finished_at_ms", "desc")
    .orderBy("r.repository_id", "desc")
    .orderBy("r.run_id", "desc")
    .orderBy("r.run_attempt", "desc");
  if (filter.limit !== undefined) ordered = ordered.limit(filter.limit);
  const withVerdict = ordered.select(["v.revision", "v.model_version", "v.judged_at_ms", "v.kind", "v.verdict"]);
  const rows = await described(withVerdict as never as Parameters<typeof described<VerdictRow>>[0]).execute();
  const runs = await storedRuns(db, rows);
  return rows.map((row, index) => ({ run: runs[index]!, judged: storedVerdict(row) }));
}

export async function countVerdicts(db: StoreDatabase, filter: RunFilter): ReturnType<RunStore["countVerdicts"]> {
  const rows = await judged(db, filter)
    .groupBy("v.kind")
    .select(({ fn }) => ["v.kind", fn.countAll<number>().as("verdicts")])
    .execute();
  const counts = { anomalous: 0, usual: 0, "too-little-history": 0, "not-judged": 0 };
  for (const row of rows) counts[row.kind as keyof typeof counts] = row.verdicts;
  return counts;
}
