import { isUtf8 } from "node:buffer";
import type { SchemaElement, SchemaTree } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { ROW_BYTES_MAX } from "./raw-row.ts";

/** A value as it lies in the file. */
export type ParquetRaw = number | bigint | boolean | Uint8Array;
/** A value as a row has it: a whole number that a double cannot keep is text, and so is an instant. Null is missing. */
export type ParquetCell = number | string | null | { readonly fault: string };

export interface ParquetMeaning {
  readonly kind: "number" | "text" | "unreadable";
  /** What the column is, in words: for a message. */
  readonly what: string;
  readonly cellOf: (raw: ParquetRaw) => ParquetCell;
}

/** Which kinds of columns are read, for messages. */
export const READABLE =
  "Read are flat columns of text, whole numbers, floats, decimals, booleans, dates and timestamps.";

type CellOf = ParquetMeaning["cellOf"];
const text = (what: string, cellOf: CellOf): ParquetMeaning => ({ kind: "text", what, cellOf });
const number = (what: string, cellOf: CellOf): ParquetMeaning => ({ kind: "number", what, cellOf });
const unreadable = (what: string): ParquetMeaning => ({ kind: "unreadable", what, cellOf: () => null });

const UNREADABLE: Readonly<Record<string, string>> = {
  TIME: "times of day",
  TIME_MILLIS: "times of day",
  TIME_MICROS: "times of day",
  BSON: "BSON",
  INTERVAL: "intervals",
  FLOAT16: "half-precision floats",
  VARIANT: "variants or shapes",
  GEOMETRY: "variants or shapes",
  GEOGRAPHY: "variants or shapes",
};

const BY_TYPE: Readonly<Record<string, ParquetMeaning>> = {
  BOOLEAN: text("booleans", String),
  FLOAT: number("floats", Number),
  DOUBLE: number("floats", Number),
  INT32: number("whole numbers", Number),
  BYTE_ARRAY: text("text", bytesOf),
  FIXED_LEN_BYTE_ARRAY: unreadable("bytes of a fixed length"),
};

/**
 * What a column's values mean, by its schema element
 * (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md). Null where its type is none of Parquet's.
 */
export function meaningOf({ element, children }: SchemaTree): ParquetMeaning | null {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (children.length > 0) return unreadable("nested values");
  if (element.repetition_type === "REPEATED") return unreadable("lists");
  const word = logical?.type ?? converted ?? "";
  if (UNREADABLE[word] !== undefined) return unreadable(UNREADABLE[word]);
  if (word === "DECIMAL") return decimalMeaning(element);
  if (word === "DATE" && type === "INT32") {
    return text("dates", (raw) => isoTime(BigInt(Number(raw)) * 86_400_000n, 3, ""));
  }
  if (word.startsWith("TIMESTAMP")) return timestampMeaning(element);
  if (word === "NULL") return text("nothing", () => null);
  if (word === "UUID" && type === "FIXED_LEN_BYTE_ARRAY") {
    return text("UUIDs", (raw) => DEFAULT_PARSERS.uuidFromBytes(raw as Uint8Array) ?? null);
  }
  if (type === "BYTE_ARRAY" && ["STRING", "UTF8", "ENUM", "JSON"].includes(word)) return text("text", textOf);
  if (type === "INT96") return text("timestamps", (raw) => isoTime(raw as bigint, 9, ""));
  const isUnsigned = converted?.startsWith("UINT") === true || (logical?.type === "INTEGER" && !logical.isSigned);
  if (type === "INT64") {
    return number("whole numbers", (raw) => exact(isUnsigned ? BigInt.asUintN(64, raw as bigint) : (raw as bigint)));
  }
  if (type === "INT32" && isUnsigned) return number("whole numbers", (raw) => Number(raw) >>> 0);
  return BY_TYPE[type ?? ""] ?? null;
}

/** Kept as a number where that keeps every digit. */
const exact = (value: bigint): number | string => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value));

function timestampMeaning({ type, converted_type: converted, logical_type: logical }: SchemaElement): ParquetMeaning {
  if (type !== "INT64") return unreadable("timestamps of an unknown form");
  const timestamp = logical?.type === "TIMESTAMP" ? logical : null;
  const unit = timestamp?.unit ?? (converted === "TIMESTAMP_MICROS" ? "MICROS" : "MILLIS");
  // the older annotation always means UTC
  const zone = timestamp === null || timestamp.isAdjustedToUTC ? "Z" : "";
  return text("timestamps", (raw) => isoTime(raw as bigint, { MILLIS: 3, MICROS: 6, NANOS: 9 }[unit], zone));
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

function decimalMeaning({ type, scale: olderScale, logical_type: logical }: SchemaElement): ParquetMeaning {
  const scale = (logical?.type === "DECIMAL" ? logical.scale : olderScale) ?? 0;
  if (!(scale >= 0 && scale <= 76) || type === "FLOAT" || type === "DOUBLE" || type === "BOOLEAN") {
    return unreadable("decimals of an unknown form");
  }
  return number("decimals", (raw) => {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw);
    // written out and read as any decimal is: a product with 0.01 would be off in the last digit
    return scale === 0 ? exact(unscaled) : Number(`${unscaled}e-${scale}`);
  });
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0 || bytes.length > 32) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bufferOf(bytes).toString("hex")}`));
}

function textOf(raw: ParquetRaw): ParquetCell {
  const bytes = bufferOf(raw as Uint8Array);
  if (bytes.length > ROW_BYTES_MAX) return { fault: "has a text longer than 1 MB." };
  return isUtf8(bytes) ? bytes.toString("utf8") : { fault: "has bytes that are no UTF-8 text." };
}

/** Older writers do not mark their texts: what is no UTF-8 is shown as it lies there. */
function bytesOf(raw: ParquetRaw): ParquetCell {
  const cell = textOf(raw);
  return typeof cell === "string" ? cell : bufferOf(raw as Uint8Array).toString("hex", 0, ROW_BYTES_MAX / 4);
}
