import { type SeededRandom, seededRandom } from "@oddrun/core";
import type { JobFact, StepFact } from "./corpus.ts";
import type { JobTemplate, WorkflowTemplate } from "./workflow-templates.ts";

/** Everything that fixes the jobs of a generated attempt; the jobs themselves are made when they are asked for. */
export interface AttemptPlan {
  readonly template: WorkflowTemplate;
  readonly runAttempt: number;
  /** Seed of this attempt alone. */
  readonly seed: number;
  readonly firstJobId: number;
  readonly startMs: number;
  readonly queueS: number;
  readonly workS: number;
  /** Between the first stage and the second, for an approval. */
  readonly approvalS: number;
  /** Of the attempt; jobs follow from it. */
  readonly outcome: string;
  /** How the tests' share of the work has grown. */
  readonly testsStretch: number;
  /** What was not repeated comes from here. */
  readonly before: AttemptPlan | null;
  readonly kind: "all" | "failed" | "job";
}

export const JOBLESS = new Set(["startup_failure", "action_required", "zero-jobs"]);

export function endOfAttempt(plan: AttemptPlan): number {
  if (JOBLESS.has(plan.outcome) || plan.outcome === "skipped") return plan.startMs + 1000;
  return plan.startMs + (plan.queueS + plan.workS + plan.approvalS) * 1000;
}

/** As listed once the attempt is over. */
export function finishedJobs(plan: AttemptPlan): JobFact[] {
  if (JOBLESS.has(plan.outcome)) return [];
  const random = seededRandom(plan.seed);
  const { template } = plan;
  if (template.jobs.length === 0) return [];
  const before = plan.before === null ? null : finishedJobs(plan.before);
  const repeats = template.jobs.map((_, at) => isRepeated(plan, before, at));
  const stagesOfOwn = template.jobs.filter((_, at) => repeats[at]).map(({ stage }) => stage);
  const stageFirst = Math.min(...stagesOfOwn);
  const stageLast = Math.max(...stagesOfOwn);
  // Where it goes wrong; all later stages are skipped.
  const endsAt = plan.outcome === "success" ? stageLast : stageFirst + random.integer(stageLast - stageFirst + 1);
  const stages = endsAt - stageFirst + 1;
  const jobs = template.jobs.map((job, at): JobFact => {
    const id = plan.firstJobId + at;
    if (!repeats[at]) return { ...before![at]!, id, inheritedFrom: before![at]!.inheritedFrom ?? plan.runAttempt - 1 };
    if (plan.outcome === "skipped" || job.stage > endsAt) return skippedJob(plan, job, id, random);
    const stageS = plan.workS / stages;
    const fromMs =
      plan.startMs + (plan.queueS + stageS * (job.stage - stageFirst) + (job.stage > 0 ? plan.approvalS : 0)) * 1000;
    const startedAt = wholeSecond(fromMs);
    const completedAt = Math.max(startedAt, wholeSecond(fromMs + stageS * 1000 * (0.5 + random.next() / 2)));
    const createdAt = job.stage === stageFirst ? plan.startMs : wholeSecond(fromMs - Math.min(plan.queueS, 5) * 1000);
    return ranJob(plan, job, id, { createdAt, startedAt, completedAt }, random);
  });
  endLast(jobs, repeats, endOfAttempt(plan), plan);
  return jobs.map((job, at) => (repeats[at] ? withDefect(job, random) : job));
}

function isRepeated(plan: AttemptPlan, before: readonly JobFact[] | null, at: number): boolean {
  if (before === null || plan.kind === "all") return true;
  const { jobs } = plan.template;
  if (plan.kind === "failed") return before[at]!.conclusion !== "success";
  // One job, and with it those that need it.
  const failed = before.findIndex(({ conclusion }) => conclusion === "failure");
  const chosen = failed === -1 ? jobs.length - 1 : failed;
  return at === chosen || jobs[at]!.stage > jobs[chosen]!.stage;
}

/** The last job of its own decides how and when the attempt ended. */
function endLast(jobs: JobFact[], repeats: readonly (boolean | undefined)[], endMs: number, plan: AttemptPlan): void {
  const ran = jobs.map((job, at) => ({ job, at })).filter(({ job, at }) => repeats[at] && job.conclusion !== "skipped");
  if (ran.length === 0) return;
  const last = ran.reduce((one, other) => (Number(other.job.completedAt) > Number(one.job.completedAt) ? other : one));
  const startedAt = Math.min(Number(last.job.startedAt), endMs);
  const conclusion = ["success", "null", "quarantined", "stale"].includes(plan.outcome) ? "success" : plan.outcome;
  const template = plan.template.jobs[last.at]!;
  jobs[last.at] = {
    ...last.job,
    conclusion,
    startedAt,
    completedAt: endMs,
    steps: stepsOf(template, startedAt, endMs, conclusion, plan.testsStretch),
  };
}

function ranJob(
  plan: AttemptPlan,
  job: JobTemplate,
  id: number,
  times: { readonly createdAt: number; readonly startedAt: number; readonly completedAt: number },
  random: SeededRandom,
): JobFact {
  const runner = 1 + random.integer(job.group === "GitHub Actions" ? 5000 : 8);
  return {
    id,
    name: job.name,
    status: "completed",
    conclusion: "success",
    ...times,
    labels: job.labels,
    runnerId: runner,
    runnerName: job.group === "GitHub Actions" ? `GitHub Actions ${runner}` : `big-${runner}`,
    runnerGroupName: job.group,
    steps: stepsOf(job, times.startedAt, times.completedAt, "success", plan.testsStretch),
    inheritedFrom: null,
    defect: null,
  };
}

function skippedJob(plan: AttemptPlan, job: JobTemplate, id: number, random: SeededRandom): JobFact {
  const isOld = random.integer(10) === 0;
  const atMs = plan.startMs + 1000;
  return {
    id,
    name: job.rawName ?? job.name,
    status: "completed",
    conclusion: "skipped",
    createdAt: atMs,
    startedAt: isOld ? "0001-01-01T00:00:00Z" : atMs,
    completedAt: atMs,
    labels: job.labels,
    runnerId: null,
    runnerName: null,
    runnerGroupName: null,
    steps: [],
    inheritedFrom: null,
    defect: isOld ? "start in the year 1" : null,
  };
}

function stepsOf(
  job: JobTemplate,
  startMs: number,
  endMs: number,
  conclusion: string,
  testsStretch: number,
): StepFact[] {
  const parts: (readonly [string, number])[] = [
    ["Set up job", 1],
    ...job.steps.map(([name, share]): [string, number] => [name, name === "Run tests" ? share * testsStretch : share]),
    ["Complete job", 0],
  ];
  const whole = parts.reduce((sum, [, share]) => sum + share, 0);
  const failedAt = conclusion === "success" ? -1 : parts.length - 2;
  let done = 0;
  return parts.map(([name, share], at) => {
    const startedAt = wholeSecond(startMs + ((endMs - startMs) * done) / whole);
    done += share;
    const completedAt = at === parts.length - 1 ? endMs : wholeSecond(startMs + ((endMs - startMs) * done) / whole);
    return { name, status: "completed", conclusion: at === failedAt ? conclusion : "success", startedAt, completedAt };
  });
}

const HOUR_MS = 3_600_000;

/** One job in seventy has times that are not true, each in a way GitHub has shown. */
function withDefect(job: JobFact, random: SeededRandom): JobFact {
  if (random.integer(70) !== 0 || job.conclusion === "skipped") return job;
  const { createdAt, startedAt, completedAt } = job as { createdAt: number; startedAt: number; completedAt: number };
  switch (random.integer(6)) {
    case 0:
      return { ...job, completedAt: startedAt - 1000, defect: "ends a second before it starts" };
    case 1:
      return { ...job, completedAt: startedAt - HOUR_MS, defect: "ends an hour before it starts" };
    case 2:
      return { ...job, startedAt: "0001-01-01T00:00:00Z", defect: "start in the year 1" };
    case 3:
      return { ...job, startedAt: createdAt, defect: "start is the time of queueing" };
    case 4:
      return { ...job, createdAt: startedAt + 2000, defect: "starts before it was created" };
    default:
      return {
        ...job,
        steps: job.steps.map((step) => ({
          ...step,
          startedAt: withOffset(step.startedAt),
          completedAt: withOffset(step.completedAt),
        })),
        defect: completedAt > 0 ? "steps with offsets and fractions" : null,
      };
  }
}

function withOffset(instant: StepFact["startedAt"]): StepFact["startedAt"] {
  return typeof instant === "number"
    ? `${new Date(instant + 8 * HOUR_MS).toISOString().slice(0, 19)}.000+08:00`
    : instant;
}

/** The jobs of an attempt that is still open, as they look at an instant. */
export function openJobs(plan: AttemptPlan, status: string, atMs: number): JobFact[] {
  return finishedJobs(plan).map((job): JobFact => {
    if (job.inheritedFrom !== null || job.defect !== null) return job;
    const { startedAt, completedAt } = job;
    if (status === "in_progress" && typeof completedAt === "number" && completedAt <= atMs) return job;
    const isRunning = status === "in_progress" && typeof startedAt === "number" && startedAt <= atMs;
    return {
      ...job,
      status: isRunning ? "in_progress" : status === "in_progress" ? "queued" : status,
      conclusion: null,
      // GitHub gives a waiting job the time of queueing as its start.
      startedAt: isRunning ? startedAt : job.createdAt,
      completedAt: null,
      ...(isRunning ? {} : { runnerId: null, runnerName: null, runnerGroupName: null }),
      steps: isRunning ? job.steps.slice(0, 1) : [],
    };
  });
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
