import type { CommandContext, CommandInput } from "./command.ts";

/** "oddrun detect" as it works where this one was started: through npx where npx started it, with the data folder that was named. */
export function printedCommand(
  name: string,
  input: Pick<CommandInput, "text">,
  { env }: Pick<CommandContext, "env">,
): string {
  const dataDir = input.text("data-dir");
  const options = dataDir === undefined ? [] : ["--data-dir", shellWord(dataDir)];
  return [program(env), name, ...options].join(" ");
}

function program(env: CommandContext["env"]): string {
  if (!env["npm_command"]) return "oddrun";
  const [prefix = "", cwd = ""] = [env["npm_config_local_prefix"], env["INIT_CWD"]];
  const isBelow = prefix === "" || cwd === prefix || cwd.startsWith(`${prefix}/`);
  return isBelow ? "npx oddrun" : `npx --prefix ${shellWord(prefix)} oddrun`;
}

/** `text` as one word of a shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
