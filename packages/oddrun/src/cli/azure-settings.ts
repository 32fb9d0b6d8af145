import type { AzureWorkspaceName } from "../operations/azure.ts";
import { problem } from "../operations/problems.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";

/** Each part of the workspace's name, by the option and by the environment variable that says it. */
const PARTS = [
  ["workspace", "AZURE_ML_WORKSPACE"],
  ["resource-group", "AZURE_RESOURCE_GROUP"],
  ["subscription", "AZURE_SUBSCRIPTION_ID"],
] as const;

/** Options of every command that speaks with an Azure Machine Learning workspace. */
export const WORKSPACE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "workspace",
    value: "NAME",
    description: "Azure Machine Learning workspace",
    defaultText: "AZURE_ML_WORKSPACE",
  },
  {
    name: "resource-group",
    value: "NAME",
    description: "Resource group of the workspace",
    defaultText: "AZURE_RESOURCE_GROUP",
  },
  {
    name: "subscription",
    value: "ID",
    description: "Subscription of the resource group",
    defaultText: "AZURE_SUBSCRIPTION_ID",
  },
];

/** True when the environment names a workspace in full: then `train` registers there by itself. */
export function isWorkspaceInEnvironment(env: CommandContext["env"]): boolean {
  return PARTS.every(([, variable]) => (env[variable] ?? "") !== "");
}

/** The workspace that options or else the environment name; `wanted` says what needs it. */
export function workspaceName(input: CommandInput, env: CommandContext["env"], wanted: string): AzureWorkspaceName {
  const value = (option: string, variable: string) => (input.text(option) ?? env[variable] ?? "").trim();
  const missing = PARTS.filter(([option, variable]) => value(option, variable) === "");
  if (missing.length > 0) {
    const ways = missing.map(([option, variable]) => `--${option} or ${variable}`);
    throw problem("bad-usage", `${wanted} needs a workspace: set ${ways.join(", ")}.`);
  }
  const [workspace, resourceGroup, subscriptionId] = PARTS.map(([option, variable]) => value(option, variable));
  return { workspace: workspace!, resourceGroup: resourceGroup!, subscriptionId: subscriptionId! };
}
