import { basename } from "node:path";
import type { MetricsReadOptions } from "../adapters/files/index.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";
import { problem } from "../operations/problems.ts";
import { printable } from "../operations/text/visible-text.ts";

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: "data-dir",
    value: "DIR",
    description: "Everything of this installation: run store and models",
    defaultText: ".oddrun",
  },
  {
    name: "log-level",
    value: "LEVEL",
    description: "How much is logged: silent, error, warn, info or debug",
    defaultText: "warn",
  },
  { name: "log-format", value: "FORMAT", description: "Form of the log: text or json", defaultText: "text" },
];

/** The options of every command, but for those of which a command tells its own story. */
export function globalOptionsBeside(own: readonly OptionSpec[]): readonly OptionSpec[] {
  return GLOBAL_OPTIONS.filter(({ name }) => own.every((option) => option.name !== name));
}

/** What `option` was given as, if it is a whole number within the bounds. */
export function wholeNumber(
  input: CommandInput,
  option: string,
  bounds: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  return wholeNumberIn(input.text(option), `--${option}`, bounds);
}

/** The same of a text from elsewhere, such as the environment; `name` is what the message calls it. */
export function wholeNumberIn(
  text: string | undefined,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  if (text === undefined) return bounds.otherwise;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= bounds.min && value <= bounds.max)) {
    throw problem(
      "bad-usage",
      `${name} takes a whole number from ${bounds.min} to ${bounds.max}, not "${printable(text)}".`,
    );
  }
  return value;
}

/** What `option` was given as, if it is a decimal number that `accepts` takes; `range` says in words which it takes. */
export function decimal(
  input: CommandInput,
  option: string,
  rule: { readonly accepts: (value: number) => boolean; readonly range: string; readonly otherwise: number },
): number {
  const text = input.text(option);
  if (text === undefined) return rule.otherwise;
  const value = /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || !rule.accepts(value)) {
    const hint = text.includes(",") ? " Write a decimal dot." : text.includes("%") ? " Write 0.05 for 5 %." : "";
    throw problem("bad-usage", `--${option} takes a number ${rule.range}, not "${printable(text)}".${hint}`);
  }
  return value;
}

/** What `option` was given as, if it is one of the words. */
export function oneOf<Word extends string>(
  input: CommandInput,
  option: string,
  words: readonly Word[],
  otherwise: Word,
): Word {
  const text = input.text(option);
  if (text === undefined) return otherwise;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    throw problem("bad-usage", `--${option} takes ${words.join(", ")}, not "${printable(text)}".`);
  return word;
}

/** How a metrics file is to be read, from the options that `train` and `score` share. */
export function metricsReadOptions(
  source: string,
  input: CommandInput,
  context: Pick<CommandContext, "stdin">,
): MetricsReadOptions {
  const features = wantedFeatures(input);
  return {
    // not given is not the same as seconds: then suspicious durations are pointed out
    ...(input.isSet("duration-unit") ? { durationUnit: oneOf(input, "duration-unit", ["s", "ms", "min"], "s") } : {}),
    ...(input.text("input") === "-" ? { stdin: context.stdin } : {}),
    ...(features === undefined ? {} : { features }),
    ...(input.isSet("skip-bad")
      ? { skipBad: { rejectPath: rejectPath(source, input), force: input.isSet("force") } }
      : {}),
  };
}

/** What --repo, or another option for it, was given as, if GitHub could call a repository so. */
export function repositoryOption(input: CommandInput, option = "repo"): string | undefined {
  const text = input.text(option);
  if (text === undefined || /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/.test(text))
    return text;
  throw problem("bad-usage", `--${option} is "${printable(text)}"; the name of a repository, "owner/name", is needed.`);
}

/** The columns of --features. */
export function wantedFeatures(input: CommandInput): readonly string[] | undefined {
  return input
    .text("features")
    ?.split(",")
    .map((name) => name.trim());
}

/** Options of the commands that read files with rows. */
export const SKIP_BAD_OPTIONS: readonly OptionSpec[] = [
  { name: "skip-bad", description: "Pass over bad rows and keep them in a reject file" },
  { name: "rejects", value: "FILE", description: "The reject file", defaultText: "INPUT.rejects.csv, here" },
  { name: "force", description: "Replace an output or reject file that is there" },
];

/** Where the bad rows of `source` go. */
export function rejectPath(source: string, input: CommandInput): string {
  return input.text("rejects") ?? `${source === "-" ? "stdin" : basename(source)}.rejects.csv`;
}

/** What --skip-bad left out, and where it is to be seen. */
export function leftOutText(count: number, source: string, input: CommandInput): string {
  const [records, were] = count === 1 ? ["record", "was"] : ["records", "were"];
  return `${count} bad ${records} ${were} left out; ${printable(rejectPath(source, input), 200)} says which and why.`;
}

/** Forest size and cut, as `train` and `train --history` take them. */
export const CONTAMINATION_RULE = {
  accepts: (value: number) => value > 0 && value <= 0.5,
  range: "above 0 and up to 0.5",
};

/** The API to ask: --api-url, else GITHUB_API_URL, which Actions sets; undefined is GitHub's own. */
export function apiUrlOption(input: CommandInput, env: CommandContext["env"]): string | undefined {
  return input.text("api-url") ?? (env["GITHUB_API_URL"] || undefined);
}
