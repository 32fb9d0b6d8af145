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

/** Our own words stay plain; a sentence that carries a name from outside with anything but letters, digits and plain punctuation is a code span. */
export function neutralSentence(text: string, lengthMax = 400): string {
  return /^[\p{L}\p{N} .,;:%…()+-]*$/u.test(text) && !/https?:|www\./i.test(text)
    ? printable(text, lengthMax)
    : neutralMarkdown(text, lengthMax);
}
