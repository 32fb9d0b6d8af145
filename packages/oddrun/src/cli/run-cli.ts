import { COMMANDS } from "./commands.ts";
import { type CliWorld, runCommandLine } from "./run-command-line.ts";

export type { CliWorld } from "./run-command-line.ts";

/** Runs one command line with all commands at hand, and answers with its exit code. */
export function runCli(world: CliWorld): Promise<number> {
  return runCommandLine(COMMANDS, world);
}
