import { problem } from "../../operations/problems.ts";
import { WORKSPACE_OPTIONS } from "../azure-settings.ts";
import { MODEL_NAME_OPTION } from "../cloud-registration.ts";
import type { CommandContext, CommandInput, CommandSpec, OptionSpec } from "../command.ts";
import { oneOf } from "../options.ts";
import { COMPARE_OPTIONS } from "./models-compare.ts";

type Action = (input: CommandInput, context: CommandContext) => Promise<number>;

/** What follows `oddrun models`; each is loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, (isCloud: boolean) => Promise<Action>>> = {
  list: async (isCloud) =>
    isCloud ? (await import("./models-cloud.ts")).listInCloud : (await import("./models-local.ts")).listHere,
  show: async () => (await import("./models-local.ts")).showHere,
  compare: async () => (await import("./models-compare.ts")).compareAction,
  push: async () => (await import("./models-cloud.ts")).pushToCloud,
  pull: async () => (await import("./models-cloud.ts")).pullFromCloud,
};
/** Whether each takes a version behind it. */
const TAKES_VERSION: readonly string[] = ["show", "push", "pull"];

/** An option that would be read by nobody was meant for something else. */
function refuseOptions(input: CommandInput, options: readonly OptionSpec[], where: string): void {
  const misplaced = options.find(({ name }) => input.isSet(name));
  if (misplaced !== undefined) throw problem("bad-usage", `--${misplaced.name} goes with ${where}.`);
}

export const modelsCommand: CommandSpec = {
  name: "models",
  summary: "List, show, compare, push or pull model versions",
  args: [
    { name: "action", description: "What to do: list, show, compare, push or pull", required: true },
    {
      name: "version",
      description: "Which one: metrics-3 to show or push, 3 to pull; without it the one in use, or the newest",
      required: false,
    },
  ],
  options: [
    { name: "json", description: "Print as JSON" },
    {
      name: "model-dir",
      value: "DIR",
      description: "Folder of the model: the new one to compare, one to push, where to put what is pulled",
      defaultText: "model; push: the version in use here",
    },
    {
      name: "registry",
      value: "WHICH",
      description: "Which registry is meant: local or azureml",
      defaultText: "local; push and pull: azureml",
    },
    { name: "force", description: "With pull: replace another model that is in the folder" },
    MODEL_NAME_OPTION,
    ...WORKSPACE_OPTIONS,
    ...COMPARE_OPTIONS,
  ],
  async run(input, context) {
    const [action = "", version] = input.args;
    const load = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (load === undefined || (version !== undefined && !TAKES_VERSION.includes(action))) {
      throw problem(
        "bad-usage",
        `"oddrun models list" lists the versions, "show VERSION" shows one, "compare" compares, "push [VERSION]" registers one in Azure Machine Learning and "pull [VERSION]" fetches one from there.`,
      );
    }
    const isAlwaysCloud = action === "push" || action === "pull";
    const registry = oneOf(input, "registry", ["local", "azureml"], isAlwaysCloud ? "azureml" : "local");
    if (isAlwaysCloud && registry === "local") {
      throw problem("bad-usage", `"oddrun models ${action}" is about --registry azureml.`);
    }
    if (registry === "local") refuseOptions(input, [MODEL_NAME_OPTION, ...WORKSPACE_OPTIONS], "--registry azureml");
    if (action !== "compare") refuseOptions(input, COMPARE_OPTIONS, '"oddrun models compare"');
    if (action !== "pull" && input.isSet("force"))
      throw problem("bad-usage", '--force goes with "oddrun models pull".');
    if (action === "show" && registry === "azureml") {
      throw problem("bad-usage", `"oddrun models show" is about the versions here; pull one from azureml to see it.`);
    }
    return await (await load(registry === "azureml"))(input, context);
  },
};
