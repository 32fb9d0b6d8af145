import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../packages/oddrun/src/cli/commands.ts";
import { GLOBAL_OPTIONS } from "../packages/oddrun/src/cli/options.ts";
import { type Callable, ROOT } from "./workflow-policy.ts";

/** The npm scripts and the commands of `oddrun` that there are, each with its options. */
export async function callableCommands(): Promise<Callable> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
  const commands = Object.entries(COMMANDS).map(async ([name, load]) => {
    const options = [...(await load()).options, ...GLOBAL_OPTIONS].map((option) => option.name);
    return [name, new Set([...options, "help"])] as const;
  });
  return { npmScripts: new Set(Object.keys(scripts)), commands: new Map(await Promise.all(commands)) };
}
