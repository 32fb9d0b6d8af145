import { printableJson } from "../operations/text/visible-text.ts";

/** Indented JSON for `--json`, with nothing invisible in its texts. */
export function jsonText(value: unknown): string {
  // line by line: the line breaks between the fields are no text of anyone's
  const lines = JSON.stringify(value, null, 2).split("\n");
  return `${lines.map(printableJson).join("\n")}\n`;
}
