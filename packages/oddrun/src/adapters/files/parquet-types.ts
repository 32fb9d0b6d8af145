import { isUtf8 } from "node:buffer";
import { ROW_BYTES_MAX } from "./raw-row.ts";
import { numberIn, structIn, type ThriftStruct } from "./parquet-thrift.ts";

/** A value as it lies in the file. Null is missing. */
export type ParquetRaw = number | bigint | boolean | Uint8Array | null;
/** A value as a row has it: a whole number that a double cannot keep is text, and so is an instant. */
export type ParquetCell = number | string | null | { readonly fault: string };

export interface ParquetMeaning {
  readonly kind: "number" | "text" | "unreadable";
  /** What the column is, in words: for a message. */
  readonly what: string;
  readonly cellOf: (raw: NonNullable<ParquetRaw>) => ParquetCell;
}

export const PHYSICAL = ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED"] as const;
export type Physical = (typeof PHYSICAL)[number];

/** Which kinds of columns are read, for messages. */
export const READABLE =
  "Read are flat columns of text, whole numbers, floats, decimals, booleans, dates and timestamps.";

/**
 * What a column's values mean, by its schema element: physical type, converted type (field 6), logical type (field 10); see
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md.
 */
export function meaningOf(physical: Physical, element: ThriftStruct): ParquetMeaning {
  const logical = structIn(element, 10);
  const converted = numberIn(element, 6, -1);
  const is = (convertedId: number, logicalId: number) => converted === convertedId || logical?.has(logicalId) === true;
  if (is(5, 5)) return decimalMeaning(physical, element, logical);
  if (is(6, 6)) return text("dates", (raw) => isoTime(BigInt(Number(raw)) * 86_400_000n, 3, ""));
  if (is(7, 7) || converted === 8) return unreadable("times of day");
  if (is(20, 13)) return unreadable("BSON");
  if (converted === 21) return unreadable("intervals");
  if (logical?.has(15) === true) return unreadable("half-precision floats");
  if (logical !== null && [16, 17, 18].some((id) => logical.has(id))) return unreadable("variants or shapes");
  if (is(9, 8) || converted === 10) return timestampMeaning(physical, converted, logical);
  if (logical?.has(11) === true) return text("nothing", () => null);
  if (physical === "INT96") return text("timestamps", (raw) => isoTime(raw as bigint, 9, ""));
  if (physical === "BOOLEAN") return text("booleans", String);
  if (physical === "FLOAT" || physical === "DOUBLE") return number("floats", (raw) => raw as number);
  if (physical === "INT32" || physical === "INT64") return integerMeaning(physical, converted, logical);
  if (physical === "BYTE_ARRAY") return text("text", is(0, 1) || is(4, 4) || is(19, 12) ? textOf : bytesOf);
  if (logical?.has(14) === true) return text("UUIDs", uuidOf);
  return unreadable("bytes of a fixed length");
}

type CellOf = ParquetMeaning["cellOf"];
const text = (what: string, cellOf: CellOf): ParquetMeaning => ({ kind: "text", what, cellOf });
const number = (what: string, cellOf: CellOf): ParquetMeaning => ({ kind: "number", what, cellOf });
export const unreadable = (what: string): ParquetMeaning => ({ kind: "unreadable", what, cellOf: () => null });

/** Kept as a number where that keeps every digit. */
const exact = (value: number | bigint): number | string =>
  typeof value === "number" ? value : Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

function integerMeaning(physical: Physical, converted: number, logical: ThriftStruct | null): ParquetMeaning {
  const integer = logical === null ? null : structIn(logical, 10);
  const isUnsigned = (converted >= 11 && converted <= 14) || integer?.get(2) === false;
  const width = physical === "INT32" ? 32 : 64;
  return number("whole numbers", (raw) =>
    isUnsigned && Number(raw) < 0 ? exact(BigInt.asUintN(width, BigInt(raw as number))) : exact(raw as number | bigint),
  );
}

function timestampMeaning(physical: Physical, converted: number, logical: ThriftStruct | null): ParquetMeaning {
  if (physical !== "INT64") return unreadable("timestamps of an unknown form");
  const timestamp = logical === null ? null : structIn(logical, 8);
  const unit = timestamp === null ? null : structIn(timestamp, 2);
  const digits = unit?.has(3) === true ? 9 : unit?.has(2) === true || (unit === null && converted === 10) ? 6 : 3;
  // the older annotation always means UTC
  const zone = timestamp === null || timestamp.get(1) === true ? "Z" : "";
  return text("timestamps", (raw) => isoTime(BigInt(raw as number | bigint), digits, zone));
}

/** ISO 8601 of a count of 1/10^digits seconds since 1970, with no digit lost. */
function isoTime(count: bigint, digits: number, zone: string): ParquetCell {
  const unit = 10n ** BigInt(digits);
  const fraction = ((count % unit) + unit) % unit;
  const ms = Number((count - fraction) / unit) * 1000;
  if (!(Math.abs(ms) <= 62_135_596_800_000 * 4)) return { fault: "has a time that is no year of a calendar." };
  const iso = new Date(ms).toISOString().slice(0, -5);
  return fraction === 0n ? iso + zone : `${iso}.${String(fraction).padStart(digits, "0")}${zone}`;
}

function decimalMeaning(physical: Physical, element: ThriftStruct, logical: ThriftStruct | null): ParquetMeaning {
  const decimal = logical === null ? null : structIn(logical, 5);
  const scale = decimal === null ? numberIn(element, 7, 0) : numberIn(decimal, 1, 0);
  if (scale < 0 || scale > 76 || physical === "FLOAT" || physical === "DOUBLE" || physical === "BOOLEAN") {
    return unreadable("decimals of an unknown form");
  }
  return number("decimals", (raw) => {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw);
    // written out and read as any decimal is: a product with 0.01 would be off in the last digit
    return scale === 0 ? exact(unscaled) : Number(`${unscaled}e-${scale}`);
  });
}

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0 || bytes.length > 32) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

function textOf(raw: NonNullable<ParquetRaw>): ParquetCell {
  const bytes = raw as Uint8Array;
  if (bytes.length > ROW_BYTES_MAX) return { fault: "has a text longer than 1 MB." };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer) ? buffer.toString("utf8") : { fault: "has bytes that are no UTF-8 text." };
}

/** Older writers do not mark their texts: what is no UTF-8 is shown as it lies there. */
function bytesOf(raw: NonNullable<ParquetRaw>): ParquetCell {
  const cell = textOf(raw);
  const bytes = raw as Uint8Array;
  return typeof cell === "string" ? cell : Buffer.from(bytes.subarray(0, ROW_BYTES_MAX / 4)).toString("hex");
}

function uuidOf(raw: NonNullable<ParquetRaw>): ParquetCell {
  const bytes = raw as Uint8Array;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
