import { printable } from "../../operations/visible-text.ts";
import type { RandomAccess } from "./open-source.ts";
import { numberIn, readThrift, structIn, structsIn, textIn, type ThriftStruct } from "./parquet-thrift.ts";
import { meaningOf, type ParquetMeaning, PHYSICAL, type Physical, unreadable } from "./parquet-types.ts";

/** A column that lies flat under the root, and what it means. */
export interface ParquetColumn extends ParquetMeaning {
  readonly name: string;
  readonly physical: Physical;
  /** Bytes of a value of fixed length. */
  readonly fixedLength: number;
  readonly isOptional: boolean;
  /** Its place among the columns of a row group; -1 where it has none of its own. */
  readonly leaf: number;
}

/** Where the values of a column and row group lie. */
export interface ParquetChunk {
  readonly start: number;
  readonly end: number;
  readonly codec: number;
}

export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly { readonly rowCount: number; readonly chunkOf: (column: ParquetColumn) => ParquetChunk }[];
}

const FOOTER_BYTES_MAX = 32 * 1024 * 1024;
const COLUMN_COUNT_MAX = 1000;

/** Reads what a Parquet file says of itself at its end. Throws where that is damaged or not read here. */
export async function readFooter(file: RandomAccess): Promise<ParquetFooter> {
  if (file.size < 12) throw new Error("the file is cut short");
  const tail = await file.read(file.size - 8, 8);
  const magic = tail.toString("latin1", 4);
  if (magic === "PARE") throw new Error("the file is encrypted. Write it without encryption");
  if (magic !== "PAR1") throw new Error("the file is cut short: it does not end as a Parquet file does");
  const length = tail.readUInt32LE(0);
  if (length > file.size - 12) throw new Error(`its footer of ${length} bytes is longer than the file`);
  if (length > FOOTER_BYTES_MAX) {
    throw new Error(`its footer has ${length} bytes; at most ${FOOTER_BYTES_MAX} are read. Write larger row groups`);
  }
  const { struct } = readThrift(await file.read(file.size - 8 - length, length), 0);
  if (struct.has(8)) throw new Error("its columns are encrypted. Write it without encryption");
  const columns = columnsIn(structsIn(struct, 2));
  const groups = structsIn(struct, 4).map((group) => groupIn(group, file.size - 8 - length));
  const rowCount = groups.reduce((sum, group) => sum + group.rowCount, 0);
  if (rowCount !== numberIn(struct, 3)) {
    throw new Error(`it says to have ${numberIn(struct, 3)} rows, and its row groups have ${rowCount}`);
  }
  return { columns, groups };
}

function columnsIn(schema: readonly ThriftStruct[]): readonly ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  let at = 1;
  let leaf = 0;
  /** Passes over what lies below a group; only the leaves have values. */
  const skipBelow = (childCount: number): void => {
    for (let open = childCount; open > 0; open--) {
      const element = schema[at++];
      if (element === undefined) throw new Error("its list of columns is cut short");
      const children = numberIn(element, 5, 0);
      if (children > 0) open += children;
      else leaf++;
    }
  };
  while (at < schema.length) {
    const element = schema[at++] as ThriftStruct;
    const name = textIn(element, 4);
    const children = numberIn(element, 5, 0);
    const common = { name, fixedLength: numberIn(element, 2, 0), isOptional: numberIn(element, 3, 0) === 1 };
    const physical = PHYSICAL[numberIn(element, 1, -1)];
    if (children > 0) {
      skipBelow(children);
      columns.push({ ...common, ...unreadable("nested values"), physical: "BYTE_ARRAY", leaf: -1 });
    } else if (numberIn(element, 3, 0) === 2) {
      columns.push({ ...common, ...unreadable("lists"), physical: "BYTE_ARRAY", leaf: leaf++ });
    } else if (physical === undefined) throw new Error(`the column "${printable(name)}" has an unknown type`);
    else columns.push({ ...common, ...meaningOf(physical, element), physical, leaf: leaf++ });
    if (columns.length > COLUMN_COUNT_MAX) throw new Error(`it has more than ${COLUMN_COUNT_MAX} columns`);
  }
  return columns;
}

function groupIn(group: ThriftStruct, dataEnd: number): ParquetFooter["groups"][number] {
  const rowCount = numberIn(group, 3);
  if (!(Number.isSafeInteger(rowCount) && rowCount >= 0)) throw new Error(`a row group has ${rowCount} rows`);
  const chunks = structsIn(group, 1);
  return {
    rowCount,
    chunkOf: ({ leaf, name }) => {
      const named = `the column "${printable(name)}"`;
      const chunk = chunks[leaf];
      if (chunk === undefined) throw new Error(`${named} is missing in a row group`);
      if (chunk.has(1)) throw new Error(`${named} lies in another file`);
      const about = structIn(chunk, 3);
      if (chunk.has(8) || about === null) throw new Error(`${named} is encrypted. Write it without encryption`);
      if (numberIn(about, 5) !== rowCount) {
        throw new Error(`${named} says to have ${numberIn(about, 5)} values in a row group of ${rowCount} rows`);
      }
      const dictionaryAt = numberIn(about, 11, 0);
      const dataAt = numberIn(about, 9);
      const start = dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt;
      const end = start + numberIn(about, 7);
      if (!(start >= 4 && end >= start && end <= dataEnd)) throw new Error(`${named} lies outside of the file`);
      return { start, end, codec: numberIn(about, 4) };
    },
  };
}
