import type { AzureWorkspaceName } from "../operations/deploy/azure.ts";
import { problem } from "../operations/problems.ts";
import { printable } from "../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";

/** Each part of the workspace's name, by the option and by the environment variable that says it. */
const PARTS = [
  ["workspace", "AZURE_ML_WORKSPACE"],
  ["resource-group", "AZURE_RESOURCE_GROUP"],
  ["subscription", "AZURE_SUBSCRIPTION_ID"],
] as const;

/** What no name of a workspace, a resource group or a subscription has; the warnings of a tool whose output was taken for one have it. */
const NO_NAME = /[\s\p{C}/\\?#%]/u;
const NAME_LENGTH_MAX = 260;

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

/** The endpoint that --endpoint or else the environment names; null when neither does. */
export function namedEndpoint(input: CommandInput, env: CommandContext["env"]): string | null {
  return input.text("endpoint") ?? ((env["AZURE_ML_ENDPOINT"] ?? "").trim() || null);
}

/** True when the environment names a workspace in full: then `train` registers there by itself. */
export function isWorkspaceInEnvironment(env: CommandContext["env"]): boolean {
  return PARTS.every(([, variable]) => (env[variable] ?? "").trim() !== "");
}

/** What to say of an environment that names a part of a workspace; null when it names all or nothing. Many set the subscription alone, for other tools. */
export function halfSetWorkspace(env: CommandContext["env"]): string | null {
  const isSet = ([, variable]: (typeof PARTS)[number]) => (env[variable] ?? "").trim() !== "";
  const missing = PARTS.filter((part) => !isSet(part)).map(([, variable]) => variable);
  const set = PARTS.filter(isSet).map(([, variable]) => variable);
  if (missing.length === 0 || set.every((variable) => variable === "AZURE_SUBSCRIPTION_ID")) return null;
  return `${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set, ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not`;
}

/** The workspace that options or else the environment name; `wanted` says what needs it. */
export function workspaceName(input: CommandInput, env: CommandContext["env"], wanted: string): AzureWorkspaceName {
  const value = (option: string, variable: string) => (input.text(option) ?? env[variable] ?? "").trim();
  const missing = PARTS.filter(([option, variable]) => value(option, variable) === "");
  if (missing.length > 0) {
    const ways = missing.map(([option, variable]) => `--${option} or ${variable}`);
    throw problem("bad-usage", `${wanted} needs a workspace: set ${ways.join(", ")}.`);
  }
  for (const [option, variable] of PARTS) {
    const text = value(option, variable);
    if (text.length <= NAME_LENGTH_MAX && !NO_NAME.test(text)) continue;
    const where = input.text(option) === undefined ? variable : `--${option}`;
    throw problem(
      "bad-usage",
      `${where} is "${printable(text, 60)}", which cannot be a name in Azure: it is too long, or has blanks, slashes or control characters in it.`,
    );
  }
  const [workspace, resourceGroup, subscriptionId] = PARTS.map(([option, variable]) => value(option, variable));
  return { workspace: workspace!, resourceGroup: resourceGroup!, subscriptionId: subscriptionId! };
}
