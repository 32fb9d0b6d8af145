/**
 * The encodings of Parquet's pages (https://github.com/apache/parquet-format/blob/master/Encodings.md) for bytes that anybody
 * may have written: no more values are made than were asked for, and none from beyond the end.
 */
import type { Physical } from "./parquet-types.ts";

/** A page's bytes from a place on. */
export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

const CUT = "a page ends before its last value";

function take(reader: ByteReader, length: number): Buffer {
  const { bytes, at } = reader;
  if (!(length >= 0 && length <= bytes.length - at)) throw new Error(CUT);
  reader.at = at + length;
  return bytes.subarray(at, at + length);
}

function varint(reader: ByteReader): number {
  let value = 0;
  for (let place = 0; place < 5; place++) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new Error(CUT);
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return value;
  }
  throw new Error("a length in a page is too long");
}

function zigzag(reader: ByteReader): bigint {
  let value = 0n;
  for (let place = 0n; place < 10n; place++) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new Error(CUT);
    value |= BigInt(byte & 0x7f) << (7n * place);
    if (byte < 0x80) return (value >> 1n) ^ -(value & 1n);
  }
  throw new Error("a number in a page is too long");
}

/** Runs of one value, and values packed bit by bit, in turn: levels, places in the dictionary, booleans. */
export function decodeRuns(reader: ByteReader, bitWidth: number, count: number): Uint32Array {
  const values = new Uint32Array(count);
  if (bitWidth === 0) return values;
  if (bitWidth > 32) throw new Error("a page packs its values in more than 32 bits");
  for (let seen = 0; seen < count; ) {
    const header = varint(reader);
    const isPacked = header % 2 === 1;
    const runLength = Math.floor(header / 2) * (isPacked ? 8 : 1);
    const used = Math.min(runLength, count - seen);
    if (isPacked) {
      // the last group may be cut after the last value
      const packed = take(reader, Math.min((runLength / 8) * bitWidth, reader.bytes.length - reader.at));
      if (packed.length * 8 < used * bitWidth) throw new Error(CUT);
      for (let place = 0; place < used; place++) values[seen + place] = bitsAt(packed, place * bitWidth, bitWidth);
    } else values.fill(take(reader, (bitWidth + 7) >> 3).readUIntLE(0, (bitWidth + 7) >> 3), seen, seen + used);
    seen += used;
  }
  return values;
}

/** Up to 48 bits from bit `from` on, lowest first. */
function bitsAt(bytes: Buffer, from: number, bitWidth: number): number {
  let value = 0;
  for (let got = 0; got < bitWidth; ) {
    const bit = from + got;
    const part = Math.min(8 - (bit & 7), bitWidth - got);
    value += (((bytes[bit >> 3] as number) >> (bit & 7)) & ((1 << part) - 1)) * 2 ** got;
    got += part;
  }
  return value;
}

export type Values = readonly (number | bigint | boolean | Uint8Array)[];

/** Values one after the other as they are. */
export function decodePlain(reader: ByteReader, physical: Physical, fixedLength: number, count: number): Values {
  if (physical === "BYTE_ARRAY") {
    if (count * 4 > reader.bytes.length - reader.at) throw new Error(CUT);
    return Array.from({ length: count }, () => take(reader, take(reader, 4).readUInt32LE(0)));
  }
  if (physical === "BOOLEAN") {
    const bits = take(reader, (count + 7) >> 3);
    return Array.from({ length: count }, (_, place) => (((bits[place >> 3] as number) >> (place & 7)) & 1) === 1);
  }
  const width = widthOf(physical, fixedLength);
  const bytes = take(reader, count * width);
  const read = READ[physical];
  return Array.from({ length: count }, (_, place) => read(bytes, place * width, width));
}

function widthOf(physical: Physical, fixedLength: number): number {
  if (physical === "INT32" || physical === "FLOAT") return 4;
  if (physical === "INT64" || physical === "DOUBLE") return 8;
  if (physical === "INT96") return 12;
  if (!(fixedLength > 0)) throw new Error("a column of bytes has no length");
  return fixedLength;
}

const READ: Readonly<Record<Physical, (bytes: Buffer, at: number, width: number) => number | bigint | Uint8Array>> = {
  INT32: (bytes, at) => bytes.readInt32LE(at),
  INT64: (bytes, at) => {
    const high = bytes.readInt32LE(at + 4);
    // a number wherever it is exact
    return high >= -0x200000 && high < 0x200000 ? high * 2 ** 32 + bytes.readUInt32LE(at) : bytes.readBigInt64LE(at);
  },
  // nanoseconds of the day, then the Julian day
  INT96: (bytes, at) => BigInt(bytes.readInt32LE(at + 8) - 2_440_588) * 86_400_000_000_000n + bytes.readBigInt64LE(at),
  FLOAT: (bytes, at) => bytes.readFloatLE(at),
  DOUBLE: (bytes, at) => bytes.readDoubleLE(at),
  FIXED: (bytes, at, width) => bytes.subarray(at, at + width),
  BYTE_ARRAY: (bytes) => bytes,
  BOOLEAN: (bytes, at) => bytes[at] as number,
};

/** The first bytes of all values, then the second ones, and so on. */
export function decodeSplit(reader: ByteReader, physical: Physical, fixedLength: number, count: number): Values {
  const width = widthOf(physical, fixedLength);
  const split = take(reader, count * width);
  const bytes = Buffer.allocUnsafe(split.length);
  for (let place = 0; place < count; place++) {
    for (let byte = 0; byte < width; byte++) bytes[place * width + byte] = split[byte * count + place] as number;
  }
  return decodePlain({ bytes, at: 0 }, physical, fixedLength, count);
}

/** Differences in blocks of packed bits (DELTA_BINARY_PACKED). */
export function decodeDeltas(reader: ByteReader, bits: 32 | 64, count: number): (number | bigint)[] {
  const blockSize = varint(reader);
  const miniCount = varint(reader);
  const perMini = blockSize / miniCount;
  varint(reader);
  if (!(Number.isInteger(perMini) && perMini % 8 === 0 && perMini > 0 && miniCount <= 4096)) {
    throw new Error("a page has blocks of an impossible size");
  }
  const exact = (value: bigint): number | bigint => {
    const asNumber = Number(value);
    return Number.isSafeInteger(asNumber) ? asNumber : value;
  };
  let value = BigInt.asIntN(bits, zigzag(reader));
  const values: (number | bigint)[] = count > 0 ? [exact(value)] : [];
  while (values.length < count) {
    const least = zigzag(reader);
    const widths = take(reader, miniCount);
    for (const width of widths) {
      if (values.length >= count) break;
      if (width > 64) throw new Error("a page packs its values in more than 64 bits");
      const packed = take(reader, (perMini * width) / 8);
      const used = Math.min(perMini, count - values.length);
      for (let place = 0; place < used; place++) {
        const low = bitsAt(packed, place * width, Math.min(width, 32));
        const high = width > 32 ? bitsAt(packed, place * width + 32, width - 32) : 0;
        value = BigInt.asIntN(bits, value + least + (BigInt(high) << 32n) + BigInt(low));
        values.push(exact(value));
      }
    }
  }
  return values;
}

/** All lengths, then all texts (DELTA_LENGTH_BYTE_ARRAY). */
export function decodeLengths(reader: ByteReader, count: number): Uint8Array[] {
  return decodeDeltas(reader, 32, count).map((length) => take(reader, Number(length)));
}

/** Each text as how much of the one before it begins with, and the rest (DELTA_BYTE_ARRAY). */
export function decodeFrontCoded(reader: ByteReader, count: number, bytesMax: number): Uint8Array[] {
  const prefixes = decodeDeltas(reader, 32, count);
  const rests = decodeLengths(reader, count);
  let before: Uint8Array = new Uint8Array();
  let byteCount = 0;
  return rests.map((rest, place) => {
    const kept = Number(prefixes[place]);
    byteCount += kept + rest.length;
    if (!(kept >= 0 && kept <= before.length)) throw new Error("a text begins with more than the one before it");
    if (byteCount > bytesMax) throw new Error(`a page unpacks to more than ${bytesMax} bytes`);
    before = kept === 0 ? rest : Buffer.concat([before.subarray(0, kept), rest]);
    return before;
  });
}
