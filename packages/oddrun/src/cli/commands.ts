import type { CommandSpec } from "./command.ts";

/** Each command's module, loaded only when the command or the help is asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<CommandSpec>>> = {
  models: async () => (await import("./commands/models.ts")).modelsCommand,
};
