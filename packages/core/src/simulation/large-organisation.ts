import type { HistoryBatch, Job, RunAttempt, Span, Step } from "../pipeline/index.ts";
import { type SeededRandom, seededRandom } from "../random/index.ts";
import { logNormal, queueSeconds, slowDrift, streamOf, workNoise } from "./durations.ts";
import { effectOn, type LargeIncident, planLargeIncidents } from "./large-incidents.ts";
import {
  LARGE_SIZE,
  type LargeJob,
  type LargeRepository,
  type LargeSize,
  type LargeWorkflow,
  planLargeOrganisation,
} from "./large-plan.ts";
import { USUAL_QUEUE_SECONDS } from "./organisation.ts";
import { DAY_MS, HOUR_MS, hourOf, isWeekend, SECOND_MS } from "./rhythm.ts";

export interface LargeOrganisationOptions {
  /** A whole number from 0 on; the same seed gives the same history on every machine. */
  readonly seed: number;
  /** Midnight UTC of the first day. */
  readonly startMs: number;
  /** 8 unless told. */
  readonly weeks?: number;
  readonly size?: LargeSize;
  /** false leaves the incidents out: what is told then is a false alarm. */
  readonly incidents?: boolean;
  /** false leaves the steps out of the batches; runs and jobs stay as they are. */
  readonly steps?: boolean;
}

export interface LargeOrganisation {
  /** One for each day and repository, in time order, inside it by end; made while iterating, so that one is held at a time. */
  readonly batches: Iterable<HistoryBatch>;
  readonly truth: readonly LargeIncident[];
  readonly size: LargeSize;
}

/** More than a run has jobs. */
const JOB_IDS_A_RUN = 1000;
const DAY_STREAMS = 20_000;
const DRIFT_STREAMS = 12_000;
const known = (ms: number): Span => ({ ms, unknown: null });

/**
 * The history of an organisation that does not exist: 60 repositories, 400 workflows, 4,000 jobs and 40,000 steps over eight weeks
 * unless told otherwise, with planted incidents. For load, memory and budgets; for what a history looks like in detail (attempts,
 * re-runs, cancelled runs, caches) see `simulateOrganisation`.
 *
 * @throws RangeError when the seed, the start or the weeks are no whole numbers in range.
 */
export function largeOrganisation(options: LargeOrganisationOptions): LargeOrganisation {
  const { seed, startMs, weeks = 8, size = LARGE_SIZE } = options;
  if (!Number.isSafeInteger(startMs) || startMs < 0 || startMs % DAY_MS !== 0)
    throw new RangeError(`The start must be a midnight in milliseconds since 1970; it is ${startMs}.`);
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > 104)
    throw new RangeError(`The weeks must be a whole number from 1 to 104; they are ${weeks}.`);
  const repositories = planLargeOrganisation(seed, size);
  const truth = options.incidents === false ? [] : planLargeIncidents(seed, repositories, startMs, weeks);
  const days = weeks * 7;
  const drifts = new Map(
    repositories
      .flatMap(({ workflows }) => workflows)
      .map(({ id }, at) => [id, slowDrift(streamOf(seed, DRIFT_STREAMS + at), days)]),
  );
  const withSteps = options.steps !== false;
  return {
    truth,
    size,
    batches: {
      *[Symbol.iterator]() {
        const ids = { run: 17_000_000_000 };
        for (let day = 0; day < days; day++) {
          const dayMs = startMs + day * DAY_MS;
          const active = truth.filter(({ onsetMs, endMs }) => onsetMs <= dayMs && (endMs === null || dayMs < endMs));
          for (const [at, repository] of repositories.entries()) {
            const random = streamOf(seed, DAY_STREAMS + day * repositories.length + at);
            yield batchOf(random, repository, {
              dayMs,
              active,
              ids,
              withSteps,
              driftOf: (id) => drifts.get(id)![day]!,
            });
          }
        }
      },
    },
  };
}

interface DayConditions {
  readonly dayMs: number;
  readonly active: readonly LargeIncident[];
  readonly ids: { run: number };
  readonly withSteps: boolean;
  readonly driftOf: (workflowId: number) => number;
}

function batchOf(random: SeededRandom, { id, fullName, workflows }: LargeRepository, day: DayConditions): HistoryBatch {
  const runs: RunAttempt[] = [];
  const jobs: Job[] = [];
  const steps: Step[] = [];
  for (const workflow of workflows) {
    const isSilent = day.active.some((one) => one.kind === "silent" && one.workflowId === workflow.id);
    for (const createdAtMs of startsOf(random, workflow, day)) {
      const runId = (day.ids.run += 1 + random.integer(40_000));
      // numbers of its own, so that an incident changes the runs that carry it and no other
      const own = seededRandom(random.integer(2 ** 32));
      if (!isSilent) runs.push(addRun(own, workflow, { runId, createdAtMs }, day, jobs, steps));
    }
  }
  runs.sort((one, other) => one.completedAtMs! - other.completedAtMs! || one.runId - other.runId);
  return {
    repositories: [{ id, fullName, defaultBranch: "main", visibility: "private" }],
    workflows: workflows.map(({ id: workflowId, name, path }) => ({ repositoryId: id, id: workflowId, name, path })),
    runs,
    jobs,
    steps,
  };
}

/** Working hours, 7 to 19 UTC, few runs at weekends; a schedule at two in the morning, late by some minutes. */
function startsOf(random: SeededRandom, workflow: LargeWorkflow, { dayMs }: DayConditions): number[] {
  if (workflow.event === "schedule") {
    const lateSeconds = Math.round(280 * logNormal(random, 0.7));
    return [dayMs + 2 * HOUR_MS + lateSeconds * SECOND_MS];
  }
  const expected = (workflow.runsAWeek / 5.2) * (isWeekend(dayMs) ? 0.1 : 1);
  const busy = expected * (0.6 + 0.8 * random.next());
  const count = Math.floor(busy) + (random.next() < busy % 1 ? 1 : 0);
  return Array.from({ length: count }, () => dayMs + 7 * HOUR_MS + random.integer(12 * 3600) * SECOND_MS).sort(
    (one, other) => one - other,
  );
}

function addRun(
  random: SeededRandom,
  workflow: LargeWorkflow,
  { runId, createdAtMs }: { readonly runId: number; readonly createdAtMs: number },
  day: DayConditions,
  jobs: Job[],
  steps: Step[],
): RunAttempt {
  const { repositoryId, id: workflowId, event } = workflow;
  const failing = day.active.find((one) => one.kind === "failing" && one.workflowId === workflowId)?.size ?? 0;
  const hasFailed = random.next() < workflow.failShare + failing;
  const failingJob = hasFailed ? random.integer(workflow.jobs.length) : -1;
  const pace = day.driftOf(workflowId) * workNoise(random, workflow.spread);
  let startedAtMs = Number.POSITIVE_INFINITY;
  let completedAtMs = createdAtMs;
  let stageMs = createdAtMs;
  for (const stage of [0, 1] as const) {
    // what waits for a failed job does not run
    if (stage === 1 && failingJob >= 0 && workflow.jobs[failingJob]!.stage === 0) break;
    for (const [place, job] of workflow.jobs.entries()) {
      if (job.stage !== stage) continue;
      const isFailing = place === failingJob;
      const at = { runId, jobId: runId * JOB_IDS_A_RUN + place, repositoryId, readyMs: stageMs, pace, isFailing };
      const done = addJob(random, job, { ...at, effect: effectOn(day.active, workflowId, job) }, day, steps);
      jobs.push(done);
      startedAtMs = Math.min(startedAtMs, done.startedAtMs!);
      completedAtMs = Math.max(completedAtMs, done.completedAtMs!);
    }
    stageMs = completedAtMs;
  }
  return {
    repositoryId,
    workflowId,
    runId,
    runAttempt: 1,
    runNumber: null,
    branch: event === "pull_request" ? `feature/${runId % 997}` : "main",
    event,
    headSha: runId.toString(16).padStart(40, "0"),
    title: workflow.name,
    createdAtMs,
    runStartedAtMs: createdAtMs,
    completedAtMs,
    conclusion: hasFailed ? "failure" : "success",
    status: "completed",
    updatedAtMs: completedAtMs,
    endFrom: "jobs",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: known(0),
    duration: known(completedAtMs - createdAtMs),
    queueTime: known(startedAtMs - createdAtMs),
  };
}

interface JobConditions {
  readonly runId: number;
  readonly jobId: number;
  readonly repositoryId: number;
  readonly readyMs: number;
  readonly pace: number;
  readonly isFailing: boolean;
  readonly effect: ReturnType<typeof effectOn>;
}

function addJob(
  random: SeededRandom,
  { name, labels, steps: plan }: LargeJob,
  { runId, jobId, repositoryId, readyMs, pace, isFailing, effect }: JobConditions,
  { withSteps }: DayConditions,
  steps: Step[],
): Job {
  const queued = queueSeconds(random, USUAL_QUEUE_SECONDS[labels]!, hourOf(readyMs), isWeekend(readyMs)) * SECOND_MS;
  const startedAtMs = readyMs + queued;
  const jobPace = pace * effect.factor * logNormal(random, 0.05);
  const failingStep = isFailing ? Math.min(plan.length - 2, 2 + random.integer(plan.length)) : -1;
  let atMs = startedAtMs;
  for (const [place, step] of plan.entries()) {
    const isSkipped = failingStep >= 0 && place > failingStep && place < plan.length - 1;
    const extra = step.name === effect.stepName ? effect.extraSeconds : 0;
    const seconds = (step.usualSeconds + extra) * jobPace * (0.9 + 0.2 * random.next());
    const endMs = isSkipped ? atMs : atMs + Math.round(seconds) * SECOND_MS;
    if (withSteps) {
      steps.push({
        repositoryId,
        jobId,
        stepNumber: place + 1,
        name: step.name,
        conclusion: isSkipped ? "skipped" : place === failingStep ? "failure" : "success",
        startedAtMs: isSkipped ? null : atMs,
        completedAtMs: isSkipped ? null : endMs,
        duration: isSkipped ? { ms: null, unknown: "never-ran" } : known(endMs - atMs),
      });
    }
    atMs = endMs;
  }
  return {
    repositoryId,
    runId,
    runAttempt: 1,
    jobId,
    name,
    conclusion: isFailing ? "failure" : "success",
    createdAtMs: readyMs,
    startedAtMs,
    completedAtMs: atMs,
    duration: known(atMs - startedAtMs),
    queueTime: known(queued),
    runnerName: null,
    runnerGroup: null,
    runnerLabels: labels,
  };
}
