/**
 * Thrift's compact protocol, as Parquet's headers are written in it (https://github.com/apache/thrift, doc/specs). Reads what
 * anybody may have written: depth, lengths and the number of values are bounded before anything is made for them.
 */
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;
/** The fields by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const DEPTH_MAX = 16;
const VALUES_MAX = 1_000_000;

/** The struct at `start` and where it ends. Throws where the bytes are no such thing. */
export function readThrift(bytes: Uint8Array, start: number): { readonly struct: ThriftStruct; readonly end: number } {
  let at = start;
  let valueCount = 0;

  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new Error("a header is cut short");
    return value;
  };
  const unsigned = (): number => {
    let value = 0;
    for (let place = 0; place < 10; place++) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * place);
      if (next < 0x80) return value;
    }
    throw new Error("a number in a header is too long");
  };
  // numbers beyond 2^53 lose digits: no length or place that is meant can be so large
  const signed = (): number => {
    const value = unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const slice = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new Error("a text in a header is longer than the header");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const list = (depth: number): readonly ThriftValue[] => {
    const first = byte();
    const count = first >> 4 === 15 ? unsigned() : first >> 4;
    if (count > bytes.length - at) throw new Error("a list in a header is longer than the header");
    const values: ThriftValue[] = [];
    const type = first & 15;
    for (let place = 0; place < count; place++) {
      values.push(type === 1 || type === 2 ? byte() === 1 : value(type, depth + 1));
    }
    return values;
  };
  const value = (type: number, depth: number): ThriftValue => {
    if (++valueCount > VALUES_MAX) throw new Error(`a header has more than ${VALUES_MAX} values`);
    if (depth > DEPTH_MAX) throw new Error("a header nests too deep");
    if (type === 1 || type === 2) return type === 1;
    if (type === 3) return (byte() << 24) >> 24;
    if (type >= 4 && type <= 6) return signed();
    if (type === 7) {
      const eight = slice(8);
      return new DataView(eight.buffer, eight.byteOffset, 8).getFloat64(0, true);
    }
    if (type === 8) return slice(unsigned());
    if (type === 9 || type === 10) return list(depth);
    if (type === 12) return struct(depth);
    throw new Error(`a header has a value of the unknown type ${type}`);
  };
  const struct = (depth: number): ThriftStruct => {
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ; ) {
      const first = byte();
      if (first === 0) return fields;
      id = first >> 4 === 0 ? signed() : id + (first >> 4);
      fields.set(id, value(first & 15, depth + 1));
    }
  };
  const read = struct(0);
  return { struct: read, end: at };
}

/** A number of the struct; without `otherwise` it must be there. */
export function numberIn(struct: ThriftStruct, id: number, otherwise?: number): number {
  const value = struct.get(id) ?? otherwise;
  if (typeof value !== "number") throw new Error("a header lacks a number");
  return value;
}

export function structIn(struct: ThriftStruct, id: number): ThriftStruct | null {
  const value = struct.get(id);
  return value instanceof Map ? (value as ThriftStruct) : null;
}

export function structsIn(struct: ThriftStruct, id: number): readonly ThriftStruct[] {
  const values = struct.get(id);
  if (!Array.isArray(values)) throw new Error("a header lacks a list");
  return values.map((value: ThriftValue) => {
    if (value instanceof Map) return value as ThriftStruct;
    throw new Error("a list in a header holds something else than was expected");
  });
}

export function textIn(struct: ThriftStruct, id: number): string {
  const value = struct.get(id);
  if (!(value instanceof Uint8Array)) throw new Error("a header lacks a text");
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString("utf8");
}
