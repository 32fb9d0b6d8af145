import type { SeededRandom } from "../random/index.ts";
import { streamOf } from "./durations.ts";
import { type LargeJob, type LargeRepository, type LargeWorkflow, usualSecondsOf } from "./large-plan.ts";
import { DAY_MS } from "./rhythm.ts";

/** What was planted into the large organisation and where. Nothing in the history itself tells it. */
export interface LargeIncident {
  /**
   * A step that got slower, and with it the run; the same in a job that the run does not wait for; failures; a schedule that fell
   * silent; or all jobs of one runner label slower in the whole organisation.
   */
  readonly kind: "slower" | "slower-aside" | "failing" | "silent" | "fleet-slower";
  /** 0 for the fleet. */
  readonly repositoryId: number;
  readonly workflowId: number;
  readonly jobName: string | null;
  readonly stepName: string | null;
  /** The runner label of a fleet. */
  readonly labels: string | null;
  readonly onsetMs: number;
  /** null when it lasts to the end. */
  readonly endMs: number | null;
  /** Of a slower one: how many times the usual the run (aside: the job) takes. Of failures: the share of runs more that fail. */
  readonly size: number;
  /** Seconds that the step takes longer; 0 where none does. */
  readonly extraSeconds: number;
  /** Minutes of waiting for runs a week, as planned. */
  readonly extraMinutesAWeek: number;
}

interface Planted {
  readonly kind: LargeIncident["kind"];
  readonly count: number;
}

/** For 400 workflows; fewer workflows get their part, at least one of each. */
const PLANTED: readonly Planted[] = [
  { kind: "slower", count: 40 },
  { kind: "slower-aside", count: 10 },
  { kind: "failing", count: 12 },
  { kind: "silent", count: 3 },
];
const SIZES = [1.2, 1.3, 1.5, 2] as const;
const FLEET_FACTOR = 1.3;
const FLEET_LABELS = "macos-15-xlarge";

/** Chooses what goes wrong, from the first fifth of the history on; no workflow carries two incidents of its own. */
export function planLargeIncidents(
  seed: number,
  repositories: readonly LargeRepository[],
  startMs: number,
  weeks: number,
): readonly LargeIncident[] {
  const random = streamOf(seed, 9_000);
  const free = repositories.flatMap(({ workflows }) => workflows);
  const part = free.length / 400;
  // a schedule must have been seen for some weeks before anyone can miss it
  const onset = (earliest = 0.2): number =>
    startMs + Math.floor((earliest + (0.9 - earliest) * random.next()) * weeks * 7) * DAY_MS;
  const found: LargeIncident[] = [];
  for (const { kind, count } of PLANTED) {
    for (let wanted = Math.max(1, Math.round(count * part)); wanted > 0; wanted--) {
      const fitting = free.filter((workflow) => canCarry(workflow, kind));
      if (fitting.length === 0) break;
      const workflow = fitting[random.integer(fitting.length)]!;
      free.splice(free.indexOf(workflow), 1);
      found.push(plant(random, kind, workflow, onset(kind === "silent" ? 0.4 : undefined)));
    }
  }
  const onsetMs = onset();
  const fleet = repositories.flatMap(({ workflows }) => workflows);
  found.push({
    ...NOWHERE,
    kind: "fleet-slower",
    labels: FLEET_LABELS,
    onsetMs,
    endMs: onsetMs + 6 * DAY_MS,
    size: FLEET_FACTOR,
    extraMinutesAWeek: fleet.reduce((sum, workflow) => sum + fleetMinutesAWeek(workflow), 0),
  });
  return found.sort((one, other) => one.onsetMs - other.onsetMs || one.workflowId - other.workflowId);
}

const NOWHERE = { repositoryId: 0, workflowId: 0, jobName: null, stepName: null, labels: null, extraSeconds: 0 };

function canCarry(workflow: LargeWorkflow, kind: LargeIncident["kind"]): boolean {
  if (kind === "silent") return workflow.event === "schedule";
  if (workflow.event === "schedule" || workflow.runsAWeek < 8) return false;
  return kind !== "slower-aside" || asideJob(workflow) !== undefined;
}

/** A job that ends so early that it can take twice as long without anyone waiting for it. */
const asideJob = ({ jobs }: LargeWorkflow): LargeJob | undefined =>
  jobs.find(
    (job) =>
      usualSecondsOf(jobs.map((one) => (one === job ? longer(job, job.usualSeconds) : one))) === usualSecondsOf(jobs),
  );

const longer = (job: LargeJob, seconds: number): LargeJob => ({ ...job, usualSeconds: job.usualSeconds + seconds });

/** The job that the most runs wait for. */
function criticalJob({ jobs }: LargeWorkflow): LargeJob {
  return jobs.reduce((longest, job) => (job.usualSeconds > longest.usualSeconds ? job : longest));
}

function plant(
  random: SeededRandom,
  kind: LargeIncident["kind"],
  workflow: LargeWorkflow,
  onsetMs: number,
): LargeIncident {
  const { repositoryId, id: workflowId, usualSeconds, runsAWeek } = workflow;
  const lasts = random.next() < 0.75;
  const about = { ...NOWHERE, kind, repositoryId, workflowId, onsetMs, endMs: lasts ? null : onsetMs + 7 * DAY_MS };
  if (kind === "silent") return { ...about, endMs: null, size: 0, extraMinutesAWeek: (runsAWeek * usualSeconds) / 60 };
  if (kind === "failing") {
    const size = 0.2 + 0.1 * random.integer(4);
    return { ...about, size, extraMinutesAWeek: (size * runsAWeek * usualSeconds) / 60 };
  }
  const isAside = kind === "slower-aside";
  const job = isAside ? asideJob(workflow)! : criticalJob(workflow);
  const step = job.steps.reduce((heaviest, one) => (one.usualSeconds > heaviest.usualSeconds ? one : heaviest));
  const size = isAside ? 2 : SIZES[random.integer(SIZES.length)]!;
  const extraSeconds = (size - 1) * (isAside ? job.usualSeconds : usualSeconds);
  const extraMinutesAWeek = isAside ? 0 : (extraSeconds * runsAWeek) / 60;
  return { ...about, jobName: job.name, stepName: step.name, size, extraSeconds, extraMinutesAWeek };
}

function fleetMinutesAWeek({ jobs, usualSeconds, runsAWeek }: LargeWorkflow): number {
  const slowed = jobs.map((job) =>
    job.labels === FLEET_LABELS ? longer(job, (FLEET_FACTOR - 1) * job.usualSeconds) : job,
  );
  return ((usualSecondsOf(slowed) - usualSeconds) * runsAWeek) / 60;
}

/** What the incidents of a moment do to one job: seconds that one step takes longer, and a factor on all of them. */
export function effectOn(
  active: readonly LargeIncident[],
  workflowId: number,
  job: LargeJob,
): { readonly factor: number; readonly stepName: string | null; readonly extraSeconds: number } {
  let factor = 1;
  let stepName: string | null = null;
  let extraSeconds = 0;
  for (const incident of active) {
    if (incident.kind === "fleet-slower" && incident.labels === job.labels) factor *= incident.size;
    if (incident.workflowId === workflowId && incident.jobName === job.name) ({ stepName, extraSeconds } = incident);
  }
  return { factor, stepName, extraSeconds };
}
