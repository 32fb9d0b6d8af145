import { printable } from "../../operations/text/visible-text.ts";
import type { RawRow, RowCells } from "./raw-row.ts";

const DEPTH_MAX = 64;

/** How deep `text` nests, and how many fields its outermost object writes down, without building any value. */
function scanJson(text: string): { readonly depth: number; readonly fieldCount: number } {
  let level = 0;
  let depth = 0;
  let fieldCount = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) at = stringEnd(text, at);
    else if (code === 123 || code === 91) depth = Math.max(depth, ++level);
    else if (code === 125 || code === 93) level--;
    else if (code === 58 && level === 1) fieldCount++;
  }
  return { depth, fieldCount };
}

function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 92) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** One object of a JSON list or of an NDJSON line as a row; anything else is a faulty row. */
export function jsonRow(row: number, line: number, text: string): RawRow {
  const bad = (fault: string): RawRow => ({ row, line, raw: text, cells: null, fault });
  const { depth, fieldCount } = scanJson(text);
  if (depth > DEPTH_MAX) return bad(`the row nests deeper than ${DEPTH_MAX} levels. Write its fields side by side.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad(syntaxFault(text, String(error)));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return bad(
      `${printable(text, 40)} is not an object. Write {"build_id": "...", "duration": 300, "failure_rate": 0.05}.`,
    );
  }
  const names = Object.keys(value);
  if (names.length !== fieldCount) return bad("the row has a field twice. Remove one of them.");
  return { row, line, raw: text, cells: value as RowCells, fault: null };
}

function syntaxFault(text: string, message: string): string {
  const place = / at position (\d+)/.exec(message)?.[1];
  const where = place === undefined ? "" : ` at character ${Number(place) + 1}`;
  const hint = /[:,[\s]-?(NaN|Infinity)\b/.test(text)
    ? " NaN and Infinity are not JSON: write null or leave the field out."
    : /,\s*[}\]]/.test(text)
      ? " There is a comma too many."
      : /[}\]]\s*$/.test(text)
        ? " Names and texts stand in double quotes, numbers are plain decimals."
        : " It seems to be cut short.";
  return `the row is not valid JSON${where}.${hint}`;
}
