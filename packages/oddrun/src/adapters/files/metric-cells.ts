import { printable } from "../../operations/text/visible-text.ts";
import { restoreFormula } from "./csv-cell.ts";

const BUILD_ID_LENGTH_MAX = 256;
const DURATION_S_MAX = 35 * 86_400;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export type DurationUnit = "s" | "ms" | "min";
const SECONDS_IN: Readonly<Record<DurationUnit, number>> = { s: 1, ms: 0.001, min: 60 };

/** A cell's meaning: a number (NaN = missing), or what is wrong with it. */
export type NumberReading = number | string;

/** 10 to the power of the place; dividing a whole number below 2^53 by one of these rounds correctly (Clinger 1990). */
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, power) => Number(`1e${power}`));

/** A strict decimal number from a CSV cell, NaN for all else; Infinity for one too large. */
export function decimalOf(cell: string): number {
  const plain = plainDecimalOf(cell);
  if (plain >= 0) return plain;
  const trimmed = cell.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** The everyday case without a search or a conversion: up to 15 digits and a dot. -1 for all else. */
function plainDecimalOf(cell: string): number {
  const { length } = cell;
  if (length > 16) return -1;
  let mantissa = 0;
  let digitCount = 0;
  let dot = -1;
  for (let at = 0; at < length; at++) {
    const code = cell.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + code - 48;
      digitCount++;
    } else if (code === 46 && dot < 0) dot = at;
    else return -1;
  }
  if (digitCount === 0 || digitCount > 15) return -1;
  return dot < 0 ? mantissa : mantissa / (POWERS_OF_TEN[length - 1 - dot] as number);
}

/** Reads the number of one cell; `column` decides about ranges and empty cells by its known names. */
export function readNumber(cell: unknown, column: string, unit: DurationUnit): NumberReading {
  const known = knownColumn(column);
  let value: number;
  if (typeof cell === "number") value = cell;
  else if (cell === undefined || cell === null || cell === "") return known === null ? Number.NaN : isEmpty(column);
  else if (typeof cell === "string") value = decimalOf(cell);
  else return `${column} is ${describe(cell)}, not a number. Write a plain number.`;
  if (!Number.isFinite(value)) return notANumber(cell, column, known);
  if (known === null) return value;
  return known === "duration" ? durationOf(value, cell, unit) : shareOf(value, cell);
}

/** As `readNumber`, for a cell of a JSON row: there a number must be written as one. */
export function readJsonNumber(cell: unknown, column: string, unit: DurationUnit): NumberReading {
  if (typeof cell !== "string") return readNumber(cell, column, unit);
  return `${column} is the text ${quoted(cell)}. Write the number without quotes.`;
}

/** A build id as text, or a fault. */
export function readBuildId(
  cell: unknown,
  format: "csv" | "json" | "parquet",
): { readonly id: string } | { readonly fault: string } {
  if (typeof cell === "number") {
    if (Number.isSafeInteger(cell)) return { id: String(cell) };
    return { fault: `build_id ${cell} is a number that cannot be kept exactly. Quote the id: write it as text.` };
  }
  if (cell === undefined || cell === null || cell === "") return { fault: "build_id is empty. Give each row an id." };
  if (typeof cell !== "string") return { fault: `build_id is ${describe(cell)}. Write it as text.` };
  if (cell.length > BUILD_ID_LENGTH_MAX) {
    return {
      fault: `build_id ${quoted(cell)} has ${cell.length} characters; at most ${BUILD_ID_LENGTH_MAX} are kept.`,
    };
  }
  if (cell.includes("\0")) return { fault: `build_id ${quoted(cell)} has a NUL character. Remove it.` };
  if (!cell.isWellFormed())
    return { fault: `build_id ${quoted(cell)} has half a character (a lone surrogate). Mend it.` };
  return { id: format === "csv" ? restoreFormula(cell) : cell };
}

/** Columns whose meaning, and so whose range, is known. */
export function knownColumn(name: string): "duration" | "failure_rate" | null {
  const lower = name.toLowerCase();
  return lower === "duration" || lower === "failure_rate" ? lower : null;
}

function durationOf(value: number, cell: unknown, unit: DurationUnit): NumberReading {
  const seconds = unit === "ms" ? value / 1000 : value * SECONDS_IN[unit];
  if (value < 0) return `duration ${quoted(cell)} is below 0. A duration is 0 seconds or more.`;
  if (seconds <= DURATION_S_MAX) return seconds;
  const hint = unit === "s" ? " If it is in milliseconds, say so with --duration-unit ms." : "";
  return `duration ${quoted(cell)} is longer than 35 days (${DURATION_S_MAX} seconds).${hint}`;
}

function shareOf(value: number, cell: unknown): NumberReading {
  if (value >= 0 && value <= 1) return value;
  const hint = value > 1 && value <= 100 ? ` For ${value} % write ${value / 100}.` : "";
  return `failure_rate ${quoted(cell)} is not a share from 0 to 1.${hint}`;
}

function isEmpty(column: string): string {
  return `${column} is empty. Write a number, or leave the row out.`;
}

function notANumber(cell: unknown, column: string, known: ReturnType<typeof knownColumn>): NumberReading {
  const text = String(cell).trim();
  if (text === "") return known === null ? Number.NaN : isEmpty(column);
  return `${column} ${quoted(cell)} is not a number. ${numberHint(text, known)}`;
}

function numberHint(text: string, known: ReturnType<typeof knownColumn>): string {
  if (/^[+-]?\d+,\d+$/.test(text)) return `Write a decimal dot: ${text.replace(",", ".")}.`;
  if (/^[+-]?[\d.]+\s*%$/.test(text)) {
    const share = Number.parseFloat(text) / 100;
    return known === "duration"
      ? "Write seconds."
      : `Write a share from 0 to 1${Number.isNaN(share) ? "" : `: ${share}`}.`;
  }
  if (/^[\d.]+\s*[a-z]|^\d+:\d/i.test(text) && !/^0x|^[\d.]+e/i.test(text))
    return "Write seconds as a plain number, such as 330.";
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text))
    return "NaN and infinity are refused. Leave the row out, or leave an extra column empty.";
  if (DECIMAL.test(text)) return "It is too large for a number.";
  if (/^[+-]?\d+([_' ]\d{3})+/.test(text)) return "Write it without separators between thousands.";
  return "Write a plain decimal number, such as 300 or 0.05.";
}

function quoted(cell: unknown): string {
  return `"${printable(String(cell))}"`;
}

function describe(cell: unknown): string {
  return typeof cell === "boolean" ? String(cell) : Array.isArray(cell) ? "a list" : "an object";
}
