import { printable } from "./visible-text.ts";

/**
 * Text from outside as a code span in a cell of a Markdown table: no mention, link, image, HTML or emphasis comes alive there. A backtick
 * would end the span and is shown as an apostrophe; a bar would end the cell and is escaped.
 */
export function neutralMarkdown(text: string, lengthMax = 80): string {
  const shown = printable(text, lengthMax)
    .replaceAll("`", "'")
    .replaceAll("\\", "\u{29f5}")
    .replaceAll("|", "\\|")
    .trim();
  return shown === "" ? "" : `\`${shown}\``;
}

/** Letters, digits and plain punctuation; an amount in dollars; "_" within a word, where it emphasises nothing. */
const PLAIN = /^(?:[\p{L}\p{N} .,;:%…()+-]|\$(?=\d)|(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}]))*$/u;
/** What GitHub makes a link or a picture of without any other mark. */
const ALIVE = /(?:https?|ftp|mailto|xmpp):|www\.|\bGH-\d|:[a-z0-9_+-]*[a-z_][a-z0-9_+-]*:/i;
const isPlain = (text: string): boolean => PLAIN.test(text) && !ALIVE.test(text);

/**
 * Our own words stay plain, and what stands in quotation marks, a name from outside, is a code span. Where anything else is more than
 * letters, digits and plain punctuation, the whole sentence is a code span.
 */
export function neutralSentence(text: string, lengthMax = 400): string {
  const shown = printable(text, lengthMax);
  const parts = shown.split('"');
  const isPaired = parts.length % 2 === 1 && parts.every((part, place) => place % 2 === 1 || isPlain(part));
  if (!isPaired) return neutralMarkdown(text, lengthMax);
  return parts.map((part, place) => (place % 2 === 1 ? neutralMarkdown(part, lengthMax) || '""' : part)).join("");
}
