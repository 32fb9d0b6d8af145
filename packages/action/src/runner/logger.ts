import type { Logger } from "oddrun/ports";
import type { WorkflowCommands } from "./commands.ts";

/** The log of the program as debug lines of the runner: seen when a person re-runs with debug logging. */
export function runnerLogger(commands: WorkflowCommands): Logger {
  const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    commands.debug(`${level} ${message}${fields === undefined ? "" : ` ${JSON.stringify(fields)}`}`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
