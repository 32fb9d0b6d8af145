import type { IsolationForestModel } from "@oddrun/core";
import type { AzureConnection } from "../operations/deploy/azure.ts";
import type { CloudRegistration } from "../operations/deploy/cloud-registry.ts";
import { Problem, problem } from "../operations/problems.ts";
import { checkedModelName, DEFAULT_MODEL_NAME, modelToRegister } from "../operations/models/register-model.ts";
import { azureContext, loadAzure } from "./azure.ts";
import { halfSetWorkspace, isWorkspaceInEnvironment, WORKSPACE_OPTIONS, workspaceName } from "./azure-settings.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";
import { oneOf } from "./options.ts";

export const MODEL_NAME_OPTION: OptionSpec = {
  name: "model-name",
  value: "NAME",
  description: "Name of the model in Azure Machine Learning",
  defaultText: DEFAULT_MODEL_NAME,
};

export function modelNameOption(input: CommandInput): string {
  return checkedModelName(input.text("model-name") ?? DEFAULT_MODEL_NAME);
}

/** Options of `train` about registering what it learnt. */
export const REGISTER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "register",
    value: "WHERE",
    description: "Register the model as a new version too: azureml",
    defaultText: "azureml when AZURE_ML_WORKSPACE, AZURE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID are set",
  },
  { name: "no-register", description: "Keep the model here, whatever the environment says" },
  MODEL_NAME_OPTION,
  ...WORKSPACE_OPTIONS,
];

/** Where a model is to be registered. Nothing has been asked of Azure yet. */
export interface PlannedRegistration {
  readonly connection: AzureConnection;
  readonly modelName: string;
}

export interface Plan {
  /** Null when the model stays here. */
  readonly planned: PlannedRegistration | null;
  /** Why it is registered without being asked to, or why not. */
  readonly notices: readonly string[];
}

/** Reads the settings of `train`, before anything is trained: what is missing is told at once. */
export async function planRegistration(input: CommandInput, context: CommandContext): Promise<Plan> {
  const isAsked = input.isSet("register");
  if (isAsked) oneOf(input, "register", ["azureml"], "azureml");
  if (isAsked && input.isSet("no-register")) {
    throw problem("bad-usage", "--register and --no-register do not go together.");
  }
  const own = ["model-name", ...WORKSPACE_OPTIONS.map(({ name }) => name)].find((name) => input.isSet(name));
  const isByEnvironment = !isAsked && isWorkspaceInEnvironment(context.env);
  if (input.isSet("no-register") || (!isAsked && !isByEnvironment)) {
    if (own !== undefined) throw problem("bad-usage", `--${own} goes with --register azureml.`);
    const half = input.isSet("no-register") ? null : halfSetWorkspace(context.env);
    const notice = `${half}: the model is not registered in Azure. Set all three, or give --no-register.`;
    return { planned: null, notices: half === null ? [] : [notice] };
  }
  if (isAsked) return { planned: await connect(input, context, "--register azureml"), notices: [] };
  const variables = "AZURE_ML_WORKSPACE, AZURE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID are set";
  try {
    const planned = await connect(input, context, "Registering the model");
    return {
      planned,
      notices: [`${variables}: the model is registered in ${planned.connection.place}. --no-register keeps it here.`],
    };
  } catch (error) {
    // not asked for in words: then a package that is not there is no reason not to train
    if (!(error instanceof Problem) || error.code !== "azure-package-missing" || own !== undefined) throw error;
    return { planned: null, notices: [`${variables}, and the model is not registered: ${error.message}`] };
  }
}

/** The workspace that options or environment name; `wanted` says what needs it. */
export async function connect(
  input: CommandInput,
  context: CommandContext,
  wanted: string,
): Promise<PlannedRegistration> {
  const modelName = modelNameOption(input);
  const name = workspaceName(input, context.env, wanted);
  const connection = (await loadAzure(wanted)).connectWorkspace(name, azureContext(context));
  return { connection, modelName };
}

export interface ModelToPush {
  readonly model: IsolationForestModel;
  readonly source: string;
  /** What to do when it fails, as the end of the message. */
  readonly wayOut: string;
}

export interface PushOutcome {
  readonly json: object;
  readonly text: string;
  /** To be thrown when the outcome has been shown. */
  readonly failure: Problem | null;
}

/** Registers a model. A failure is part of the outcome: the model is kept here, and what was printed of it still holds. */
export async function pushModel(
  { connection, modelName }: PlannedRegistration,
  { model, source, wayOut }: ModelToPush,
  context: CommandContext,
): Promise<PushOutcome> {
  const { encodedModel } = await import("../adapters/model-registry/index.ts");
  const { gitCommit } = await import("./git-commit.ts");
  const { version } = await import("./version.ts");
  const { SAMPLE_MARK } = await import("./sample-file.ts");
  if (source.endsWith(SAMPLE_MARK)) {
    context.stderr.write(
      "Note: this model is trained on made-up data, the sample: what it flags says nothing of your pipelines.\n",
    );
  }
  const facts = {
    name: modelName,
    source,
    oddrunVersion: version(),
    gitCommit: gitCommit(context.env, process.cwd()),
  };
  try {
    const registration = await connection.registry.register(modelToRegister(model, encodedModel(model), facts));
    return outcomeOf(registration, connection.place, wayOut);
  } catch (error) {
    if (!(error instanceof Problem)) {
      if (context.signal.aborted) {
        context.stderr.write(`Stopped while registering in ${connection.place}. ${wayOut} Nothing is added twice.\n`);
      }
      throw error;
    }
    const failure = new Problem(error.code, `The model is not registered: ${error.message} ${wayOut}`);
    return { json: { registered: false, code: error.code, message: error.message }, text: "", failure };
  }
}

function outcomeOf(registration: CloudRegistration, place: string, wayOut: string): PushOutcome {
  const { name, version, isNew, pageUrl, run, properties } = registration;
  const what = `version ${version} of ${name}`;
  const shown =
    run.kind === "recorded"
      ? { id: run.id, pageUrl: run.pageUrl }
      : { code: run.problem.code, message: run.problem.message };
  const first = isNew
    ? `Registered as ${what} in ${place}.`
    : `This very model is ${what} in ${place} already: nothing was added.`;
  return {
    json: { registered: true, name, version, isNew, pageUrl, properties: Object.fromEntries(properties), run: shown },
    text: `${[first, `  ${pageUrl}`, ...(run.kind === "recorded" ? [`  its run: ${run.pageUrl}`] : [])].join("\n")}\n`,
    failure:
      run.kind === "recorded"
        ? null
        : new Problem(
            run.problem.code,
            `${what} is registered, and its run is not recorded in full: ${run.problem.message} ${wayOut}`,
          ),
  };
}
