import type { LoggedRequest, PlantedAnswer } from "../azure-stand-in/index.ts";
import { badFailure, brokenNow, isMarked, messagesOf, unfinished } from "./fault-checks.ts";
import { type Scenario, scenarioOf } from "./fault-scenarios.ts";
import type { Stage } from "./fault-stage.ts";
import type { KeptWorld } from "./kept-world.ts";

export const FAULTS = ["401", "403", "404", "409", "424", "429", "500", "503", "lost-before", "lost-after"] as const;
export type Fault = (typeof FAULTS)[number];

/** One request of a command that goes well, and how often its step was asked for before. */
export interface Step {
  readonly at: number;
  readonly step: string;
  readonly host: string;
  readonly method: string;
  readonly before: number;
}

export interface Prepared {
  readonly scenario: Scenario;
  readonly world: KeptWorld;
  readonly steps: readonly Step[];
  /** Parameters and metrics of a run that is complete. */
  readonly figures: number;
}

/** Runs what comes before a scenario, keeps the world there, and takes the list of its requests from a run that goes well. */
export async function prepare(stage: Stage, scenario: Scenario): Promise<Prepared> {
  const { standIn, run } = stage;
  const { state, requests } = standIn;
  for (const map of [state.models, state.environments, state.blobs, state.experiments, state.runs, state.endpoints]) {
    map.clear();
  }
  for (const name of scenario.after) expectDone(await run(scenarioOf(name).args(stage)), name);
  const world = stage.keep();
  standIn.clearRequests();
  expectDone(await run(scenario.args(stage)), scenario.name);
  const seen = new Map<string, number>();
  const steps = requests.map(({ step, host, method }: LoggedRequest, at) => {
    const before = seen.get(step) ?? 0;
    seen.set(step, before + 1);
    return { at, step, host, method, before };
  });
  const [first] = state.runs.values();
  const figures = first === undefined ? 0 : first.params.size + new Set(first.metrics.map(({ key }) => key)).size;
  const wrong = unfinished(state, scenario, figures);
  if (wrong.length > 0) throw new Error(`${scenario.name} without a fault: ${wrong.join("; ")}`);
  return { scenario, world, steps, figures };
}

function expectDone({ exitCode, err }: { readonly exitCode: number; readonly err: string }, what: string): void {
  if (exitCode !== 0) throw new Error(`${what} without a fault ended with ${exitCode}: ${err}`);
}

export interface Cell {
  readonly scenario: Scenario["name"];
  readonly step: Step;
  readonly fault: Fault;
  /** Once, or at this request and every later one of its step. */
  readonly isLasting: boolean;
}

/** absorbed: the command went through all the same; told: it ended with a message, and repeating it completed the work. */
export interface CellOutcome {
  readonly cell: Cell;
  readonly outcome: "absorbed" | "told";
  /** What the program said when it told. */
  readonly message: string | null;
  /** What is wrong; empty when all promises held. */
  readonly wrong: readonly string[];
}

/** Plants the fault, runs the command, takes the fault away, runs it again, and looks at everything that was promised. */
export async function tryCell(stage: Stage, prepared: Prepared, cell: Cell): Promise<CellOutcome> {
  const { standIn, run } = stage;
  const { scenario, world, figures } = prepared;
  const { step, fault, isLasting } = cell;
  world.putBack();
  standIn.clearRequests();
  const wasServing = scenario.name === "deploy update";
  const wrong = new Set<string>();
  const look = () => {
    for (const each of brokenNow(standIn.state, wasServing)) wrong.add(each);
  };
  const unwatch = standIn.plant({
    match: () => {
      look();
      return false;
    },
    answer: "lost-before",
  });
  const lift = standIn.plant({
    step: step.step,
    skip: step.before,
    times: isLasting ? Number.POSITIVE_INFINITY : 1,
    answer: planted(fault, step.host),
  });
  const args = scenario.args(stage);
  const first = await run(args);
  lift();
  look();
  for (const each of badFailure(first, standIn)) wrong.add(`first run: ${each}`);
  if (!standIn.requests.some((request) => request.fault !== null)) wrong.add("the fault was never met");
  // what went through has to be whole by itself, but for the mark of who is at work; where an answer was lost, a repetition must change nothing
  if (first.exitCode !== 0 || fault === "lost-after" || isMarked(standIn.state)) {
    const { exitCode, err } = await run(args);
    if (exitCode !== 0) wrong.add(`repeated it ended with ${exitCode}: ${messagesOf(err).join(" ")}`);
  }
  unwatch();
  look();
  for (const each of unfinished(standIn.state, scenario, figures)) wrong.add(`in the end: ${each}`);
  if (standIn.refusedHosts.length > 0) wrong.add(`hosts of others were asked: ${standIn.refusedHosts.join()}`);
  const [message = null] = messagesOf(first.err);
  return { cell, outcome: first.exitCode === 0 ? "absorbed" : "told", message, wrong: [...wrong] };
}

/** All cells of a scenario. */
export function cellsOf({ scenario, steps }: Prepared, faults: readonly Fault[] = FAULTS): readonly Cell[] {
  return steps.flatMap((step) =>
    faults.flatMap((fault) =>
      [false, true].map((isLasting): Cell => ({ scenario: scenario.name, step, fault, isLasting })),
    ),
  );
}

/** The service's own refusal; MLflow's 404 is the one that says there is no such thing, which means most. */
function planted(fault: Fault, host: string): PlantedAnswer {
  if (fault === "lost-before" || fault === "lost-after") return fault;
  if (fault === "404" && host.endsWith(".api.azureml.ms"))
    return { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "There is no such thing." } };
  return Number(fault);
}

/** The first request of each step that `isMeant`, and three faults: a refusal, a failure that passes, and work done whose answer is lost. */
export function quickCells({ scenario, steps }: Prepared, isMeant: RegExp): readonly Cell[] {
  return steps
    .filter(({ before, step }) => before === 0 && isMeant.test(step))
    .flatMap((step) =>
      (["403", "500", "lost-after"] as const).map(
        (fault): Cell => ({ scenario: scenario.name, step, fault, isLasting: false }),
      ),
    );
}
