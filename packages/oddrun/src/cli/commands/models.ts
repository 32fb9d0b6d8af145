import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import type { CommandSpec } from "../command.ts";
import { printable } from "../../operations/visible-text.ts";
import { columns } from "../text-table.ts";
import { WORKSPACE_OPTIONS } from "../azure-settings.ts";
import { COMPARE_OPTIONS } from "./models-compare.ts";

export const modelsCommand: CommandSpec = {
  name: "models",
  summary: "List, show or compare registered model versions",
  args: [
    { name: "action", description: "What to do: list, show or compare", required: true },
    { name: "version", description: "Which one to show, such as metrics-3", required: false },
  ],
  options: [
    { name: "json", description: "Print as JSON" },
    { name: "model-dir", value: "DIR", description: "With compare: folder of the new model", defaultText: "model" },
    {
      name: "registry",
      value: "WHICH",
      description: "With compare: where the serving model is registered: local or azureml",
      defaultText: "local",
    },
    { name: "model-name", value: "NAME", description: "Name of the registered model", defaultText: "pipeline-anomaly" },
    ...WORKSPACE_OPTIONS,
    ...COMPARE_OPTIONS,
  ],
  async run(input, context) {
    if (input.args[0] === "compare" && input.args[1] === undefined) {
      const { compareAction } = await import("./models-compare.ts");
      return await compareAction(input, context);
    }
    const { localRegistry } = await import("../../adapters/model-registry/index.ts");
    const registry = localRegistry(join(context.dataDir, "models"), context.now, context.log);
    const [action, version] = input.args;
    if (action === "list" && version === undefined) {
      const versions = await registry.list();
      context.stdout.write(
        input.isSet("json")
          ? json(versions.map(({ registeredAtMs, ...rest }) => ({ ...rest, registeredAt: isoTime(registeredAtMs) })))
          : listText(versions),
      );
      return 0;
    }
    if (action === "show" && version !== undefined) {
      const { model, registeredAtMs, ...registered } = await registry.load(version);
      const { forest, ...described } = model;
      const shown = {
        ...registered,
        registeredAt: isoTime(registeredAtMs),
        ...described,
        trees: forest.treeCount,
        subsample: forest.subsampleSize,
      };
      context.stdout.write(json(shown));
      return 0;
    }
    throw problem(
      "bad-usage",
      `"oddrun models list" lists the versions, "oddrun models show VERSION" shows one, "oddrun models compare" compares.`,
    );
  },
};

function listText(
  versions: readonly {
    readonly version: string;
    readonly registeredAtMs: number;
    readonly source: string;
    readonly isPromoted: boolean;
  }[],
): string {
  if (versions.length === 0) return `No model has been registered yet. "oddrun train" registers one.\n`;
  const rows = versions.map((row) => [
    row.version,
    isoTime(row.registeredAtMs),
    row.isPromoted ? "in use" : "",
    printable(row.source),
  ]);
  return `${columns([["version", "registered", "", "trained on"], ...rows]).join("\n")}\n`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
