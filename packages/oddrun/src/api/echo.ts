import { cut, visible } from "../operations/text/visible-text.ts";
import { LIMITS } from "./limits.ts";

/** A value of the sender's as it may stand in an answer: one line, cut, nothing invisible in it. */
export function echo(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return JSON.stringify(visible(cut(value, LIMITS.echoChars / 2)));
  return String(value);
}
