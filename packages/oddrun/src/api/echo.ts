import { LIMITS } from "./limits.ts";

/** A value of the sender's as it may stand in an answer: one line, cut, nothing invisible in it. */
export function echo(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return JSON.stringify(visible(cut(value, LIMITS.echoChars / 2)));
  return String(value);
}

/** Cuts to `charsMax` characters, an ellipsis included. */
export function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}

/** Controls, format characters (bidirectional marks, zero-width, tags), line separators; the joiner that emoji need is left. */
const INVISIBLE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Makes invisible and direction-changing characters visible as their code point, so that text shows what it holds. */
export function visible(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, (character) => {
    if (character === "\n" || character === "\t" || character === "\r") return " ";
    return `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}
