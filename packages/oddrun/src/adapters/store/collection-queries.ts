import type { HistoryBatch, Repository } from "@oddrun/core";
import type { CollectedPart, CollectionStore } from "../../operations/collect/collection-store.ts";
import type { BatchCounts } from "../../operations/ports.ts";
import { adoptRepository } from "./adopt-repository.ts";
import { adoptWorkflows } from "./adopt-workflows.ts";
import { knownAttempts, markGone, openRuns, reportedRun, workflowsOf } from "./collected-runs.ts";
import {
  addListed,
  collectionState,
  forgetListed,
  listedWindows,
  readMark,
  saveCollectionState,
  saveReadMarks,
} from "./collection-marks.ts";
import type { StoreDatabase } from "./schema.ts";
import { addTasks, countTasks, countTry, forgetTriesOfChanged, openTasks, removeTasks } from "./task-queries.ts";

type SaveBatch = (transaction: StoreDatabase, batch: HistoryBatch) => Promise<BatchCounts>;

/** The port over a database; `writing` runs its work in a transaction, `reading` explains what goes wrong. */
export function collectionStore(
  db: StoreDatabase,
  saveBatch: SaveBatch,
  writing: <Result>(work: (transaction: StoreDatabase) => Promise<Result>) => Promise<Result>,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
): CollectionStore {
  return {
    adoptRepository: (repository, askedNames) =>
      writing((transaction) => adoptRepository(transaction, repository, askedNames)),
    saveCollected: (part) => writing((transaction) => saveCollected(transaction, saveBatch, part)),
    listedWindows: (repositoryId, scope) => reading(() => listedWindows(db, repositoryId, scope)),
    collectionState: (repositoryId, scope) => reading(() => collectionState(db, repositoryId, scope)),
    saveCollectionState: (state) => writing((transaction) => saveCollectionState(transaction, state)),
    workflowsOf: (repositoryIds) => reading(() => workflowsOf(db, repositoryIds)),
    knownAttempts: (repositoryId, runIds) => reading(() => knownAttempts(db, repositoryId, runIds)),
    tasks: (filter) => reading(() => openTasks(db, filter)),
    countTasks: (repositoryIds, triesMax) => reading(() => countTasks(db, repositoryIds, triesMax)),
    openRuns: (repositoryId) => reading(() => openRuns(db, repositoryId)),
    reportedRun: (repositoryId, runId, runAttempt) => reading(() => reportedRun(db, repositoryId, runId, runAttempt)),
    readMark: (tokenId, url) => reading(() => readMark(db, tokenId, url)),
  };
}

async function saveCollected(db: StoreDatabase, saveBatch: SaveBatch, part: CollectedPart): Promise<BatchCounts> {
  const { batch } = part;
  await forgetTriesOfChanged(db, part.newTasks, batch.runs);
  for (const repository of await unknownRepositories(db, batch.repositories)) await adoptRepository(db, repository);
  const counts = await saveBatch(db, { ...batch, repositories: [] });
  for (const repositoryId of new Set(batch.workflows.map((workflow) => workflow.repositoryId))) {
    await adoptWorkflows(db, repositoryId);
  }
  const open = batch.runs.filter((run) => run.conclusion === null);
  await markGone(db, open, null);
  await markGone(db, part.goneRuns ?? [], 1);
  await removeTasks(db, part.doneTasks);
  await countTry(db, part.failedTasks);
  await addTasks(db, part.newTasks);
  for (const forgotten of part.forgotten ?? []) await forgetListed(db, forgotten);
  for (const listed of part.listed) await addListed(db, listed);
  await saveReadMarks(db, part.readMarks);
  return counts;
}

async function unknownRepositories(
  db: StoreDatabase,
  repositories: readonly Repository[],
): Promise<readonly Repository[]> {
  if (repositories.length === 0) return [];
  const ids = repositories.map((repository) => repository.id);
  const known = await db.selectFrom("repositories").where("repository_id", "in", ids).select("repository_id").execute();
  const knownIds = new Set(known.map((row) => row.repository_id));
  return repositories.filter((repository) => !knownIds.has(repository.id));
}
