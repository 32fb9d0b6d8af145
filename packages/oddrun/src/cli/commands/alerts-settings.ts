import type { Settings } from "../../operations/settings/settings.ts";
import type { CommandContext, CommandInput } from "../command.ts";

/** The settings that --config names, or those of the working directory. Channels say themselves what they lack. */
export async function alertSettings(input: CommandInput, { env }: CommandContext): Promise<Settings> {
  const { loadSettings } = await import("../../adapters/settings/index.ts");
  const path = input.text("config");
  return loadSettings({ env, sendsNothing: true, ...(path === undefined ? {} : { path }) });
}
