import type { ReportedRun } from "@oddrun/core";
import type { CollectedPart, CollectionStore, KnownAttempt } from "../../operations/collect/collection-store.ts";
import { runAttempt } from "./rows.ts";
import type { RunAttemptRow, StoreDatabase } from "./schema.ts";
import { inChunks } from "./task-queries.ts";

export async function knownAttempts(
  db: StoreDatabase,
  repositoryId: number,
  runIds: readonly number[],
): Promise<readonly KnownAttempt[]> {
  const known: KnownAttempt[] = [];
  for (const ids of inChunks(runIds)) {
    const rows = await db
      .selectFrom("run_attempts")
      .where("repository_id", "=", repositoryId)
      .where("run_id", "in", ids)
      .orderBy("run_id")
      .orderBy("run_attempt")
      .select(["run_id", "run_attempt", "conclusion", "updated_at_ms"])
      .execute();
    for (const row of rows) {
      known.push({
        runId: row.run_id,
        runAttempt: row.run_attempt,
        isFinished: row.conclusion !== null,
        conclusion: row.conclusion,
        isCollected: row.updated_at_ms !== null,
      });
    }
  }
  return known;
}

export async function workflowsOf(
  db: StoreDatabase,
  repositoryIds: readonly number[],
): ReturnType<CollectionStore["workflowsOf"]> {
  const found: Awaited<ReturnType<CollectionStore["workflowsOf"]>>[number][] = [];
  for (const ids of inChunks(repositoryIds)) {
    const rows = await db
      .selectFrom("workflows")
      .where("repository_id", "in", ids)
      .orderBy("repository_id")
      .orderBy("workflow_id")
      .selectAll()
      .execute();
    for (const row of rows) {
      found.push({ repositoryId: row.repository_id, id: row.workflow_id, name: row.name, path: row.path });
    }
  }
  return found;
}

export async function openRuns(db: StoreDatabase, repositoryId: number): ReturnType<CollectionStore["openRuns"]> {
  const rows = await db
    .selectFrom("run_attempts as r")
    .where("r.repository_id", "=", repositoryId)
    .where("r.finished_at_ms", "is", null)
    .where("r.is_gone", "is", null)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom("run_attempts as later")
            .whereRef("later.repository_id", "=", "r.repository_id")
            .whereRef("later.run_id", "=", "r.run_id")
            .whereRef("later.run_attempt", ">", "r.run_attempt")
            .select("later.run_id"),
        ),
      ),
    )
    .orderBy("r.created_at_ms", "desc")
    .orderBy("r.run_id", "desc")
    .select(["r.run_id", "r.run_attempt", "r.created_at_ms"])
    .execute();
  return rows.map((row) => ({ runId: row.run_id, runAttempt: row.run_attempt, createdAtMs: row.created_at_ms }));
}

export async function markGone(
  db: StoreDatabase,
  runs: NonNullable<CollectedPart["goneRuns"]>,
  isGone: 1 | null,
): Promise<void> {
  for (const [repositoryId, ofRepository] of Map.groupBy(runs, (run) => run.repositoryId)) {
    for (const runIds of inChunks(ofRepository.map((run) => run.runId))) {
      await db
        .updateTable("run_attempts")
        .where("repository_id", "=", repositoryId)
        .where("run_id", "in", runIds)
        .where("is_gone", isGone === null ? "is not" : "is", null)
        .set({ is_gone: isGone })
        .execute();
    }
  }
}

export async function reportedRun(
  db: StoreDatabase,
  repositoryId: number,
  runId: number,
  attempt: number,
): ReturnType<CollectionStore["reportedRun"]> {
  const row = await db
    .selectFrom("run_attempts as r")
    .leftJoin("workflows as w", (join) =>
      join.onRef("w.repository_id", "=", "r.repository_id").onRef("w.workflow_id", "=", "r.workflow_id"),
    )
    .where("r.repository_id", "=", repositoryId)
    .where("r.run_id", "=", runId)
    .where("r.run_attempt", "=", attempt)
    .selectAll("r")
    .select(["w.name as workflow_name", "w.path as workflow_path"])
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    run: asReported(row),
    workflow: {
      repositoryId,
      id: row.workflow_id,
      name: row.workflow_name ?? `workflow ${row.workflow_id}`,
      path: row.workflow_path,
    },
  };
}

/**
 * The report that the row was cleaned from. What jobs taught is left out: they are about to be told anew. Times that could not
 * be right were not kept and come back as missing.
 */
function asReported(row: RunAttemptRow): ReportedRun {
  const { duration, queueTime: _, heldTime: __, endFrom, ...run } = runAttempt(row);
  const toldEndMs = endFrom === null ? null : run.completedAtMs;
  return {
    ...run,
    completedAtMs: run.conclusion === null ? null : (run.updatedAtMs ?? toldEndMs),
    durationMs: endFrom === null ? duration.ms : null,
    readyAtMs: null,
  };
}
