import { problem } from "../operations/problems.ts";
import { printable } from "../operations/text/visible-text.ts";
import type { CommandInput, OptionSpec } from "./command.ts";

/** What `sinceOption` takes, for the help of an option. */
export const TIME_FORMS =
  "a span such as 12h, 30d or 8w back from now, a day such as 2026-01-31 (its midnight in UTC), or an instant such as 2026-01-31T06:00Z";

/** The two options of a command that looks at a stretch of time. */
export const TIME_WINDOW_OPTIONS: readonly OptionSpec[] = [
  { name: "since", value: "WHEN", description: `Only runs that ended then or later: ${TIME_FORMS}` },
  { name: "until", value: "WHEN", description: "Only runs that ended before then, in the same forms" },
];

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const SPAN = /^(\d{1,5})([hdw])$/;
const ISO = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;

/** The instant that option `name` gives, in milliseconds since 1970 UTC; undefined without it. Problem: bad-usage. */
export function sinceOption(input: CommandInput, name: string, nowMs: number): number | undefined {
  return instantOption(input, name, (spanMs) => nowMs - spanMs, TIME_FORMS);
}

/** The instant ahead that option `name` gives: a span is from now on. Problem: bad-usage, also where it has passed. */
export function untilOption(input: CommandInput, name: string, nowMs: number): number | undefined {
  const forms = TIME_FORMS.replace("back from now", "from now");
  const untilMs = instantOption(input, name, (spanMs) => nowMs + spanMs, forms);
  if (untilMs !== undefined && untilMs <= nowMs) {
    throw problem("bad-usage", `--${name} (${new Date(untilMs).toISOString()}) has passed already.`);
  }
  return untilMs;
}

function instantOption(
  input: CommandInput,
  name: string,
  atSpan: (spanMs: number) => number,
  forms: string,
): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const span = SPAN.exec(text);
  if (span !== null) return atSpan(Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS]);
  const [whole, day = "", zone] = ISO.exec(text) ?? [];
  const refuse = (why: string) =>
    problem("bad-usage", `--${name} takes ${forms}, not "${printable(text)}"${why === "" ? "" : `: ${why}`}.`);
  if (whole === undefined) throw refuse(/^\d{9,}$/.test(text) ? "a count of seconds or milliseconds is not read" : "");
  if (text.length > day.length && zone === undefined) throw refuse("it has no time zone, add a Z for UTC");
  // JavaScript takes 30 February for 2 March
  const midnight = Date.parse(`${day}T00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) throw refuse("there is no such day");
  const ms = text === day ? midnight : text.includes("T24") ? Number.NaN : Date.parse(text);
  if (Number.isNaN(ms)) throw refuse("there is no such time of day");
  return ms;
}

/** --since and --until. Problem: bad-usage, also where nothing can lie between them. */
export function timeWindow(
  input: CommandInput,
  nowMs: number,
): { readonly sinceMs?: number; readonly untilMs?: number } {
  const sinceMs = sinceOption(input, "since", nowMs);
  const untilMs = sinceOption(input, "until", nowMs);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    const [since, until] = [sinceMs, untilMs].map((ms) => new Date(ms).toISOString());
    throw problem("bad-usage", `--since (${since}) is not before --until (${until}): no run can lie between them.`);
  }
  return { ...(sinceMs === undefined ? {} : { sinceMs }), ...(untilMs === undefined ? {} : { untilMs }) };
}
