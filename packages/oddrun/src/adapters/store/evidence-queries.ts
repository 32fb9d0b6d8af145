import type { Evidence } from "@oddrun/core";
import type { EarlierRun, EvidenceStore, StoredEvidence } from "../../operations/evidence/evidence-store.ts";
import type { AttemptKey, SaveCounts, StoredRun } from "../../operations/ports.ts";
import { described, storedRuns } from "./run-queries.ts";
import { EVIDENCE, safeText } from "./rows.ts";
import type { EvidenceRow, StoreDatabase } from "./schema.ts";
import { upsertInto } from "./upsert.ts";

const saveRows = upsertInto(EVIDENCE);

/** Call it inside a transaction. */
export function saveEvidence(db: StoreDatabase, evidence: readonly StoredEvidence[]): Promise<SaveCounts> {
  return saveRows(db, evidence.map(evidenceRow));
}

export async function evidenceOf(
  db: StoreDatabase,
  attempts: readonly AttemptKey[],
): Promise<readonly StoredEvidence[]> {
  const wanted = new Set(attempts.map(attemptKey));
  const found: EvidenceRow[] = [];
  for (const [repositoryId, ofRepository] of Map.groupBy(attempts, (attempt) => attempt.repositoryId)) {
    const runIds = [...new Set(ofRepository.map((attempt) => attempt.runId))];
    for (let from = 0; from < runIds.length; from += CHUNK) {
      const rows = await db
        .selectFrom("evidence")
        .where("repository_id", "=", repositoryId)
        .where("run_id", "in", runIds.slice(from, from + CHUNK))
        .selectAll()
        .orderBy("run_id")
        .orderBy("run_attempt")
        .orderBy("kind")
        .orderBy("subject")
        .execute();
      found.push(...rows);
    }
  }
  return found.map(storedEvidence).filter((evidence) => wanted.has(attemptKey(evidence)));
}

const CHUNK = 500;
const attemptKey = ({ repositoryId, runId, runAttempt }: AttemptKey): string =>
  `${repositoryId}/${runId}/${runAttempt}`;

export async function runsBefore(db: StoreDatabase, run: StoredRun, limit: number): Promise<readonly EarlierRun[]> {
  const endedAtMs = run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs;
  if (endedAtMs === null) return [];
  const query = db
    .selectFrom("run_attempts as r")
    .select("r.verdict_kind as earlier_verdict_kind")
    .where("r.repository_id", "=", run.repositoryId)
    .where("r.workflow_id", "=", run.workflowId)
    .where("r.finished_at_ms", "<", Math.round(endedAtMs))
    .where("r.event", run.event === null ? "is" : "=", run.event)
    .orderBy("r.finished_at_ms", "desc")
    .orderBy("r.run_id", "desc")
    .orderBy("r.run_attempt", "desc")
    .limit(limit);
  const rows = await described(query).execute();
  const runs = await storedRuns(db, rows);
  return runs.map((earlier, at) => ({
    run: earlier,
    verdictKind: (rows[at]?.earlier_verdict_kind ?? null) as EarlierRun["verdictKind"],
  }));
}

export async function workflowPath(db: StoreDatabase, repositoryId: number, workflowId: number) {
  const row = await db
    .selectFrom("workflows")
    .where("repository_id", "=", repositoryId)
    .where("workflow_id", "=", workflowId)
    .select("path")
    .executeTakeFirst();
  return row?.path ?? null;
}

/** The port over a database; `writing` runs its work in a transaction, `reading` explains what goes wrong. */
export function evidenceStore(
  db: StoreDatabase,
  writing: <Result>(work: (transaction: StoreDatabase) => Promise<Result>) => Promise<Result>,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
): EvidenceStore {
  return {
    saveEvidence: (evidence) => writing((transaction) => saveEvidence(transaction, evidence)),
    evidenceOf: (attempts) => reading(() => evidenceOf(db, attempts)),
    runsBefore: (run, limit) => reading(() => runsBefore(db, run, limit)),
    workflowPath: (repositoryId, workflowId) => reading(() => workflowPath(db, repositoryId, workflowId)),
  };
}

function evidenceRow({ repositoryId, runId, runAttempt, evidence, gatheredAtMs }: StoredEvidence): EvidenceRow {
  const { kind, subject, ...value } = evidence;
  return {
    repository_id: repositoryId,
    run_id: runId,
    run_attempt: runAttempt,
    kind,
    subject: safeText(subject),
    value: JSON.stringify(value),
    gathered_at_ms: Math.round(gatheredAtMs),
  };
}

function storedEvidence(row: EvidenceRow): StoredEvidence {
  return {
    repositoryId: row.repository_id,
    runId: row.run_id,
    runAttempt: row.run_attempt,
    evidence: { kind: row.kind, subject: row.subject, ...(JSON.parse(row.value) as object) } as Evidence,
    gatheredAtMs: row.gathered_at_ms,
  };
}
