import type { RandomAccess } from "./open-source.ts";
import {
  type ByteReader,
  decodeDeltas,
  decodeFrontCoded,
  decodeLengths,
  decodePlain,
  decodeRuns,
  decodeSplit,
  type Values,
} from "./parquet-encodings.ts";
import type { ParquetChunk, ParquetColumn } from "./parquet-footer.ts";
import { numberIn, readThrift, structIn, type ThriftStruct } from "./parquet-thrift.ts";
import type { ParquetCell } from "./parquet-types.ts";
import { unpack } from "./parquet-unpack.ts";

/** A page may unpack to this many bytes and hold this many values: what it says of itself is believed no further. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Texts that begin with one another are few bytes in the page: what they grow to is bounded too. */
const FRONT_CODED_BYTES_MAX = PAGE_BYTES_MAX / 4;
const PAGE_VALUES_MAX = 4 * 1024 * 1024;
/** A page's header is mostly below 100 bytes; statistics of long texts stand in it too. */
const HEADER_BYTES = 4096;
const HEADER_BYTES_MAX = 1024 * 1024;

/** The cells of a column and row group, a page at a time: nothing but one page and the dictionary is held. */
export async function* pagesOf(
  file: RandomAccess,
  column: ParquetColumn,
  chunk: ParquetChunk,
  rowCount: number,
): AsyncGenerator<readonly ParquetCell[]> {
  let dictionary: readonly ParquetCell[] | null = null;
  let seen = 0;
  for (let at = chunk.start; seen < rowCount; ) {
    if (at >= chunk.end) throw new Error(`a column ends after ${seen} of ${rowCount} rows`);
    const { struct: header, end } = await readHeader(file, at, chunk.end);
    const packedLength = numberIn(header, 3);
    const length = numberIn(header, 2);
    if (!(packedLength >= 0 && packedLength <= chunk.end - at - end))
      throw new Error("a page is longer than its column");
    if (!(length >= 0 && length <= PAGE_BYTES_MAX && packedLength <= PAGE_BYTES_MAX)) {
      throw new Error(`a page of ${length} bytes; at most ${PAGE_BYTES_MAX} are read. Write smaller pages`);
    }
    const packed = await file.read(at + end, packedLength);
    at += end + packedLength;
    const type = numberIn(header, 1);
    if (type === 1) continue;
    if (type === 2) {
      const count = countIn(structIn(header, 7), PAGE_VALUES_MAX);
      const reader = { bytes: await unpack(chunk.codec, packed, length), at: 0 };
      dictionary = cellsOf(decodePlain(reader, column.physical, column.fixedLength, count), column);
      continue;
    }
    if (type !== 0 && type !== 3) throw new Error(`a page is of the unknown type ${type}`);
    const about = structIn(header, type === 0 ? 5 : 8);
    const count = countIn(about, Math.min(PAGE_VALUES_MAX, rowCount - seen));
    const page = type === 0 ? pageOne : pageTwo;
    const { present, reader } = await page(about as ThriftStruct, count, packed, length, column, chunk.codec);
    const valueCount = present === null ? count : present.reduce((sum, level) => sum + level, 0);
    const encoding = numberIn(about as ThriftStruct, type === 0 ? 2 : 4);
    yield spread(valuesIn(reader, encoding, column, valueCount, dictionary), present, count);
    seen += count;
  }
}

async function readHeader(file: RandomAccess, at: number, limit: number) {
  for (let length = HEADER_BYTES; ; length *= 16) {
    const bytes = await file.read(at, Math.min(length, limit - at));
    try {
      return readThrift(bytes, 0);
    } catch (error) {
      if (bytes.length < length || length >= HEADER_BYTES_MAX) throw error;
    }
  }
}

function countIn(about: ThriftStruct | null, countMax: number): number {
  if (about === null) throw new Error("a page does not say what it holds");
  const count = numberIn(about, 1);
  if (count >= 0 && count <= countMax) return count;
  throw new Error(`a page says to have ${count} values where at most ${countMax} can be`);
}

interface OpenPage {
  /** 1 where there is a value, 0 where it is missing; null when none is. */
  readonly present: Uint32Array | null;
  /** Stands before the values. */
  readonly reader: ByteReader;
}

type PageOpener = (
  about: ThriftStruct,
  count: number,
  packed: Buffer,
  length: number,
  column: ParquetColumn,
  codec: number,
) => Promise<OpenPage>;

/** Levels and values are packed together. */
const pageOne: PageOpener = async (about, count, packed, length, column, codec) => {
  const reader = { bytes: await unpack(codec, packed, length), at: 0 };
  if (!column.isOptional) return { present: null, reader };
  if (numberIn(about, 3) !== 3) throw new Error("a page marks what is missing in an unknown way");
  if (reader.bytes.length < 4) throw new Error("a page ends before its first value");
  const end = 4 + reader.bytes.readUInt32LE(0);
  const present = decodeRuns({ bytes: reader.bytes.subarray(0, end), at: 4 }, 1, count);
  reader.at = end;
  return { present, reader };
};

/** The levels stand before what is packed. */
const pageTwo: PageOpener = async (about, count, packed, length, column, codec) => {
  const levelLength = numberIn(about, 5);
  const from = numberIn(about, 6) + levelLength;
  if (!(levelLength >= 0 && from >= levelLength && from <= packed.length && from <= length)) {
    throw new Error("a page ends before its first value");
  }
  const levels = { bytes: packed.subarray(0, from), at: from - levelLength };
  const present = column.isOptional && levelLength > 0 ? decodeRuns(levels, 1, count) : null;
  const isPacked = about.get(7) !== false;
  const bytes = await unpack(isPacked ? codec : 0, packed.subarray(from), length - from);
  return { present, reader: { bytes, at: 0 } };
};

function valuesIn(
  reader: ByteReader,
  encoding: number,
  column: ParquetColumn,
  count: number,
  dictionary: readonly ParquetCell[] | null,
): readonly ParquetCell[] {
  const { physical, fixedLength } = column;
  if (encoding === 2 || encoding === 8) {
    if (dictionary === null) throw new Error("a page needs a dictionary that is not there");
    if (count === 0) return [];
    const places = decodeRuns(reader, reader.bytes[reader.at++] ?? 255, count);
    return Array.from(places, (place) => {
      if (place >= dictionary.length) throw new Error("a page names a value that its dictionary has not");
      return dictionary[place] as ParquetCell;
    });
  }
  return cellsOf(decode(), column);

  function decode(): Values {
    if (count === 0) return [];
    if (encoding === 0) return decodePlain(reader, physical, fixedLength, count);
    if (encoding === 3 && physical === "BOOLEAN") {
      // its length stands before it
      reader.at += 4;
      return Array.from(decodeRuns(reader, 1, count), (bit) => bit === 1);
    }
    if (encoding === 5 && physical === "INT32") return decodeDeltas(reader, 32, count);
    if (encoding === 5 && physical === "INT64") return decodeDeltas(reader, 64, count);
    if (encoding === 6) return decodeLengths(reader, count);
    if (encoding === 7) return decodeFrontCoded(reader, count, FRONT_CODED_BYTES_MAX);
    if (encoding === 9) return decodeSplit(reader, physical, fixedLength, count);
    throw new Error(`a page is written in the unknown encoding ${encoding}`);
  }
}

const cellsOf = (values: Values, { cellOf }: ParquetColumn): readonly ParquetCell[] => values.map(cellOf);

/** Puts null where a value is missing. */
function spread(values: readonly ParquetCell[], present: Uint32Array | null, count: number): readonly ParquetCell[] {
  if (present === null) return values;
  let next = 0;
  const cells: ParquetCell[] = [];
  for (let place = 0; place < count; place++) cells.push(present[place] === 1 ? (values[next++] ?? null) : null);
  return cells;
}
