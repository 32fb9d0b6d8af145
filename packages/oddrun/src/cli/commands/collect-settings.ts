import { EVERYTHING, type Patterns, type ScopePatterns } from "../../operations/collect/collect-scope.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, OptionSpec } from "../command.ts";
import { apiUrlOption, wholeNumber } from "../options.ts";
import { sinceOption, TIME_FORMS } from "../time-option.ts";

/** Options of every command that collects. */
export const COLLECT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "since",
    value: "WHEN",
    description: `Runs created on that day (UTC) or later: ${TIME_FORMS}`,
    defaultText: "90d",
  },
  {
    name: "max-requests",
    value: "N",
    description: "Send at most so many requests, newest runs first; the same command goes on",
  },
  {
    name: "api-url",
    value: "URL",
    description: "GitHub Enterprise Server: https://HOST/api/v3",
    defaultText: "GITHUB_API_URL, else https://api.github.com",
  },
  {
    name: "max-wait",
    value: "SPAN",
    description: "The longest wait for a rate limit, such as 90s, 65m or 2h",
    defaultText: "65m",
  },
];

/** Options that say which runs are meant. */
export const SCOPE_OPTIONS: readonly OptionSpec[] = [
  ["repos", "repositories", "by name or owner/name"],
  ["workflows", "workflows", "by name or file"],
  ["branches", "branches", "by name"],
].flatMap(([name = "", what, how]): OptionSpec[] => [
  {
    name,
    value: "PATTERN",
    repeatable: true,
    description: `Only these ${what}, ${how}; * stands for any characters, ? for one`,
  },
  { name: `exclude-${name}`, value: "PATTERN", repeatable: true, description: `Not these ${what}` },
]);

export interface CollectSettings {
  readonly targets: readonly string[];
  readonly sinceMs: number;
  readonly patterns: ScopePatterns;
  readonly requestsMax: number | null;
  readonly apiUrl: string | undefined;
  readonly waitLongestMs: number;
}

const DAY_MS = 86_400_000;
const SINCE_DAYS = 90;
/** GitHub keeps what its checks were for so long: nothing older can be asked for. */
const SINCE_DAYS_MAX = 400;
const WAIT_DEFAULT_MS = 65 * 60_000;
const WAIT_MAX_MS = DAY_MS;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Checks everything that can be checked before anything is opened or asked. */
export function collectSettings(
  targets: readonly string[],
  input: CommandInput,
  context: Pick<CommandContext, "env" | "now">,
): CollectSettings {
  const nowMs = context.now();
  const patterns: ScopePatterns = {
    ...EVERYTHING,
    repositories: patternsOf(input, "repos"),
    workflows: patternsOf(input, "workflows"),
    branches: patternsOf(input, "branches"),
  };
  const requestsMax = wholeNumber(input, "max-requests", { min: 1, max: 10_000_000, otherwise: 0 });
  return {
    targets: targets.map(checkedTarget),
    sinceMs: since(input, nowMs),
    patterns,
    requestsMax: requestsMax === 0 ? null : requestsMax,
    apiUrl: apiUrlOption(input, context.env),
    waitLongestMs: longestWait(input),
  };
}

const OWNER = "[A-Za-z0-9][A-Za-z0-9_-]{0,99}";
const TARGET = new RegExp(`^${OWNER}(?:/(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,100})?$`);

function checkedTarget(text: string): string {
  if (TARGET.test(text)) return text;
  const [, found] = /^(?:https?:\/\/|git@)[^/:]+[/:]([A-Za-z0-9_-]+\/[A-Za-z0-9_.-]+?)(?:\.git)?\/?$/.exec(text) ?? [];
  const hint =
    found !== undefined
      ? ` Write ${printable(found)}.`
      : text.endsWith("/*")
        ? ` For all repositories of an owner write its name alone.`
        : "";
  throw problem(
    "bad-usage",
    `"${printable(text)}" is neither a repository, "owner/name", nor an organisation or a person, "owner".${hint}`,
  );
}

function since(input: CommandInput, nowMs: number): number {
  const sinceMs = sinceOption(input, "since", nowMs) ?? nowMs - SINCE_DAYS * DAY_MS;
  if (sinceMs > nowMs) throw problem("bad-usage", "--since lies in the future: no run was created since then.");
  if (nowMs - sinceMs > (SINCE_DAYS_MAX + 1) * DAY_MS) {
    throw problem(
      "bad-usage",
      `--since may lie at most ${SINCE_DAYS_MAX} days back: GitHub keeps nothing older, and logs for 90 days unless it was set otherwise.`,
    );
  }
  return sinceMs;
}

function longestWait(input: CommandInput): number {
  const text = input.text("max-wait");
  if (text === undefined) return WAIT_DEFAULT_MS;
  const [, count, unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms <= WAIT_MAX_MS)) {
    throw problem("bad-usage", `--max-wait takes a span up to 24h such as 90s, 65m or 2h, not "${printable(text)}".`);
  }
  return ms;
}

function patternsOf(input: CommandInput, name: string): Patterns {
  const [include, exclude] = [input.texts(name), input.texts(`exclude-${name}`)];
  for (const pattern of [...include, ...exclude]) {
    if (pattern.trim() === "" || pattern.length > 300) {
      throw problem("bad-usage", `--${name} and --exclude-${name} take a pattern of 1 to 300 characters.`);
    }
  }
  return { include, exclude };
}
