import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { columns } from "../text-table.ts";

/** `oddrun models list`. */
export async function listHere(input: CommandInput, context: CommandContext): Promise<number> {
  const versions = await (await registryHere(context)).list();
  context.stdout.write(
    input.isSet("json")
      ? jsonText(versions.map(({ registeredAtMs, ...rest }) => ({ ...rest, registeredAt: isoTime(registeredAtMs) })))
      : listText(versions),
  );
  return 0;
}

/** `oddrun models show VERSION`. */
export async function showHere(input: CommandInput, context: CommandContext): Promise<number> {
  const [, version] = input.args;
  if (version === undefined) {
    throw problem("bad-usage", `Which version? "oddrun models show VERSION"; "oddrun models list" lists them.`);
  }
  const { model, registeredAtMs, ...registered } = await (await registryHere(context)).load(version);
  const { forest, ...described } = model;
  const shown = {
    ...registered,
    registeredAt: isoTime(registeredAtMs),
    ...described,
    trees: forest.treeCount,
    subsample: forest.subsampleSize,
  };
  context.stdout.write(jsonText(shown));
  return 0;
}

async function registryHere(context: CommandContext) {
  const { localRegistry } = await import("../../adapters/model-registry/index.ts");
  return localRegistry(join(context.dataDir, "models"), context.now, context.log);
}

function listText(
  versions: readonly {
    readonly version: string;
    readonly registeredAtMs: number;
    readonly source: string;
    readonly isPromoted: boolean;
  }[],
): string {
  if (versions.length === 0) return `No model is kept here yet. "oddrun train" makes one.\n`;
  const rows = versions.map((row) => [
    row.version,
    isoTime(row.registeredAtMs),
    row.isPromoted ? "in use" : "",
    printable(row.source),
  ]);
  return `${columns([["version", "kept since", "", "trained on"], ...rows]).join("\n")}\n`;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
