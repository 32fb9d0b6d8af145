/** Control, invisible and direction-changing characters, line separators and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Makes every character visible: a terminal escape or a direction override becomes `\u{1b}`, `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** Hostile text made fit for a message: visible, and at most `lengthMax` characters. */
export function printable(text: string, lengthMax = 80): string {
  const shown = visible(text.slice(0, lengthMax + 1));
  return shown.length > lengthMax ? `${shown.slice(0, lengthMax - 1)}…` : shown;
}
