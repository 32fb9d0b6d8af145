import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { problem } from "../operations/problems.ts";
import type { CommandInput, CommandSpec, OptionSpec } from "./command.ts";
import { globalOptionsBeside } from "./options.ts";

export type Parsed =
  | { readonly kind: "run"; readonly spec: CommandSpec; readonly input: CommandInput }
  /** Help or the version: already written. */
  | { readonly kind: "shown" };

/** Reads a command line with commander: help, suggestions for typing errors, and a clear word for each mistake. */
export function parseFull(
  specs: readonly CommandSpec[],
  argv: readonly string[],
  version: string,
  write: (text: string) => void,
): Parsed {
  let parsed: Parsed = { kind: "shown" };
  let mistake = "";
  const program = new Command("oddrun")
    .description("Watches GitHub Actions pipelines and says, with reasons, when a run is unlike its fellows.")
    .version(version, "-V, --version", "Show the version")
    .helpOption("-h, --help", "Show this help")
    .helpCommand("help [command]", "Show the help of a command")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: (text) => (mistake += text) });
  for (const spec of specs) {
    const command = program.command(spec.name).description(spec.summary).allowExcessArguments(false).exitOverride();
    command.configureOutput({ writeOut: write, writeErr: (text) => (mistake += text) });
    for (const argument of spec.args) {
      const dots = argument.variadic === true ? "..." : "";
      command.argument(
        argument.required ? `<${argument.name}${dots}>` : `[${argument.name}${dots}]`,
        argument.description,
      );
    }
    for (const option of spec.options) command.addOption(commanderOption(option));
    for (const option of globalOptionsBeside(spec.options))
      command.addOption(commanderOption(option).helpGroup("Options of every command:"));
    command.helpOption("-h, --help", "Show this help");
    command.action((...values: unknown[]) => {
      const given = command.opts<Record<string, string | boolean | readonly string[]>>();
      const named = (name: string) =>
        given[command.options.find((option) => option.long === `--${name}`)!.attributeName()];
      const texts = (name: string): readonly string[] => {
        const value = named(name);
        return value === undefined || typeof value === "boolean" ? [] : typeof value === "string" ? [value] : value;
      };
      const input: CommandInput = {
        args: values
          .slice(0, spec.args.length)
          .flatMap((value) => (value === undefined ? [] : (value as string | string[]))),
        text: (name) => texts(name).at(-1),
        texts,
        isSet: (name) => named(name) !== undefined,
      };
      parsed = { kind: "run", spec, input };
    });
  }
  const forgotten = forgottenValue(specs, argv);
  if (forgotten !== null) throw problem("bad-usage", forgotten);
  try {
    if (argv.length === 0) program.outputHelp();
    else program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "shown" };
    throw problem("bad-usage", `${sentence(mistake === "" ? error.message : mistake)}${wayOut(error, specs, argv)}`);
  }
  return parsed;
}

function commanderOption(spec: OptionSpec): Option {
  const flags = spec.value === undefined ? `--${spec.name}` : `--${spec.name} <${spec.value}>`;
  const option = new Option(
    flags,
    spec.defaultText === undefined ? spec.description : `${spec.description} (default: ${spec.defaultText})`,
  );
  // a switch that begins with "no-" is a switch like any other, not the undoing of one
  option.negate = false;
  if (spec.value === undefined) return option;
  return option.argParser((value: string, previous: string | readonly string[] | undefined) => {
    if (spec.repeatable === true) return [...((previous as readonly string[] | undefined) ?? []), value];
    if (previous !== undefined && previous !== value) {
      throw new InvalidArgumentError(`It is given twice: "${String(previous)}" and "${value}".`);
    }
    return value;
  });
}

/** What to say of an option that is followed by another one instead of its value, which commander takes for the value; else null. */
function forgottenValue(specs: readonly CommandSpec[], [name, ...words]: readonly string[]): string | null {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) return null;
  const options = [...spec.options, ...globalOptionsBeside(spec.options)];
  const named = (word: string | undefined) => options.find((option) => word === `--${option.name}`);
  for (const [at, word] of words.entries()) {
    const option = named(word);
    const next = named(words[at + 1]);
    if (option?.value !== undefined && next !== undefined) {
      return `--${option.name} needs a value, ${option.value}: what follows it is --${next.name}.`;
    }
  }
  return null;
}

/** Who leaves an argument out does not know the command yet. */
function wayOut({ code }: CommanderError, specs: readonly CommandSpec[], [name]: readonly string[]): string {
  const spec = specs.find((candidate) => candidate.name === name);
  if (code !== "commander.missingArgument" || spec === undefined) return "";
  const args = spec.args.map((argument) => ({
    ...argument,
    shown: `${argument.name}${argument.variadic ? "..." : ""}`,
  }));
  const shown = args.map(({ required, shown }) => (required ? `<${shown}>` : `[${shown}]`)).join(" ");
  return `: oddrun ${spec.name} ${shown}. See "oddrun ${spec.name} --help".`;
}

/** Commander's "error: unknown option '--treshold'\n(Did you mean ...?)" as one line. */
function sentence(text: string): string {
  // "help nope" gives commander's whole help
  if (text.startsWith("Usage:")) return 'There is no such command; "oddrun --help" lists them.';
  return text
    .replace(/^error: /, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}
