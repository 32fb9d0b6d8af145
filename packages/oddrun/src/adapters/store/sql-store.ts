import type { HistoryBatch, Repository, Workflow } from "@oddrun/core";
import type { AlertStore } from "../../operations/alerts/alert-store.ts";
import type { ChangeStore } from "../../operations/changes/change-store.ts";
import type { CollectionStore } from "../../operations/collect/collection-store.ts";
import type { EvidenceStore } from "../../operations/evidence/evidence-store.ts";
import type { ExplainStore } from "../../operations/explain/explain-store.ts";
import type { IncidentStore } from "../../operations/incidents/incident-store.ts";
import type { BatchCounts, RunStore, SaveCounts } from "../../operations/ports.ts";
import { alertStore } from "./alert-queries.ts";
import { changeStore } from "./change-queries.ts";
import { collectionStore } from "./collection-queries.ts";
import { incidentStore } from "./incident-queries.ts";
import { evidenceStore } from "./evidence-queries.ts";
import { explainStore } from "./explain-queries.ts";
import {
  JOBS,
  JOINED_METRICS,
  jobRow,
  joinedMetricRow,
  REPOSITORIES,
  repository,
  RUN_ATTEMPTS,
  repositoryRow,
  runAttemptRow,
  STEPS,
  safeText,
  stepRow,
  WORKFLOWS,
  workflowRow,
} from "./rows.ts";
import { jobsOf } from "./job-queries.ts";
import { isNamed, newRepositoryId } from "./repository-names.ts";
import { attemptsOf, countRuns, finishedRuns } from "./run-queries.ts";
import type { StoreDatabase } from "./schema.ts";
import { upsertInto } from "./upsert.ts";
import { appendVerdicts, countVerdicts, judgedRuns, latestVerdicts } from "./verdict-queries.ts";

/** All that is kept: runs, what was said of them, and where their collection stands. */
export type Store = RunStore &
  CollectionStore &
  EvidenceStore &
  ChangeStore &
  ExplainStore &
  IncidentStore &
  AlertStore;

/** A store over any database whose tables are made; `explain` turns the database's own errors into problems. */
export function sqlStore(db: StoreDatabase, explain: (error: unknown) => unknown): Store {
  const saveRepositories = upsertInto(REPOSITORIES);
  const saveWorkflows = upsertInto(WORKFLOWS);
  const saveRuns = upsertInto(RUN_ATTEMPTS);
  const saveJobs = upsertInto(JOBS);
  const saveSteps = upsertInto(STEPS);
  const saveJoinedMetrics = upsertInto(JOINED_METRICS);

  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error);
    }
  };
  const writing = <Result>(work: (transaction: StoreDatabase) => Promise<Result>): Promise<Result> =>
    guarded(() => db.transaction().execute(work));

  const saveBatch = async (transaction: StoreDatabase, batch: HistoryBatch): Promise<BatchCounts> => {
    const repositories = await saveRepositories(transaction, batch.repositories.map(repositoryRow));
    const workflows = await saveWorkflows(transaction, batch.workflows.map(workflowRow));
    const runs = await saveRuns(transaction, batch.runs.map(runAttemptRow));
    const jobs = await saveJobs(transaction, batch.jobs.map(jobRow));
    const steps = await saveSteps(transaction, batch.steps.map(stepRow));
    return { ...sum([repositories, workflows, runs, jobs, steps]), runs, jobs };
  };

  return {
    ...changeStore(db, writing, guarded, explain),
    ...evidenceStore(db, writing, guarded),
    ...explainStore(db, guarded),
    ...incidentStore(db, writing, guarded),
    ...alertStore(db, writing, guarded),
    ...collectionStore(db, saveBatch, writing, guarded),
    save: (batch) => writing((transaction) => saveBatch(transaction, batch)),

    saveMetrics: (metrics) => writing((transaction) => saveJoinedMetrics(transaction, metrics.map(joinedMetricRow))),

    repositories: () =>
      guarded(async () => {
        const rows = await db.selectFrom("repositories").orderBy("repository_id").selectAll().execute();
        return rows.map(repository);
      }),

    ensureRepository: (fullName) =>
      writing(async (transaction) => {
        const known = await transaction
          .selectFrom("repositories")
          .where(isNamed("repository_id", fullName))
          .orderBy("repository_id", "desc")
          .selectAll()
          .executeTakeFirst();
        if (known !== undefined) return repository(known);
        const made: Repository = {
          id: await newRepositoryId(transaction),
          fullName: safeText(fullName),
          defaultBranch: null,
          visibility: null,
        };
        await transaction.insertInto("repositories").values(repositoryRow(made)).execute();
        return made;
      }),

    ensureWorkflow: (repositoryId, name) =>
      writing(async (transaction) => {
        const known = await transaction
          .selectFrom("workflows")
          .where("repository_id", "=", repositoryId)
          .where((is) => is.or([is("name", "=", safeText(name)), is("path", "=", safeText(name))]))
          .orderBy("workflow_id", "desc")
          .selectAll()
          .executeTakeFirst();
        if (known !== undefined) {
          return { repositoryId, id: known.workflow_id, name: known.name, path: known.path };
        }
        const { lowest } = await transaction
          .selectFrom("workflows")
          .select(({ fn }) => fn.min("workflow_id").as("lowest"))
          .executeTakeFirstOrThrow();
        const workflow: Workflow = { repositoryId, id: Math.min(lowest ?? 0, 0) - 1, name: safeText(name), path: null };
        await transaction.insertInto("workflows").values(workflowRow(workflow)).execute();
        return workflow;
      }),

    attemptsOf: (runId) => guarded(() => attemptsOf(db, runId)),
    jobsOf: (attempts) => guarded(() => jobsOf(db, attempts)),
    countRuns: (filter = {}) => guarded(() => countRuns(db, filter)),
    async *finishedRuns(filter = {}) {
      try {
        yield* finishedRuns(db, filter);
      } catch (error) {
        throw explain(error);
      }
    },
    saveVerdicts: (verdicts) => writing((transaction) => appendVerdicts(transaction, verdicts)),
    latestVerdicts: (attempts) => guarded(() => latestVerdicts(db, attempts)),
    judgedRuns: (filter = {}) => guarded(() => judgedRuns(db, filter)),
    countVerdicts: (filter = {}) => guarded(() => countVerdicts(db, filter)),
    close: () => guarded(() => db.destroy()),
  };
}

function sum(counts: readonly SaveCounts[]): SaveCounts {
  const total = (of: (count: SaveCounts) => number): number => counts.reduce((soFar, count) => soFar + of(count), 0);
  return {
    added: total((count) => count.added),
    changed: total((count) => count.changed),
    unchanged: total((count) => count.unchanged),
  };
}
