import type { CommandInput, CommandSpec } from "./command.ts";
import { globalOptionsBeside } from "./options.ts";

/**
 * Reads a command line without commander, whose loading would be a fifth of a one-record `score`. Answers null for anything
 * but the plainest words (help, a short option, a mistake, an option given twice): commander then reads it again and says
 * what is wrong.
 */
export function parseFast(spec: CommandSpec, argv: readonly string[]): CommandInput | null {
  const options = new Map(
    [...spec.options, ...globalOptionsBeside(spec.options)].map((option) => [option.name, option]),
  );
  const given = new Map<string, string[]>();
  const args: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (!word.startsWith("-") || word === "-") {
      args.push(word);
      continue;
    }
    const [, name = "", attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = options.get(name);
    if (option === undefined || (given.has(name) && option.repeatable !== true)) return null;
    const values = given.get(name) ?? [];
    given.set(name, values);
    if (option.value === undefined) {
      if (attached !== undefined) return null;
      continue;
    }
    const value = attached ?? argv[(at += 1)];
    // a value that looks like an option is more often a value that was forgotten
    if (value === undefined || (attached === undefined && value.startsWith("-") && value !== "-")) return null;
    values.push(value);
  }
  const required = spec.args.filter((argument) => argument.required).length;
  const isVariadic = spec.args.at(-1)?.variadic === true;
  if (args.length < required || (args.length > spec.args.length && !isVariadic)) return null;
  return {
    args,
    text: (name) => given.get(name)?.at(-1),
    texts: (name) => given.get(name) ?? [],
    isSet: (name) => given.has(name),
  };
}
