import { parseArgs } from "node:util";
import type { CommandInput, CommandSpec, OptionSpec } from "./command.ts";
import { GLOBAL_OPTIONS } from "./options.ts";

/**
 * Reads a command line without commander, whose loading would be a fifth of a one-record `score`. Answers null for anything
 * unusual (help, a mistake, an option given twice): commander then reads it again and says what is wrong.
 */
export function parseFast(spec: CommandSpec, argv: readonly string[]): CommandInput | null {
  const options = [...spec.options, ...GLOBAL_OPTIONS];
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options: Object.fromEntries(
        options.map((option) => [
          option.name,
          { type: option.value === undefined ? "boolean" : "string", multiple: true },
        ]),
      ),
    });
    const required = spec.args.filter((argument) => argument.required).length;
    const isVariadic = spec.args.at(-1)?.variadic === true;
    if (positionals.length < required || (positionals.length > spec.args.length && !isVariadic)) return null;
    const given = values as Record<string, readonly (string | boolean)[] | undefined>;
    if (options.some((option) => isGivenTwice(option, given[option.name]))) return null;
    return {
      args: positionals,
      text: (name) => given[name]?.filter(isText).at(-1),
      texts: (name) => (given[name] ?? []).filter(isText),
      isSet: (name) => given[name] !== undefined,
    };
  } catch {
    return null;
  }
}

function isText(value: string | boolean): value is string {
  return typeof value === "string";
}

function isGivenTwice(option: OptionSpec, values: readonly unknown[] | undefined): boolean {
  return option.repeatable !== true && values !== undefined && values.length > 1;
}
