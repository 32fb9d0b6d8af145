import { readNumber } from "./metric-cells.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** A cell that cannot be read: what is wrong and the way out, in one or two sentences. */
export interface CellFault {
  readonly fault: string;
}

export const isFault = (value: unknown): value is CellFault =>
  typeof value === "object" && value !== null && "fault" in value;

const fault = (column: string, cell: string, what: string): CellFault => ({
  fault: `${column} "${printable(cell)}" ${what}`,
});

/** From this number on, an instant counts milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
const MILLISECONDS_FROM = 100_000_000_000;
const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
/** Any instant long before there were computers: year 1 must not be taken for 1901. */
const LONG_AGO_MS = Date.UTC(1000, 0, 1);

/**
 * An instant in milliseconds, null for an empty cell: ISO 8601 with its zone, or Unix seconds or milliseconds (told apart by
 * size). A time without a zone is a fault unless it may be taken for UTC.
 */
export function readInstant(cell: string, column: string, assumeUtc: boolean): number | null | CellFault {
  const text = cell.trim();
  if (text === "") return null;
  const parts = ISO_TIME.exec(text);
  if (parts === null) return readUnixTime(text, column);
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone] = parts;
  if (zone === undefined && !assumeUtc) {
    return fault(column, cell, "has no time zone. Add one (a Z for UTC), or say --assume-utc.");
  }
  const monthIndex = Number(month) - 1;
  if (Number(year) < 1000) return LONG_AGO_MS;
  const dayMs = Date.UTC(Number(year), monthIndex, Number(day));
  const date = new Date(dayMs);
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== Number(day)) {
    return fault(column, cell, "is a day that does not exist. Mend it.");
  }
  // Second 60 is a leap second.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    return fault(column, cell, "is a time of day that does not exist. Mend it.");
  }
  const milliseconds = Math.floor(Number(`0.${fraction || "0"}`) * 1000);
  const local = dayMs + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + milliseconds;
  return local - zoneOffsetMs(zone);
}

function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

function readUnixTime(text: string, column: string): number | CellFault {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const ms = value < MILLISECONDS_FROM ? value * 1000 : value;
  if (Number.isNaN(value) || ms > 8.64e15) {
    return fault(column, text, "is no time. Write 2026-01-31T08:00:00Z, Unix seconds or Unix milliseconds.");
  }
  return Math.round(ms);
}

/** A whole number above 0, null for an empty cell. GitHub's ids have more than 32 bits; every digit is kept. */
export function readId(cell: string, column: string): number | null | CellFault {
  const text = cell.trim();
  if (text === "") return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && Number.isSafeInteger(value)) return value;
  return fault(
    column,
    cell,
    `is not a whole number from 1 to ${Number.MAX_SAFE_INTEGER}. Write the number that GitHub gave.`,
  );
}

/** Seconds as milliseconds, null for an empty cell. Below 0 is a number too: what it means is for the clean times to say. */
export function readSeconds(cell: string, column: string): number | null | CellFault {
  const value = readValue(cell, column);
  return typeof value === "number" ? Math.round(value * 1000) : value;
}

/** A strict finite decimal, null for an empty cell. */
export function readValue(cell: string, column: string): number | null | CellFault {
  const value = readNumber(cell, column, "s");
  if (typeof value === "string") return { fault: value };
  return Number.isNaN(value) ? null : value;
}

export function readRepositoryName(cell: string, column: string): string | CellFault {
  const text = cell.trim();
  if (/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/.test(text)) return text;
  return fault(column, cell, 'is not the name of a repository. Write "owner/name".');
}
