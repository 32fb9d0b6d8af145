import type { HistoryBatch, Job, RunAttempt, Step } from "../pipeline/index.ts";
import type { SeededRandom } from "../random/index.ts";
import { slowDrift, streamOf } from "./durations.ts";
import { planIncidents } from "./incidents.ts";
import { NO_EFFECTS, type PlantedIncident } from "./planted-incident.ts";
import { REPOSITORIES, type RepositoryPlan } from "./organisation.ts";
import { DAY_MS, type PlannedRun, planRuns, SECOND_MS } from "./rhythm.ts";
import { type AttemptDraft, simulateRun } from "./runs.ts";

export interface SimulationOptions {
  /** A whole number from 0 on; the same seed gives the same history on every machine. */
  readonly seed: number;
  readonly startMs: number;
  /** Whole days; 60 unless told. About 165 run attempts a day. */
  readonly days?: number;
  /** false leaves the incidents out and everything else as it is: what a detector finds then is a false alarm. */
  readonly incidents?: boolean;
}

export interface SimulatedOrganisation {
  /**
   * One for each repository and day on which a run of it ended, in time order; made while iterating, each time the
   * same.
   */
  readonly batches: Iterable<HistoryBatch>;
  /** What was planted, by onset. Runs that had not ended by the end of the window are in neither. */
  readonly truth: readonly PlantedIncident[];
}

interface DraftedAttempt {
  readonly run: PlannedRun;
  readonly runId: number;
  readonly runNumber: number;
  readonly runAttempt: number;
  readonly draft: AttemptDraft;
}

const RUN_STREAMS = 1000;
const DRIFT_STREAMS = 200;
const ID_STREAM = 101;
const FIRST_RUN_ID = 17_204_118_006;
const FIRST_JOB_ID = 48_811_730_215;

/**
 * The history of an organisation that does not exist: six repositories, twenty workflows, working days and weekends,
 * caches that miss, tests that flake, re-runs, superseded pushes, and planted incidents whose truth is told apart from
 * the history. Throws RangeError when the seed, the start or the days are no whole numbers in range.
 */
export function simulateOrganisation(options: SimulationOptions): SimulatedOrganisation {
  const { seed, startMs, days = 60 } = options;
  if (!Number.isSafeInteger(startMs) || startMs < 0)
    throw new RangeError(`The start must be milliseconds since 1970; it is ${startMs}.`);
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new RangeError(`The days must be a whole number from 1 to 3650; they are ${days}.`);
  const firstMs = Math.ceil(startMs / SECOND_MS) * SECOND_MS;
  const endMs = startMs + days * DAY_MS;

  const runs = planRuns(seed, firstMs, endMs);
  const incidents = options.incidents === false ? [] : planIncidents(seed, runs, firstMs, endMs);
  const effects = new Map(incidents.flatMap((incident) => [...incident.effects]));
  const drifts = driftByWorkflow(seed, days);
  const nextRunId = increasingIds(streamOf(seed, ID_STREAM), FIRST_RUN_ID, 40_000);
  const runNumbers = new Map<number, number>();
  const runIds: number[] = [];
  const attempts: DraftedAttempt[] = [];
  runs.forEach((run, place) => {
    const runId = nextRunId();
    runIds.push(runId);
    const planted = effects.get(place) ?? NO_EFFECTS;
    if (planted.fate === "never-starts") return;
    const runNumber = (runNumbers.get(run.workflow.id) ?? 0) + 1;
    runNumbers.set(run.workflow.id, runNumber);
    const drift = drifts.get(run.workflow.id)![Math.floor((run.createdAtMs - startMs) / DAY_MS)]!;
    const drafts = simulateRun(streamOf(seed, RUN_STREAMS + place), run, planted, drift);
    for (const [at, draft] of drafts.entries()) {
      // Still running when the window closes; later attempts start later still.
      if (draft.completedAtMs >= endMs) break;
      attempts.push({ run, runId, runNumber, runAttempt: at + 1, draft });
    }
  });

  const endsByRun = new Map(attempts.map(({ runId, draft }) => [runId, draft.completedAtMs]));
  const truth = incidents
    .map(({ effects: planned, ...incident }): PlantedIncident => {
      const affected = [...planned.keys()].map((place) => runIds[place]!).filter((runId) => endsByRun.has(runId));
      const isSingle = incident.endMs === incident.onsetMs;
      const endAtMs = isSingle ? (endsByRun.get(affected[0] ?? 0) ?? null) : incident.endMs;
      return { ...incident, runIds: affected, endMs: endAtMs };
    })
    .filter(({ kind, runIds: affected }) => kind === "silenced-schedule" || affected.length > 0)
    .sort((a, b) => a.onsetMs - b.onsetMs || a.workflowId - b.workflowId);
  return { batches: { [Symbol.iterator]: () => batchesOf(attempts, startMs, seed) }, truth };
}

function driftByWorkflow(seed: number, days: number): ReadonlyMap<number, readonly number[]> {
  const workflows = REPOSITORIES.flatMap((repository) => repository.workflows);
  return new Map(workflows.map(({ id }, place) => [id, slowDrift(streamOf(seed, DRIFT_STREAMS + place), days)]));
}

/** Ids that grow as on a busy service: each is some way past the one before. */
function increasingIds(random: SeededRandom, first: number, stepMax: number): () => number {
  let id = first;
  return () => (id += 1 + random.integer(stepMax));
}

/** Days in order, inside a day the repositories in order, inside a batch the attempts by their start. */
function* batchesOf(attempts: readonly DraftedAttempt[], startMs: number, seed: number): Generator<HistoryBatch> {
  const nextJobId = increasingIds(streamOf(seed, ID_STREAM + 1), FIRST_JOB_ID, 9000);
  const byBatch = new Map<number, { readonly repository: RepositoryPlan; readonly attempts: DraftedAttempt[] }>();
  for (const attempt of attempts) {
    const { repository } = attempt.run;
    const day = Math.floor((attempt.draft.completedAtMs - startMs) / DAY_MS);
    const key = day * REPOSITORIES.length + REPOSITORIES.indexOf(repository);
    const batch = byBatch.get(key) ?? { repository, attempts: [] };
    batch.attempts.push(attempt);
    byBatch.set(key, batch);
  }
  for (const [, batch] of [...byBatch.entries()].sort(([a], [b]) => a - b)) {
    batch.attempts.sort((a, b) => a.draft.runStartedAtMs - b.draft.runStartedAtMs || a.runId - b.runId);
    yield toBatch(batch.repository, batch.attempts, nextJobId);
  }
}

function toBatch(
  { id: repositoryId, fullName, defaultBranch, workflows }: RepositoryPlan,
  attempts: readonly DraftedAttempt[],
  nextJobId: () => number,
): HistoryBatch {
  const runs: RunAttempt[] = [];
  const jobs: Job[] = [];
  const steps: Step[] = [];
  for (const { run, runId, runNumber, runAttempt, draft } of attempts) {
    const { workflow, branch, event, headSha, title, createdAtMs } = run;
    const { jobs: jobDrafts, ...times } = draft;
    runs.push({
      repositoryId,
      workflowId: workflow.id,
      runId,
      runAttempt,
      runNumber,
      branch,
      event,
      headSha,
      title,
      createdAtMs,
      status: "completed",
      updatedAtMs: times.completedAtMs,
      endFrom: "jobs",
      heldFor: null,
      seenHeldAtMs: null,
      heldTime: { ms: 0, unknown: null },
      ...times,
    });
    for (const { job, steps: stepDrafts } of jobDrafts) {
      const jobId = nextJobId();
      jobs.push({ repositoryId, runId, runAttempt, jobId, ...job });
      for (const step of stepDrafts) steps.push({ repositoryId, jobId, ...step });
    }
  }
  return {
    repositories: [{ id: repositoryId, fullName, defaultBranch, visibility: "private" }],
    workflows: workflows.map(({ id, name, path }) => ({ repositoryId, id, name, path })),
    runs,
    jobs,
    steps,
  };
}
