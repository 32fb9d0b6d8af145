import type { SeededRandom } from "../random/index.ts";
import {
  type IncidentKind,
  NO_EFFECTS,
  type PlannedIncident,
  type PlantedCause,
  type RunEffects,
} from "./planted-incident.ts";
import type { WorkflowPlan } from "./organisation.ts";
import { DAY_MS, HOUR_MS, isWeekend, type PlannedRun } from "./rhythm.ts";

interface LastingPlan {
  readonly kind: IncidentKind;
  readonly repositoryName: string;
  readonly workflowName: string;
  /** Where it begins and ends, as shares of the window; null: it lasts to the end, a storm to the same evening. */
  readonly from: number;
  readonly to: number | null;
  readonly factor: number;
  /** The step that slows down, where one does. */
  readonly step: readonly [jobName: string, stepName: string] | null;
  readonly what: string;
}

/** Share of the window over which a ramp reaches its factor. */
const RAMP_SHARE = 0.12;
const STORM_MS = 11 * HOUR_MS;
/** Share of runs that still pass in a failure storm. */
const STORM_SUCCESS = 0.15;

/** Reads "Kind | repository / workflow | from | to or - | factor | job / step or - | what". */
function parsePlan(line: string): LastingPlan {
  const [kind, place, from, to, factor, step, what] = line.split(" | ").map((part) => part.trim());
  const [repositoryName, workflowName] = place!.split(" / ");
  const [jobName, stepName] = step!.split(" / ");
  return {
    kind: kind as IncidentKind,
    repositoryName: repositoryName!,
    workflowName: workflowName!,
    from: Number(from),
    to: to === "-" ? null : Number(to),
    factor: Number(factor),
    step: step === "-" ? null : [jobName!, stepName!],
    what: what!,
  };
}

const LASTING: readonly LastingPlan[] = `
lasting-step | web-shop / CI | 0.45 | - | 1.5 | unit / Run unit tests | a further suite runs with the unit tests
lasting-step | payments-api / Build and test | 0.62 | - | 1.35 | gradle / Compile | incremental compilation was lost
lasting-step | infrastructure / Plan | 0.57 | - | 2 | plan / Terraform plan | every resource is refreshed one by one
lasting-ramp | ml-ranking / Tests | 0.5 | - | 1.7 | pytest / Install dependencies | the dependency tree grows day by day
lasting-ramp | infrastructure / Drift check | 0.36 | - | 1.6 | drift / Compare with cloud | more and more to compare
lasting-recovered | mobile-app / Android | 0.4 | 0.53 | 1.7 | gradle / Build app | the build cache was off for a week
failure-storm | web-shop / Lint | 0.55 | - | ${STORM_SUCCESS} | - | a linter release breaks nearly every run
failure-storm | handbook / Docs | 0.42 | - | ${STORM_SUCCESS} | - | the package registry is down
failure-storm | mobile-app / iOS | 0.3 | - | ${STORM_SUCCESS} | - | a signing certificate has expired
silenced-schedule | payments-api / Nightly integration | 0.78 | - | 0 | - | the schedule was switched off
queue-growth | mobile-app / iOS | 0.7 | - | 8 | - | too few runners of this label
`
  .trim()
  .split("\n")
  .map((line) => parsePlan(line));

/** 9:00 UTC of the working day in which this share of the window falls. */
function workingMorning(startMs: number, endMs: number, share: number): number {
  let dayMs = Math.floor((startMs + share * (endMs - startMs)) / DAY_MS) * DAY_MS;
  while (isWeekend(dayMs)) dayMs += DAY_MS;
  return dayMs + 9 * HOUR_MS;
}

/**
 * What the incident does to one run of its time; null when this run is spared. `progress` goes from 0 at the onset to
 * 1.
 */
function effectsOf(
  plan: LastingPlan,
  workflow: WorkflowPlan,
  progress: number,
  random: SeededRandom,
): RunEffects | null {
  const { kind, factor, step } = plan;
  if (kind === "failure-storm") return random.next() < STORM_SUCCESS ? null : { ...NO_EFFECTS, fate: "fails" };
  if (kind === "silenced-schedule") return { ...NO_EFFECTS, fate: "never-starts" };
  const isRamp = kind === "lasting-ramp" || kind === "queue-growth";
  const reached = isRamp ? 1 + (factor - 1) * Math.min(1, progress) : factor;
  if (step === null) return { ...NO_EFFECTS, queueFactor: reached };
  const [jobName, stepName] = step;
  return { ...NO_EFFECTS, slowStep: { jobName, stepName, extraSeconds: (reached - 1) * workflow.usualSeconds } };
}

function causeOf({ kind, step }: LastingPlan): PlantedCause {
  if (kind === "failure-storm") return { kind: "failures" };
  if (kind === "silenced-schedule") return { kind: "silence" };
  return step === null ? { kind: "queue" } : { kind: "step", jobName: step[0], stepName: step[1] };
}

/** The incidents that last: what changed and stayed, came and went, or failed for hours. */
export function lastingIncidents(
  random: SeededRandom,
  runs: readonly PlannedRun[],
  startMs: number,
  endMs: number,
): readonly PlannedIncident[] {
  return LASTING.flatMap((plan) => {
    const { kind, factor, what } = plan;
    const onsetMs = workingMorning(startMs, endMs, plan.from);
    const stormEndMs = kind === "failure-storm" ? onsetMs + STORM_MS : endMs;
    const untilMs = plan.to === null ? stormEndMs : workingMorning(startMs, endMs, plan.to);
    const effects = new Map<number, RunEffects>();
    runs.forEach((run, place) => {
      const { workflow, repository, createdAtMs } = run;
      if (workflow.name !== plan.workflowName || !repository.fullName.endsWith(`/${plan.repositoryName}`)) return;
      if (createdAtMs < onsetMs || createdAtMs >= untilMs) return;
      const found = effectsOf(plan, workflow, (createdAtMs - onsetMs) / (RAMP_SHARE * (endMs - startMs)), random);
      if (found !== null) effects.set(place, found);
    });
    const first = runs[[...effects.keys()][0] ?? -1];
    if (first === undefined) return [];
    const target = { repositoryId: first.repository.id, workflowId: first.workflow.id };
    return [
      {
        kind,
        factor,
        cause: causeOf(plan),
        what,
        ...target,
        onsetMs,
        endMs: untilMs < endMs ? untilMs : null,
        effects,
      },
    ];
  });
}
