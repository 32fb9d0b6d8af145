import type { SeededRandom } from "../random/index.ts";
import {
  type IncidentKind,
  NO_EFFECTS,
  type PlannedIncident,
  type PlantedCause,
  type RunEffects,
} from "./planted-incident.ts";
import { USUAL_QUEUE_SECONDS, type WorkflowPlan } from "./organisation.ts";
import { DAY_MS, type PlannedRun } from "./rhythm.ts";

const COUNTS: readonly (readonly [kind: IncidentKind, count: number])[] = [
  ["slow-run", 8],
  ["fast-run", 6],
  ["hanging-step", 7],
  ["queue-jam", 5],
];
/** A workflow with fewer calm runs than this has no usual from which one could stand out. */
const CALM_RUNS_MIN = 40;
const TRIES_MAX = 200;

type Effect = Pick<PlannedIncident, "factor" | "what" | "cause"> & { readonly effects: RunEffects };

/** What happens to the one run, with the factor and the words for it; null when this workflow would not show it. */
function effectsOf(kind: IncidentKind, workflow: WorkflowPlan, random: SeededRandom): Effect | null {
  const effects: RunEffects = { ...NO_EFFECTS, fate: "succeeds" };
  const longest = workflow.jobs.reduce((job, other) => (other.usualSeconds > job.usualSeconds ? other : job));
  const usualQueue = USUAL_QUEUE_SECONDS[longest.labels] ?? 1;
  const factor = 3 + random.integer(31) / 10;
  const everything: PlantedCause = { kind: "everything" };
  if (kind === "slow-run") {
    const what = "a slow machine: every step takes longer";
    return { effects: { ...effects, workFactor: factor }, factor, cause: everything, what };
  }
  if (kind === "fast-run") {
    // Where waiting weighs as much as work, a run without work is not strangely fast.
    if (workflow.usualSeconds < 100 || usualQueue > 0.1 * workflow.usualSeconds) return null;
    return {
      effects: { ...effects, workFactor: 0.1 },
      factor: 0.1,
      cause: everything,
      what: "green without doing the work",
    };
  }
  if (kind === "queue-jam") {
    const queueExtraSeconds = 900 + random.integer(1800);
    const longer = Math.round(1 + queueExtraSeconds / usualQueue);
    const what = `no runner free for ${longest.labels}`;
    return { effects: { ...effects, queueExtraSeconds }, factor: longer, cause: { kind: "queue" }, what };
  }
  const { name: jobName, heaviestStep: stepName } = longest;
  const slowStep = { jobName, stepName, extraSeconds: (factor - 1) * workflow.usualSeconds };
  const what = `step "${stepName}" of job "${jobName}" hangs`;
  return { effects: { ...effects, slowStep }, factor, cause: { kind: "step", jobName, stepName }, what };
}

/** Single odd runs, spread over the workflows, where nothing lasting goes on and enough history lies before. */
export function singleIncidents(
  random: SeededRandom,
  runs: readonly PlannedRun[],
  lasting: readonly PlannedIncident[],
  startMs: number,
  endMs: number,
): readonly PlannedIncident[] {
  const earliestMs = startMs + 0.3 * (endMs - startMs);
  const latestMs = startMs + 0.97 * (endMs - startMs);
  const calm = new Map<number, number[]>();
  runs.forEach(({ workflow, createdAtMs, supersededAtMs }, place) => {
    if (createdAtMs < earliestMs || createdAtMs > latestMs || supersededAtMs !== null) return;
    const troubles = lasting.filter(({ workflowId }) => workflowId === workflow.id);
    if (troubles.some((other) => createdAtMs >= other.onsetMs && createdAtMs < (other.endMs ?? endMs) + DAY_MS)) return;
    const places = calm.get(workflow.id);
    if (places === undefined) calm.set(workflow.id, [place]);
    else places.push(place);
  });
  const eligible = [...calm.values()].filter((places) => places.length >= CALM_RUNS_MIN);
  const found: PlannedIncident[] = [];
  for (const [kind, count] of COUNTS) {
    const wanted = found.length + count;
    for (let tries = 0; found.length < wanted && eligible.length > 0 && tries < TRIES_MAX; tries++) {
      const places = eligible[random.integer(eligible.length)]!;
      const place = places[random.integer(places.length)]!;
      const { workflow, repository, createdAtMs: onsetMs } = runs[place]!;
      const isNear = found.some(
        (other) => other.workflowId === workflow.id && Math.abs(other.onsetMs - onsetMs) < DAY_MS,
      );
      const planned = isNear ? null : effectsOf(kind, workflow, random);
      if (planned === null) continue;
      const { effects, factor, cause, what } = planned;
      const target = { repositoryId: repository.id, workflowId: workflow.id };
      found.push({
        kind,
        factor,
        cause,
        what,
        ...target,
        onsetMs,
        endMs: onsetMs,
        effects: new Map([[place, effects]]),
      });
    }
  }
  return found;
}
