/**
 * hyparquet makes room for as much as a file says to hold, and goes on for as long. These look the same bytes over before it does
 * and decode nothing: lists, runs and numbers that are longer than there is data for are refused.
 */
import type { PageHeader } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const HEADER_VALUES_MAX = 1_000_000;
const HEADER_DEPTH_MAX = 16;
/** Texts that begin with one another are few bytes in the page: what they grow to is bounded too. */
const FRONT_CODED_BYTES_MAX = 16 * 1024 * 1024;
/** Each text is an object of its own until it is a cell. */
const PAGE_TEXTS_MAX = 1024 * 1024;
/** Wider ones hyparquet misreads; a dictionary of as many values is refused. */
const BIT_WIDTH_MAX = 24;

const REFUSAL = "ParquetRefusal";

/** Why a file is not read, in words for its reader; what hyparquet throws is none. */
export function refusal(what: string): Error {
  return Object.assign(new Error(what), { name: REFUSAL });
}

export const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === REFUSAL;

/** The number, when it is a count up to `countMax`. */
export function within(count: unknown, countMax: number, what: string): number {
  if (Number.isInteger(count) && (count as number) >= 0 && (count as number) <= countMax) return count as number;
  throw refusal(`a page says to have ${String(count)} ${what}; at most ${countMax} can be`);
}

function byte(cursor: Cursor): number {
  const value = cursor.bytes[cursor.at++];
  if (value === undefined) throw refusal("it ends too early");
  return value;
}

/** Nothing that is counted comes near 2^31, beyond which hyparquet takes it for less than it is. */
function varint(cursor: Cursor): number {
  let value = 0;
  for (let place = 0; place < 10; place++) {
    const next = byte(cursor);
    value += (next & 0x7f) * 2 ** (7 * place);
    if (next < 0x80) return value;
  }
  throw refusal("a number in it is too long");
}

/** Goes over a struct of Thrift's compact protocol. Returns where it ends, and the numbers of its own fields. */
export function checkThrift(bytes: Uint8Array): { readonly end: number; readonly fields: readonly number[] } {
  const cursor: Cursor = { bytes, at: 0 };
  let left = HEADER_VALUES_MAX;
  const spend = (count: number): void => {
    left -= count;
    if (left < 0) throw refusal(`a header has more than ${HEADER_VALUES_MAX} values`);
  };
  const skip = (type: number, depth: number): void => {
    if (depth > HEADER_DEPTH_MAX) throw refusal("a header nests too deep");
    if (type === 1 || type === 2) return;
    if (type === 3) byte(cursor);
    else if (type >= 4 && type <= 6) varint(cursor);
    else if (type === 7) cursor.at += 8;
    else if (type === 8) {
      const length = varint(cursor);
      cursor.at += length;
    } else if (type === 9) skipList(depth);
    else if (type === 12) skipStruct(depth);
    else throw refusal(`a header has a value of the unknown type ${type}`);
  };
  const skipList = (depth: number): void => {
    const first = byte(cursor);
    const count = first >> 4 === 15 ? varint(cursor) : first >> 4;
    spend(count);
    const type = first & 15;
    // a truth value in a list is a byte
    for (let place = 0; place < count; place++) skip(type === 1 || type === 2 ? 3 : type, depth + 1);
  };
  const skipStruct = (depth: number): number[] => {
    const fields: number[] = [];
    for (let id = 0; ; ) {
      const first = byte(cursor);
      if ((first & 15) === 0) return fields;
      id = first >> 4 === 0 ? varint(cursor) / 2 : id + (first >> 4);
      fields.push(id);
      spend(1);
      skip(first & 15, depth + 1);
    }
  };
  const fields = skipStruct(0);
  return { end: cursor.at, fields };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Looks over the values of an unpacked page that says to have `count`, missing ones counted. Returns how many are there. */
export function checkValues(bytes: Uint8Array, header: PageHeader, decoder: ColumnDecoder, count: number): number {
  const cursor: Cursor = { bytes, at: 0 };
  const there = checkLevels(cursor, header, decoder, count);
  if (there === 0) return 0;
  const { type, element } = decoder;
  const encoding = (header.data_page_header ?? header.data_page_header_v2 ?? { encoding: "PLAIN" }).encoding as
    | string
    | undefined;
  if (encoding === undefined) throw refusal("a page is written in an unknown encoding");
  if (encoding.endsWith("_DICTIONARY")) {
    const bitWidth = byte(cursor);
    // the first version has no runs where there is nothing to tell apart
    if (bitWidth > 0 || header.data_page_header_v2 !== undefined) checkRuns(cursor, bitWidth, there);
    return there;
  }
  if (type.endsWith("BYTE_ARRAY")) within(there, PAGE_TEXTS_MAX, "texts");
  if (encoding === "RLE") {
    if (type !== "BOOLEAN") throw refusal("a page has runs of what is neither true nor false");
    // its length stands before it
    cursor.at += 4;
    checkRuns(cursor, 1, there);
  } else if (encoding === "DELTA_BYTE_ARRAY") checkFrontCoded(cursor, there);
  else if (encoding.startsWith("DELTA")) checkDeltas(cursor, there);
  else if (there * (element.type_length ?? 0) > bytes.length) throw refusal("a page ends before its last value");
  return there;
}

/** Goes over the marks of what is missing, up to the values. Returns how many are not. */
function checkLevels(cursor: Cursor, header: PageHeader, { schemaPath }: ColumnDecoder, count: number): number {
  const { data_page_header: one, data_page_header_v2: two } = header;
  let there = count;
  cursor.at = two?.repetition_levels_byte_length ?? 0;
  if (header.type !== "DICTIONARY_PAGE" && schemaPath[1]?.element.repetition_type !== "REQUIRED") {
    if (two === undefined ? one?.definition_level_encoding !== "RLE" : two.definition_levels_byte_length === 0) {
      throw refusal("a page marks what is missing in an unknown way");
    }
    const reader = { view: viewOf(cursor.bytes), offset: cursor.at };
    // the first version has their length before them
    if (two === undefined) cursor.at = 4;
    checkRuns(cursor, 1, count);
    const levels = new Uint8Array(count);
    readRleBitPackedHybrid(reader, 1, levels as never, two?.definition_levels_byte_length);
    cursor.at = reader.offset;
    there = levels.reduce((sum, level) => sum + (level === 1 ? 1 : 0), 0);
  }
  if (two !== undefined) {
    cursor.at = two.repetition_levels_byte_length + two.definition_levels_byte_length;
    if (two.num_nulls !== count - there) {
      throw refusal(`a page says to have ${two.num_nulls} missing values; ${count - there} are marked as such`);
    }
  }
  return there;
}

/** Goes over runs of one value and of packed values, of which there are `count`. */
function checkRuns(cursor: Cursor, bitWidth: number, count: number): void {
  if (bitWidth > BIT_WIDTH_MAX) throw refusal(`a page packs its values in more than ${BIT_WIDTH_MAX} bits`);
  for (let seen = 0; seen < count; ) {
    const header = varint(cursor);
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    const lengthMax = isPacked && bitWidth > 0 ? cursor.bytes.length * 8 : count - seen + (isPacked ? 7 : 0);
    if (length > lengthMax) throw refusal("a run of values is longer than its page");
    cursor.at += isPacked ? (length / 8) * bitWidth : (bitWidth + 7) >> 3;
    seen += length;
  }
}

/** Goes over differences in blocks of packed bits, of which there are `count`. */
function checkDeltas(cursor: Cursor, count: number): void {
  const blockSize = varint(cursor);
  const miniCount = varint(cursor);
  const perMini = blockSize / miniCount;
  if (!(perMini > 0 && perMini % 32 === 0 && blockSize < 2 ** 31)) {
    throw refusal("a page has blocks of an impossible size");
  }
  varint(cursor);
  varint(cursor);
  for (let seen = 1; seen < count; ) {
    varint(cursor);
    const widthsEnd = cursor.at + miniCount;
    const widths = cursor.bytes.subarray(cursor.at, widthsEnd);
    cursor.at = widthsEnd;
    for (const width of widths) {
      if (width > 64) throw refusal("a page packs its values in more than 64 bits");
      if (seen >= count) break;
      cursor.at += (perMini / 8) * width;
      seen += perMini;
    }
  }
}

/** Goes over texts that are written as how much of the one before they begin with, and the rest. */
function checkFrontCoded(cursor: Cursor, count: number): void {
  const reader = { view: viewOf(cursor.bytes), offset: cursor.at };
  checkDeltas(cursor, count);
  checkDeltas(cursor, count);
  const kept = new Int32Array(count);
  const added = new Int32Array(count);
  deltaBinaryUnpack(reader, count, kept);
  deltaBinaryUnpack(reader, count, added);
  let byteCount = 0;
  let before = 0;
  for (const [place, prefix] of kept.entries()) {
    if (!(prefix >= 0 && prefix <= before)) throw refusal("a text begins with more than the one before it");
    before = prefix + (added[place] ?? 0);
    byteCount += before;
    if (byteCount > FRONT_CODED_BYTES_MAX) {
      throw refusal(`a page unpacks to more than ${FRONT_CODED_BYTES_MAX} bytes`);
    }
  }
}
