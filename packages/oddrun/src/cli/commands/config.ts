import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandSpec } from "../command.ts";

/** `oddrun config`: what the settings say, and what is wrong with them. Values of environment variables are never shown. */
export const configCommand: CommandSpec = {
  name: "config",
  summary: "Check oddrun.yaml, or show what holds",
  args: [
    { name: "action", description: 'What to do: "check" or "show"', required: true },
    { name: "file", description: "The settings (default: oddrun.yaml, else .github/oddrun.yaml)", required: false },
  ],
  options: [{ name: "json", description: "Show: print as JSON" }],
  async run(input, context) {
    const [action = "", named] = input.args;
    if (action !== "check" && action !== "show")
      throw problem("bad-usage", '"oddrun config check" looks for mistakes, "oddrun config show" tells what holds.');
    if (input.isSet("json") && action === "check") throw problem("bad-usage", '--json goes with "oddrun config show".');
    const { findSettings, SETTINGS_PLACES } = await import("../../adapters/settings/index.ts");
    const path = named ?? findSettings(".");
    const where = path === null ? `no ${SETTINGS_PLACES.join(" or ")} here: what is usual holds` : printable(path, 200);
    return action === "check"
      ? await check(path, where, context)
      : await show(path, where, input.isSet("json"), context);
  },
};

async function look(path: string | null) {
  const { lookAtSettings, readSettingsFile } = await import("../../adapters/settings/index.ts");
  return lookAtSettings(path === null ? "{}" : await readSettingsFile(path), path ?? "the settings");
}

async function check(path: string | null, where: string, context: CommandContext): Promise<number> {
  const { channelVariables } = await import("../../adapters/settings/index.ts");
  const { settingsHeld, settingsSet } = await import("../../operations/settings/settings-text.ts");
  const { columns } = await import("../text-table.ts");
  const { settings, written, problems } = await look(path);
  const lines = [problems.length === 0 ? `Settings: ${where}` : `Settings: ${where}, with mistakes`];
  for (const { message } of problems) lines.push(`  ${message}`);

  const rows = settingsSet(written).flatMap((each) => {
    const usual = each.key === "channels" || each.usual === "" ? "" : `usual: ${shownValue(each.usual)}`;
    return settingRows(each).map((row) => [...row, usual]);
  });
  const unnamed = settingsHeld(settings, written).filter(({ key, isUsual }) => isUsual && key.startsWith("channels."));
  if (rows.some(([key]) => key!.startsWith("channels.")))
    rows.push(...unnamed.flatMap((each) => settingRows(each).map((row) => [...row, "there anyway"])));
  if (rows.length > 0) lines.push("", "It sets:", ...columns(rows));
  else if (problems.length === 0) lines.push("", "It sets nothing: everything is as usual.");

  const variables = channelVariables(settings, context.env);
  const bad = variables.filter(({ fault }) => fault !== null && fault !== "is not set");
  if (variables.length > 0) {
    lines.push("", "Environment variables that channels need:");
    lines.push(
      ...columns(
        variables.map(({ name, channel, holds, fault }) => [name, `${holds} of ${channel}`, fault ?? "is set"]),
      ),
    );
  }
  lines.push(...(await workflowLines(settings, context.dataDir)));
  if (bad.length > 0 || problems.length > 0) {
    context.stdout.write(`${lines.join("\n")}\n`);
    return 2;
  }
  context.stdout.write(`${[...lines, "", "No mistakes."].join("\n")}\n`);
  return 0;
}

/** Where there is a store: names of workflows that none in it has. */
async function workflowLines(settings: Settings, dataDir: string): Promise<readonly string[]> {
  const { lookAtStore, openStore } = await import("../../adapters/store/index.ts");
  const { unknownWorkflows } = await import("../../operations/settings/settings-text.ts");
  const place = join(dataDir, "oddrun.db");
  if ((await lookAtStore(place)) === null) return [];
  const store = await openStore(place, { readOnly: true });
  try {
    const repositories = await store.repositories();
    const unknown = unknownWorkflows(settings, await store.workflowsOf(repositories.map(({ id }) => id)));
    if (unknown.length === 0) return [];
    const told = unknown.map(({ key, pattern, meant }) => {
      const hint = meant === null ? "" : `; did you mean "${printable(meant)}"?`;
      return `  ${key}: no workflow in ${printable(place, 100)} is called "${printable(pattern)}"${hint}`;
    });
    return ["", "Perhaps misspelt, or not run yet:", ...told];
  } finally {
    await store.close();
  }
}

async function show(path: string | null, where: string, isJson: boolean, context: CommandContext): Promise<number> {
  const { settings, written, problems } = await look(path);
  const [first] = problems;
  if (first !== undefined) throw first;
  const { settingsHeld } = await import("../../operations/settings/settings-text.ts");
  const { jsonText } = await import("../json-text.ts");
  const { columns } = await import("../text-table.ts");
  if (isJson) context.stdout.write(jsonText({ path, settings }));
  else {
    const rows = settingsHeld(settings, written).flatMap((each) =>
      settingRows(each).map((row) => (each.isUsual ? [...row, "(usual)"] : row)),
    );
    context.stdout.write(`Settings: ${where}\n\n${columns(rows).join("\n")}\n`);
  }
  return 0;
}

/** A setting in the words of the file: what has names of its own, channels and routes, in a line for each. */
function settingRows({
  key,
  value,
}: {
  readonly key: string;
  readonly value: unknown;
}): readonly (readonly string[])[] {
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof value !== "object" || value === null || (Array.isArray(value) && typeof first !== "object"))
    return [[printable(key, 100), shownValue(value)]];
  return Object.entries(value).map(([name, inner]) => [
    printable(Array.isArray(value) ? `${key}[${name}]` : `${key}.${name}`, 100),
    shownValue(inner),
  ]);
}

/** As YAML takes it on one line. */
function shownValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shownValue).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([name, inner]) => `${printable(name, 100)}: ${shownValue(inner)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  return value === "[]" ? "none" : printable(String(value), 100);
}
