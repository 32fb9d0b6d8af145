import type { Decision } from "@oddrun/core";
import { printable } from "../../operations/text/visible-text.ts";
import { MUTE_USUAL_DAYS } from "./order-labels.ts";

/** A line of a comment that is meant for Oddrun. */
export type OrderLine =
  | {
      readonly kind: "order";
      readonly decision: Decision;
      readonly untilMs: number | null;
      /** The reason given, if any: one line, fit to be shown. */
      readonly note: string | null;
      /** The line in its plainest form: what makes it the same order when it is read again. */
      readonly text: string;
    }
  | { readonly kind: "unclear"; readonly text: string };

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };
export const MUTE_LONGEST_DAYS = 365;
const ORDERS_MAX = 10;
const NOTE_CHARS_MAX = 300;
const BODY_CHARS_MAX = 20_000;

const VERBS: Readonly<Record<string, Decision>> = {
  ack: "acknowledged",
  acknowledge: "acknowledged",
  mute: "muted",
  accept: "accepted",
  reject: "rejected",
  reopen: "reopened",
  unmute: "reopened",
};

/** What is accepted, for who wrote something else. */
export const ACCEPTED_LINES: readonly string[] = [
  "/oddrun ack",
  "/oddrun mute 14d",
  "/oddrun mute until 2026-12-24",
  "/oddrun accept",
  "/oddrun reject",
  "/oddrun reopen",
];

/**
 * The orders in a comment: "/oddrun VERB ..." at the very start of a line, in any letter case. What is quoted, in a code block or in an HTML
 * comment is no order. `atMs`: when it was written.
 */
export function ordersIn(body: string, atMs: number): readonly OrderLine[] {
  return saidLines(body.slice(0, BODY_CHARS_MAX))
    .map((line) => /^\/oddrun(?:[ \t]+(.*))?$/iu.exec(line))
    .filter((found) => found !== null)
    .slice(0, ORDERS_MAX)
    .map(([, rest = ""]) => orderIn(rest.trim(), atMs));
}

/** The lines outside of code blocks and HTML comments. */
function saidLines(body: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of body.replace(/<!--[^]*?(?:-->|$)/g, "").split(/\r\n|[\n\r]/)) {
    const [, mark = null] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === null && mark !== null) fence = mark;
    else if (fence !== null) fence = mark?.startsWith(fence) === true ? null : fence;
    else lines.push(line);
  }
  return lines;
}

function orderIn(rest: string, atMs: number): OrderLine {
  const [, verb = "", after = ""] = /^([a-z]+)(?:\s+(.*))?$/isu.exec(rest) ?? [];
  const decision = Object.hasOwn(VERBS, verb.toLowerCase()) ? VERBS[verb.toLowerCase()]! : null;
  const unclear = { kind: "unclear", text: printable(`/oddrun ${rest}`, 100) } as const;
  if (decision === null) return unclear;
  const span = decision === "muted" ? spanIn(after, atMs) : { untilMs: null, note: after };
  if (span === null) return unclear;
  const note = printable(span.note.trim(), NOTE_CHARS_MAX);
  const text = [verb.toLowerCase(), after.replace(/\s+/gu, " ").trim()].join(" ").trim();
  return { kind: "order", decision, untilMs: span.untilMs, note: note === "" ? null : note, text };
}

/** "14d because of the move": until when, and why. Nothing at all is the usual span; null for no span that can be. */
function spanIn(text: string, atMs: number): { readonly untilMs: number; readonly note: string } | null {
  if (text.trim() === "") return { untilMs: atMs + MUTE_USUAL_DAYS * DAY_MS, note: "" };
  const [, word = "", , note = ""] = /^(?:(?:for|until)\s+)?(\S+)(\s+(.*))?$/isu.exec(text.trim()) ?? [];
  const [, count, unit] = /^(\d{1,4})([hdw])$/i.exec(word) ?? [];
  const isDay = /^\d{4}-\d\d-\d\d$/.test(word);
  const untilMs =
    count === undefined
      ? isDay
        ? Date.parse(word)
        : Number.NaN
      : atMs + Number(count) * UNITS_MS[unit!.toLowerCase()]!;
  const isSound = untilMs > atMs && untilMs <= atMs + MUTE_LONGEST_DAYS * DAY_MS;
  return isSound ? { untilMs, note } : null;
}
