import type { Conclusion, Job, RunAttempt, Span, Step, UnknownTime } from "../pipeline/index.ts";
import type { SeededRandom } from "../random/index.ts";
import { queueSeconds, workNoise } from "./durations.ts";
import type { RunEffects } from "./planted-incident.ts";
import { type JobPlan, type StepPlan, USUAL_QUEUE_SECONDS } from "./organisation.ts";
import { hourOf, isWeekend, type PlannedRun, SECOND_MS } from "./rhythm.ts";

/** A job as it ran, before it has ids. */
export interface JobDraft {
  readonly job: Omit<Job, "repositoryId" | "runId" | "runAttempt" | "jobId">;
  readonly steps: readonly Omit<Step, "repositoryId" | "jobId">[];
}

/**
 * One attempt as it ran, with the jobs that really ran in it: a re-run of the failed jobs does not list the others
 * again.
 */
export interface AttemptDraft
  extends Pick<RunAttempt, "runStartedAtMs" | "completedAtMs" | "conclusion" | "duration" | "queueTime"> {
  readonly runStartedAtMs: number;
  readonly completedAtMs: number;
  readonly jobs: readonly JobDraft[];
}

interface JobInstance {
  readonly plan: JobPlan;
  readonly name: string;
}

/** What holds for every job of one attempt. */
interface AttemptConditions {
  readonly run: PlannedRun;
  readonly effects: RunEffects;
  readonly startMs: number;
  /** How much longer than usual the work takes in this run. */
  readonly pace: number;
  readonly isCacheMiss: boolean;
  readonly failingJob: string | null;
  /** When everything still running is cancelled. */
  readonly cancelledAtMs: number;
}

const known = (ms: number): Span => ({ ms, unknown: null });
const unknown = (reason: UnknownTime): Span => ({ ms: null, unknown: reason });
const NEVER_RAN = unknown("never-ran");
const ATTEMPT_COUNT_MAX = 3;
/** What a missed cache adds, as a share of the job's usual work. */
const CACHE_MISS_EXTRA = 0.8;

function idleJob(name: string, plan: JobPlan, createdAtMs: number, endMs: number, conclusion: Conclusion): JobDraft {
  const times = { createdAtMs, startedAtMs: null, completedAtMs: endMs, duration: NEVER_RAN, queueTime: NEVER_RAN };
  const runner = { runnerName: null, runnerGroup: null, runnerLabels: plan.labels };
  return { job: { name, conclusion, ...times, ...runner }, steps: [] };
}

/** Usual seconds of a step in this run, before its own noise. */
function stepSeconds({ effects, isCacheMiss }: AttemptConditions, plan: JobPlan, step: StepPlan): number {
  const slow = effects.slowStep;
  const extra = slow !== null && slow.jobName === plan.name && slow.stepName === step.name ? slow.extraSeconds : 0;
  // Without its cache a job makes again what it would have found: all of that falls on one step.
  const isRedone = isCacheMiss && plan.isCached && step.name === plan.heaviestStep;
  const redone = isRedone ? CACHE_MISS_EXTRA * plan.usualSeconds : 0;
  return (step.usualSeconds + extra + redone) * effects.workFactor;
}

function runJob(
  random: SeededRandom,
  conditions: AttemptConditions,
  { plan, name }: JobInstance,
  readyMs: number,
): JobDraft {
  const { run, effects, cancelledAtMs } = conditions;
  const createdAtMs = readyMs + (1 + random.integer(2)) * SECOND_MS;
  const waiting = queueSeconds(random, USUAL_QUEUE_SECONDS[plan.labels]!, hourOf(createdAtMs), isWeekend(createdAtMs));
  const startedAtMs = createdAtMs + Math.round(waiting * effects.queueFactor + effects.queueExtraSeconds) * SECOND_MS;
  const jobNoise = workNoise(random, run.workflow.spread * 0.6);
  const runnerNumber = random.integer(1000);
  if (startedAtMs >= cancelledAtMs)
    return idleJob(name, plan, Math.min(createdAtMs, cancelledAtMs), cancelledAtMs, "cancelled");

  const failingStep = conditions.failingJob === name ? plan.heaviestStep : null;
  const steps: JobDraft["steps"][number][] = [];
  let conclusion: Conclusion = "success";
  let atMs = startedAtMs;
  for (const step of plan.steps) {
    const stepName = step.name;
    const noise = 0.9 + 0.2 * random.next();
    const reached = 0.15 + 0.85 * random.next();
    const stepNumber = steps.length + 1;
    const isLast = stepNumber === plan.steps.length;
    if (conclusion !== "success" && !isLast) {
      const never = { startedAtMs: null, completedAtMs: null, duration: NEVER_RAN };
      steps.push({ stepNumber, name: stepName, conclusion: "skipped", ...never });
      continue;
    }
    const isFailing = stepName === failingStep;
    const seconds =
      stepSeconds(conditions, plan, step) * conditions.pace * jobNoise * noise * (isFailing ? reached : 1);
    let endMs = atMs + Math.round(seconds) * SECOND_MS;
    let stepConclusion: Conclusion = isFailing ? "failure" : "success";
    if (endMs > cancelledAtMs && conclusion === "success") {
      endMs = cancelledAtMs;
      stepConclusion = "cancelled";
    }
    if (stepConclusion !== "success") conclusion = stepConclusion;
    const times = { startedAtMs: atMs, completedAtMs: endMs, duration: known(endMs - atMs) };
    steps.push({ stepNumber, name: stepName, conclusion: stepConclusion, ...times });
    atMs = endMs;
  }
  const isOwn = plan.labels.includes("self-hosted");
  const job = {
    name,
    conclusion,
    createdAtMs,
    startedAtMs,
    completedAtMs: atMs,
    duration: known(atMs - startedAtMs),
    queueTime: known(startedAtMs - createdAtMs),
    runnerName: isOwn ? `gpu-${1 + (runnerNumber % 4)}` : `GitHub Actions ${1_000_000 + runnerNumber}`,
    runnerGroup: isOwn ? "Default" : "GitHub Actions",
    runnerLabels: plan.labels,
  };
  return { job, steps };
}

/** Conclusion of a whole attempt from those of its jobs. */
function conclude(jobs: readonly JobDraft[]): Conclusion {
  for (const worst of ["cancelled", "failure"] as const) {
    if (jobs.some(({ job }) => job.conclusion === worst)) return worst;
  }
  return jobs.some(({ job }) => job.conclusion === "success") ? "success" : "skipped";
}

function draftAttempt(jobs: readonly JobDraft[], startMs: number): AttemptDraft {
  const conclusion = conclude(jobs);
  const starts = jobs.flatMap(({ job }) => (job.startedAtMs === null ? [] : [job.startedAtMs]));
  const completedAtMs = Math.max(...jobs.map(({ job }) => job.completedAtMs ?? startMs));
  const ran = starts.length > 0;
  return {
    runStartedAtMs: startMs,
    completedAtMs,
    conclusion,
    duration: ran || conclusion === "cancelled" ? known(completedAtMs - startMs) : NEVER_RAN,
    queueTime: ran ? known(Math.min(...starts) - startMs) : NEVER_RAN,
    jobs,
  };
}

/** Runs the given jobs; a job they wait for that is not among them has succeeded in an earlier attempt. */
function runJobs(random: SeededRandom, conditions: AttemptConditions, instances: readonly JobInstance[]): AttemptDraft {
  const drafts: JobDraft[] = [];
  for (const instance of instances) {
    const { after } = instance.plan;
    const needed = instances.flatMap(({ plan }, at) => (plan.name === after ? [drafts[at]!] : []));
    const readyMs = Math.max(conditions.startMs, ...needed.map(({ job }) => job.completedAtMs ?? 0));
    const mayRun = needed.every(({ job }) => job.conclusion === "success");
    drafts.push(
      mayRun
        ? runJob(random, conditions, instance, readyMs)
        : idleJob(instance.name, instance.plan, readyMs, readyMs, "skipped"),
    );
  }
  return draftAttempt(drafts, conditions.startMs);
}

/** All attempts of one planned run. `drift` is how far the workflow's usual pace has drifted by that day. */
export function simulateRun(
  random: SeededRandom,
  run: PlannedRun,
  effects: RunEffects,
  drift: number,
): readonly AttemptDraft[] {
  const { workflow, createdAtMs } = run;
  const all = workflow.jobs.flatMap((plan): JobInstance[] =>
    plan.matrix.length === 0
      ? [{ plan, name: plan.name }]
      : plan.matrix.map((value) => ({ plan, name: `${plan.name} (${value})` })),
  );
  const chance = { skip: random.next(), fail: random.next(), flake: random.next(), miss: random.next() };
  const failingJob = all[random.integer(all.length)]!.name;
  const isFree = effects.fate === "as-it-comes";
  if (isFree && chance.skip < workflow.skipShare) {
    const endMs = createdAtMs + (1 + random.integer(2)) * SECOND_MS;
    return [
      draftAttempt(
        all.map(({ name, plan }) => idleJob(name, plan, createdAtMs, endMs, "skipped")),
        createdAtMs,
      ),
    ];
  }
  const isBroken = effects.fate === "fails" || (isFree && chance.fail < workflow.failShare);
  const isFlaky = isFree && !isBroken && chance.flake < workflow.flakyShare;
  const isCancellable = isFree && run.supersededAtMs !== null;

  const attempts: AttemptDraft[] = [];
  let instances: readonly JobInstance[] = all;
  let startMs = createdAtMs;
  let fails = isBroken || isFlaky;
  while (attempts.length < ATTEMPT_COUNT_MAX) {
    const conditions: AttemptConditions = {
      run,
      effects,
      startMs,
      pace: drift * workNoise(random, workflow.spread * 0.8),
      // What the first attempt built is in the cache for the next one.
      isCacheMiss: attempts.length === 0 && effects.fate !== "succeeds" && chance.miss < workflow.missShare,
      failingJob: fails ? failingJob : null,
      cancelledAtMs:
        isCancellable && attempts.length === 0 ? run.supersededAtMs + 4 * SECOND_MS : Number.POSITIVE_INFINITY,
    };
    const attempt = runJobs(random, conditions, instances);
    attempts.push(attempt);
    if (attempt.conclusion !== "failure" || random.next() > (isFlaky ? 0.8 : 0.22)) break;
    const isFailedOnly = random.next() < 0.6;
    const succeeded = new Set(attempt.jobs.flatMap(({ job }) => (job.conclusion === "success" ? [job.name] : [])));
    instances = isFailedOnly ? instances.filter(({ name }) => !succeeded.has(name)) : all;
    startMs = attempt.completedAtMs + (3 * 60 + random.integer(80 * 60)) * SECOND_MS;
    fails = isBroken || random.next() < 0.15;
  }
  return attempts;
}
