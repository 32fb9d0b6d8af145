import { type Problem, problem } from "../../operations/problems.ts";
import { ROW_BYTES_MAX } from "./raw-row.ts";

/** One element of a JSON list, as its own bytes; only the first kilobyte when it is longer than a row may be. */
export interface JsonElement {
  readonly bytes: Buffer;
  readonly isTooLong: boolean;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const isSpace = (byte: number) => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/**
 * Cuts the elements out of a JSON list as it streams by. `offset` is the place of the first byte in the file, just after the
 * opening bracket; what follows the closing bracket must complete `prefix` (all that came before) to valid JSON.
 * Problem: input-format, with the offset.
 */
export async function* jsonElements(
  chunks: AsyncIterable<Buffer>,
  start: { readonly shownName: string; readonly offset: number; readonly prefix: string },
): AsyncGenerator<readonly JsonElement[]> {
  let offset = start.offset;
  let state: "before-first" | "before-value" | "in-value" | "after-value" | "after-list" = "before-first";
  let level = 0;
  let isString = false;
  let isEscaped = false;
  let parts: Buffer[] = [];
  let length = 0;
  let tail = "";
  const refuse = (at: number, what: string): Problem =>
    problem("input-format", start.shownName, `it is not a valid JSON list at byte ${at + 1}: ${what}`);

  const keep = (piece: Buffer) => {
    if (length <= ROW_BYTES_MAX) parts.push(piece);
    length += piece.length;
  };
  const take = (): JsonElement => {
    const whole = Buffer.concat(parts);
    const isTooLong = length > ROW_BYTES_MAX;
    parts = [];
    length = 0;
    return { bytes: isTooLong ? whole.subarray(0, 1024) : whole, isTooLong };
  };

  for await (const chunk of chunks) {
    const found: JsonElement[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (state === "in-value") {
        if (isString) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isString = false;
          continue;
        }
        if (byte === QUOTE) isString = true;
        else if (byte === 123 || byte === 91) level++;
        else if (level > 0 && (byte === 125 || byte === 93)) level--;
        else if (level === 0 && (byte === COMMA || byte === 93)) {
          keep(chunk.subarray(from, at));
          found.push(take());
          state = byte === COMMA ? "before-value" : "after-list";
        }
      } else if (state === "after-list") {
        tail += chunk.toString("utf8", at);
        if (tail.length > ROW_BYTES_MAX) throw refuse(offset + at, "much follows after the list.");
        break;
      } else if (!isSpace(byte)) {
        if (byte === 93 && state === "before-first") state = "after-list";
        else if (byte === 93) throw refuse(offset + at, "a comma too many stands before the closing bracket.");
        else if (byte === COMMA) throw refuse(offset + at, "a comma stands where a row should.");
        else {
          state = "in-value";
          from = at;
          at--;
        }
      }
    }
    if (state === "in-value") {
      keep(chunk.subarray(from));
    }
    offset += chunk.length;
    yield found;
  }
  if (state !== "after-list") throw refuse(offset, "it ends before the closing bracket. Is the file complete?");
  try {
    JSON.parse(`${start.prefix}]${tail}`);
  } catch {
    throw refuse(offset, "what follows after the list does not belong there.");
  }
}
