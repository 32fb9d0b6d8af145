import { problem } from "oddrun/internal/operations/problems";
import { printable } from "oddrun/internal/operations/text/visible-text";

export interface InputSpec {
  readonly name: string;
  /** As action.yml and the documentation say it. */
  readonly description: string;
  /** As action.yml has it: an expression is GitHub's to evaluate. */
  readonly default: string;
}

/** The one table of inputs: action.yml and docs/action.md are held against it by a test. */
export const INPUTS = [
  {
    name: "mode",
    description:
      "watch, check, gate or report. Empty: check on pull_request, and on workflow_run of a pull request; watch on everything else.",
    default: "",
  },
  {
    name: "token",
    description: "Token to read runs with and, in watch, to write issues. Permissions by mode: docs/action.md.",
    default: "${{ github.token }}",
  },
  {
    name: "repository",
    description:
      "The repository to look at, owner/name. Another one than the workflow's own needs a token that may read it.",
    default: "${{ github.repository }}",
  },
  {
    name: "config",
    description:
      "Path of the settings in the repository. Empty: oddrun.yaml, else .github/oddrun.yaml. Read from the default branch through the API, never from a checkout.",
    default: "",
  },
  { name: "days", description: "How many days of history to look at, 1 to 400.", default: "90" },
  {
    name: "max-requests",
    description:
      "Send GitHub at most so many requests in this run, 10 to 15000; what is left comes with the next runs, each of which sends at most half as many. A repository's workflows share 1,000 an hour.",
    default: "800",
  },
  {
    name: "metrics",
    description: "Numbers to join to this run, one name=value a line, such as coverage=81.4.",
    default: "",
  },
  {
    name: "fail-on",
    description: "What makes gate fail, separated by commas or lines: slower, failing, odd, or any of these.",
    default: "slower,failing",
  },
  {
    name: "state",
    description: "Where what was learnt is kept between runs: cache (the repository's Actions cache) or none.",
    default: "cache",
  },
  {
    name: "data-dir",
    description:
      "Folder for the store while the job runs. Empty: a folder of its own in the runner's temporary folder.",
    default: "",
  },
  {
    name: "comment",
    description:
      "Whether check keeps one comment on the pull request: auto (once there is something beyond noise), always, or never. Needs pull-requests: write.",
    default: "auto",
  },
  {
    name: "dry-run",
    description: "true: watch says nothing to anybody, and shows its summary.",
    default: "false",
  },
] as const satisfies readonly InputSpec[];

export type InputName = (typeof INPUTS)[number]["name"];

const VALUE_CHARS_MAX = 20_000;

/** The environment variable in which the runner hands an input over (actions/runner, ActionCommandManager and toolkit's getInput). */
export const inputVariable = (name: string): string => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;

/** An input as it was given, without space around it; its default when it is empty and that is no expression. */
export function inputText(env: Readonly<Record<string, string | undefined>>, name: InputName): string {
  const given = (env[inputVariable(name)] ?? "").trim();
  if (given.length > VALUE_CHARS_MAX) throw badInput(name, `has more than ${VALUE_CHARS_MAX} characters`);
  if (given !== "") return given;
  const otherwise: string = INPUTS.find((input) => input.name === name)!.default;
  return otherwise.startsWith("${{") ? "" : otherwise;
}

export function badInput(name: InputName, why: string) {
  return problem("bad-usage", `The input "${name}" ${why}.`);
}

export function wholeInput(
  env: Readonly<Record<string, string | undefined>>,
  name: InputName,
  min: number,
  max: number,
) {
  const text = inputText(env, name);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw badInput(name, `is "${printable(text)}"; a whole number from ${min} to ${max} is needed`);
}

export function booleanInput(env: Readonly<Record<string, string | undefined>>, name: InputName): boolean {
  const text = inputText(env, name);
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw badInput(name, `is "${printable(text)}"; true or false is needed`);
}

export function oneOfInput<Value extends string>(
  env: Readonly<Record<string, string | undefined>>,
  name: InputName,
  values: readonly Value[],
): Value {
  const text = inputText(env, name);
  const found = values.find((value) => value === text.toLowerCase());
  if (found !== undefined) return found;
  throw badInput(name, `is "${printable(text)}"; it is one of ${values.join(", ")}`);
}
