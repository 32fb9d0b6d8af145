import { type SeededRandom, seededRandom } from "@oddrun/core";
import type { AttemptFact, RunFact, WorkflowFact } from "./corpus.ts";
import { type AttemptPlan, endOfAttempt, finishedJobs, JOBLESS, openJobs } from "./generated-jobs.ts";
import { TEMPLATES, type WorkflowTemplate } from "./workflow-templates.ts";

export interface RunOutline {
  readonly seed: number;
  readonly nowMs: number;
  /** Among all generated runs. */
  readonly ordinal: number;
  readonly runNumber: number;
  readonly createdAtMs: number;
  /** A given workflow, else one by weight. */
  readonly template: WorkflowTemplate | null;
  readonly templates: readonly WorkflowTemplate[];
  readonly workflows: readonly WorkflowFact[];
  readonly headSha: string;
  readonly isSlower: boolean;
  readonly isAmongNewest: boolean;
  /** A month old and still waiting for an approval. */
  readonly isOldWaiting: boolean;
}

/** Ids have more than 32 bits and gaps, and those of jobs tell the run. */
const RUN_ID_STEP = 7;
const RUN_IDS_FROM = 9_100_000_000;
const JOB_IDS_FROM = 41_000_000_000;
const JOBS_PER_ATTEMPT = 1024;
const JOBS_PER_RUN = 4 * JOBS_PER_ATTEMPT;
const HOUR_MS = 3_600_000;

export function runIdOfGeneratedJob(jobId: number): number {
  return RUN_IDS_FROM + Math.floor((jobId - JOB_IDS_FROM) / JOBS_PER_RUN) * RUN_ID_STEP;
}

const OUTCOMES: readonly (readonly [outcome: string, weight: number])[] = [
  ["success", 8160],
  ["failure", 900],
  ["cancelled", 400],
  ["skipped", 200],
  ["zero-jobs", 60],
  ["timed_out", 60],
  ["startup_failure", 50],
  ["action_required", 50],
  ["neutral", 40],
  ["stale", 40],
  ["null", 20],
  ["quarantined", 20],
];

export function generatedRun(outline: RunOutline): RunFact {
  const { ordinal, createdAtMs, nowMs } = outline;
  const runSeed = (outline.seed % 1_000_000) * 4_000_000_000 + ordinal * 16;
  const random = seededRandom(runSeed);
  const template = outline.template ?? (outline.isOldWaiting ? TEMPLATES[3]! : weighted(random, TEMPLATES));
  const outcome =
    outline.template !== null || outline.isOldWaiting || outline.isAmongNewest ? "success" : pick(random, OUTCOMES);
  const plans = planAttempts(outline, template, outcome, runSeed, random);
  const approvals =
    template.environment !== null && outcome === "success" && !outline.isOldWaiting
      ? [{ environment: template.environment, state: "approved" as const, login: "octo-dev", comment: "Go" }]
      : NO_APPROVALS;
  const at = outline.templates.indexOf(template);
  const hidden = random.integer(500);
  return {
    id: RUN_IDS_FROM + ordinal * RUN_ID_STEP,
    runNumber: outline.runNumber,
    workflowId: outline.workflows[at]?.id ?? null,
    createdAtMs,
    event: template.event === "push" && random.integer(2) === 0 ? "pull_request" : template.event,
    headBranch: hidden === 0 ? null : branchOf(random),
    headSha: outline.headSha,
    displayTitle: TITLES[random.integer(TITLES.length)]!,
    actor: hidden === 1 ? null : ACTORS[random.integer(ACTORS.length)]!,
    approvals,
    attempts: plans.map((plan, planAt) => attemptFact(plan, planAt === plans.length - 1, hidden === 2, outline, nowMs)),
  };
}

function planAttempts(
  outline: RunOutline,
  template: WorkflowTemplate,
  outcome: string,
  runSeed: number,
  random: SeededRandom,
): AttemptPlan[] {
  const { ordinal, createdAtMs, nowMs } = outline;
  const stretch = outline.isSlower && template.file === "ci.yml" ? 2 : 1;
  const rerunDraw = random.integer(100);
  const canRerun =
    (outcome === "success" || outcome === "failure") && outline.template === null && !outline.isAmongNewest;
  const attemptCount = !canRerun || outline.isOldWaiting ? 1 : rerunDraw < 1 ? 3 : rerunDraw < 6 ? 2 : 1;
  const plans: AttemptPlan[] = [];
  for (let at = 0; at < attemptCount; at++) {
    const before = plans.at(-1) ?? null;
    const gapMs = before === null ? 0 : (2 + random.integer(600)) * 60_000;
    const startMs = before === null ? createdAtMs : endOfAttempt(before) + gapMs;
    // A re-run that would not be over yet is left out.
    if (before !== null && startMs + 2 * HOUR_MS > nowMs) break;
    const isLast = at === attemptCount - 1;
    plans.push({
      template,
      runAttempt: at + 1,
      seed: runSeed + 1 + at,
      firstJobId: JOB_IDS_FROM + ordinal * JOBS_PER_RUN + at * JOBS_PER_ATTEMPT,
      startMs,
      queueS: 2 + random.integer(template.jobs[0]!.group === "GitHub Actions" ? 20 : 180),
      workS: Math.max(
        6,
        Math.round(template.workS * stretch * (0.85 + 0.3 * random.next()) * (random.integer(60) === 0 ? 2 : 1)),
      ),
      approvalS: template.environment !== null && at === 0 ? 60 + random.integer(7200) : 0,
      outcome: isLast ? outcome : "failure",
      testsStretch: stretch === 1 ? 1 : 3,
      before,
      kind: (["all", "failed", "failed", "job"] as const)[random.integer(4)]!,
    });
  }
  return plans;
}

function attemptFact(
  plan: AttemptPlan,
  isLast: boolean,
  hasNoStart: boolean,
  outline: RunOutline,
  nowMs: number,
): AttemptFact {
  const endMs = endOfAttempt(plan);
  const { runAttempt, startMs } = plan;
  const jobCount = JOBLESS.has(plan.outcome) ? 0 : plan.template.jobs.length;
  const common = { runAttempt, runStartedAt: hasNoStart ? null : startMs, jobCount };
  const conclusion = conclusionOf(plan.outcome);
  const status = isLast ? openStatus(outline, plan, endMs, nowMs) : null;
  if (status === null) {
    return { ...common, status: "completed", conclusion, updatedAt: endMs + 1000, jobs: jobsLater(plan), finish: null };
  }
  // It ends a few hours from now: what has begun takes longer, what has not begins later.
  const laterS = Math.ceil(Math.max(0, nowMs + (1 + (outline.ordinal % 5)) * HOUR_MS - endMs) / 1000);
  const late =
    status === "in_progress" ? { ...plan, workS: plan.workS + laterS } : { ...plan, queueS: plan.queueS + laterS };
  return {
    ...common,
    status,
    conclusion: null,
    updatedAt: Math.min(nowMs, startMs + 5000),
    jobs: openJobsLater(late, status, nowMs),
    finish: { atMs: endOfAttempt(late), conclusion, jobs: jobsLater(late) },
  };
}

// Made here, so that a kept function keeps its plan and nothing else.
const jobsLater = (plan: AttemptPlan) => () => finishedJobs(plan);
const openJobsLater = (plan: AttemptPlan, status: string, atMs: number) => () => openJobs(plan, status, atMs);

/** null for an attempt that is over. */
function openStatus(outline: RunOutline, plan: AttemptPlan, endMs: number, nowMs: number): string | null {
  if (outline.isOldWaiting) return "waiting";
  if (outline.isAmongNewest && plan.outcome === "success") return NEWEST_STATUSES[outline.ordinal % 3]!;
  return endMs > nowMs ? "in_progress" : null;
}

const NEWEST_STATUSES = ["queued", "pending", "in_progress"] as const;

function conclusionOf(outcome: string): string | null {
  if (outcome === "zero-jobs") return "failure";
  return outcome === "null" ? null : outcome;
}

function pick<T>(random: SeededRandom, choices: readonly (readonly [T, number])[]): T {
  let left = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  return choices[0]![0];
}

function weighted(random: SeededRandom, templates: readonly WorkflowTemplate[]): WorkflowTemplate {
  return pick(
    random,
    templates.map((template) => [template, template.weight] as const),
  );
}

function branchOf(random: SeededRandom): string {
  const draw = random.integer(10);
  if (draw < 4) return "main";
  return draw === 4 ? DEPENDENCIES[random.integer(40)]! : FEATURES[random.integer(900)]!;
}

/** Looks like a commit's hash. */
export function commitSha(repositoryId: number, commit: number): string {
  const random = seededRandom(repositoryId * 100_000 + commit);
  return Buffer.from(Uint32Array.from({ length: 5 }, () => random.integer(2 ** 32)).buffer).toString("hex");
}

const NO_APPROVALS: RunFact["approvals"] = [];
/** Made once: as many texts as runs would take much memory. */
const FEATURES = Array.from({ length: 900 }, (_, at) => `feature/change-${at}`);
const DEPENDENCIES = Array.from({ length: 40 }, (_, at) => `dependabot/npm_and_yarn/lib-${at}`);
const ACTORS = ["octo-dev", "mona", "hubot", "dependabot[bot]", "github-actions[bot]"];
/** Text from GitHub is hostile; some of these try. */
const TITLES = [
  "Fix the flaky test of the parser",
  "Bump lib from 1.2.3 to 1.2.4",
  "Merge branch 'main' into feature",
  'Say "hello", and <b>be bold</b>',
  "Update README.md",
  '=HYPERLINK("http://attacker.invalid")',
  "\u001b[31mred\u001b[0m and a \u202ereversed tail",
  "Nightly",
  "Release v2.4.0",
  "Ünïcödé, 日本語, 🚀",
];
