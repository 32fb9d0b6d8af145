/**
 * Text from GitHub, files and requests is hostile wherever it is shown. These few functions are the only ones that make it
 * harmless; Markdown and HTML build on them.
 */

/** Controls, format characters (bidirectional marks, zero-width, tags), private use, line separators; the joiner that emoji need is left. */
const INVISIBLE = "(?!\\u200d)[\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}]";
const INVISIBLE_IN_JSON = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]";
/** None of these: the everyday text. */
const PLAIN = /^[ -~]*$/;

/**
 * Made at their first use, and not literals: those are checked when their file is parsed, and looking up Unicode's classes then
 * takes a good part of the time in which a record is scored.
 */
let invisible: RegExp | undefined;
let invisibleInJson: RegExp | undefined;

/** One line that shows what it holds: an escape or a direction override becomes "⟨U+001B⟩", "⟨U+202E⟩", a line break a space. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  invisible ??= new RegExp(INVISIBLE, "gu");
  return text.toWellFormed().replace(invisible, (character) => {
    if (character === "\n" || character === "\t" || character === "\r") return " ";
    return `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** Cuts to `charsMax` UTF-16 units, an ellipsis included, and never through a character. */
export function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Text made fit for a terminal, a message or a log: visible and cut. */
export function printable(text: string, charsMax = 80): string {
  return cut(visible(text.slice(0, charsMax + 1)), charsMax);
}

/** JSON in which no invisible character stands raw: escaped, so that none is lost. */
export function printableJson(json: string): string {
  invisibleInJson ??= new RegExp(INVISIBLE_IN_JSON, "gu");
  return json.replace(invisibleInJson, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
      return `\\u${unit}`;
    }).join(""),
  );
}
