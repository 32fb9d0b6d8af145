import { join } from "node:path";
import { IMAGE, type Stage } from "./fault-stage.ts";

/** A command whose every request is to fail once, and what is there before it runs. */
export interface Scenario {
  readonly name: "register first" | "register next" | "deploy first" | "deploy update" | "deploy delete";
  /** Shown to readers. */
  readonly command: string;
  readonly args: (stage: Stage) => readonly string[];
  /** Scenarios whose commands come before it, oldest first. */
  readonly after: readonly Scenario["name"][];
  /** What is to be there in the end. */
  readonly ends: {
    /** By model: its versions. */
    readonly versions: number;
    /** The version that has all the traffic; null when there is no endpoint. */
    readonly serves: string | null;
  };
}

const MODEL = "pipeline-anomaly";
export const ENDPOINT = "oddrun-faults";

function train({ folder }: Stage, seed: 1 | 2): readonly string[] {
  const own = join(folder, `${seed}`);
  return [
    "train",
    "--register=azureml",
    `--input=${join(own, "metrics.csv")}`,
    "--trees=5",
    `--model-dir=${join(own, "model")}`,
    `--data-dir=${join(own, "data")}`,
  ];
}

const deploy = (...more: readonly string[]) => ["deploy", "azureml", ENDPOINT, "--yes", ...more];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "register first",
    command: "oddrun train --register azureml, into an empty workspace",
    args: (stage) => train(stage, 1),
    after: [],
    ends: { versions: 1, serves: null },
  },
  {
    name: "register next",
    command: "oddrun train --register azureml, the second version",
    args: (stage) => train(stage, 2),
    after: ["register first"],
    ends: { versions: 2, serves: null },
  },
  {
    name: "deploy first",
    command: "oddrun deploy azureml, a new endpoint",
    args: () => deploy("--image", IMAGE),
    after: ["register first"],
    ends: { versions: 1, serves: "1" },
  },
  {
    name: "deploy update",
    command: "oddrun deploy azureml, version 2 in place of version 1",
    args: () => deploy("--image", IMAGE),
    after: ["register first", "deploy first", "register next"],
    ends: { versions: 2, serves: "2" },
  },
  {
    name: "deploy delete",
    command: "oddrun deploy azureml --delete",
    args: () => deploy("--delete"),
    after: ["register first", "deploy first"],
    ends: { versions: 1, serves: null },
  },
];

export const scenarioOf = (name: Scenario["name"]): Scenario => SCENARIOS.find((each) => each.name === name)!;

/** The name that models are registered under when none is given. */
export const REGISTERED = MODEL;
