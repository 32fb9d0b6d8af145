import { parquetMetadata, parquetSchema, type RowGroup, type SchemaTree } from "hyparquet";
import { printable } from "../../operations/text/visible-text.ts";
import type { RandomAccess } from "./open-source.ts";
import { checkThrift, refusal } from "./parquet-guard.ts";
import { meaningOf, type ParquetMeaning } from "./parquet-types.ts";

/** A column that lies flat under the root, and what it means. */
export interface ParquetColumn extends ParquetMeaning {
  readonly name: string;
  /** The root, then the column. */
  readonly schemaPath: readonly [SchemaTree, SchemaTree];
}

/** Where the values of a column and row group lie. */
export interface ParquetChunk {
  readonly start: number;
  readonly end: number;
  readonly codec: string;
}

export interface ParquetGroup {
  readonly rowCount: number;
  readonly chunkOf: (column: ParquetColumn) => ParquetChunk;
}

export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly ParquetGroup[];
}

const FOOTER_BYTES_MAX = 32 * 1024 * 1024;
const COLUMN_COUNT_MAX = 4000;

/** Reads what a Parquet file says of itself at its end. Throws where that is damaged or not read here. */
export async function readFooter(file: RandomAccess): Promise<ParquetFooter> {
  if (file.size < 12) throw refusal("the file is cut short");
  const tail = await file.read(file.size - 8, 8);
  const magic = tail.toString("latin1", 4);
  if (magic === "PARE") throw refusal("the file is encrypted. Write it without encryption");
  if (magic !== "PAR1") throw refusal("the file is cut short: it does not end as a Parquet file does");
  const length = tail.readUInt32LE(0);
  if (length > file.size - 12) throw refusal(`its footer of ${length} bytes is longer than the file`);
  if (length > FOOTER_BYTES_MAX) {
    throw refusal(`its footer has ${length} bytes; at most ${FOOTER_BYTES_MAX} are read. Write larger row groups`);
  }
  const footer = await file.read(file.size - 8 - length, length + 8);
  if (checkThrift(footer.subarray(0, length)).fields.includes(8)) {
    throw refusal("its columns are encrypted. Write it without encryption");
  }
  const metadata = parquetMetadata(footer, { geoparquet: false });
  if (metadata.schema.length > COLUMN_COUNT_MAX) throw refusal(`it has more than ${COLUMN_COUNT_MAX} columns`);
  const groups = metadata.row_groups.map((group) => groupIn(group, file.size - 8 - length));
  const rowCount = groups.reduce((sum, group) => sum + group.rowCount, 0);
  if (rowCount !== Number(metadata.num_rows)) {
    throw refusal(`it says to have ${metadata.num_rows} rows, and its row groups have ${rowCount}`);
  }
  const root = parquetSchema(metadata);
  return { columns: root.children.map((node) => columnAt(root, node)), groups };
}

function columnAt(root: SchemaTree, node: SchemaTree): ParquetColumn {
  const { name } = node.element;
  if (typeof name !== "string") throw refusal("a column has no name");
  const meaning = meaningOf(node);
  if (meaning === null) throw refusal(`the column "${printable(name)}" has an unknown type`);
  return { name, schemaPath: [root, node], ...meaning };
}

function groupIn(group: RowGroup, dataEnd: number): ParquetGroup {
  const rowCount = Number(group.num_rows);
  if (!(Number.isSafeInteger(rowCount) && rowCount >= 0)) throw refusal(`a row group has ${rowCount} rows`);
  const byName = new Map(group.columns.map((chunk) => [chunk.meta_data?.path_in_schema.join("\0"), chunk]));
  return {
    rowCount,
    chunkOf: ({ name }) => {
      const chunk = byName.get(name);
      if (chunk?.crypto_metadata !== undefined) throw refusal("it is encrypted. Write it without encryption");
      if (chunk?.meta_data === undefined) throw refusal("it is missing in a row group, or encrypted");
      if (chunk.file_path !== undefined) throw refusal("it lies in another file");
      const about = chunk.meta_data;
      if (Number(about.num_values) !== rowCount) {
        throw refusal(`it says to have ${about.num_values} values in a row group of ${rowCount} rows`);
      }
      const dictionaryAt = Number(about.dictionary_page_offset ?? 0);
      const dataAt = Number(about.data_page_offset);
      const start = dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt;
      const end = start + Number(about.total_compressed_size);
      if (!(start >= 4 && end >= start && end <= dataEnd)) throw refusal("it lies outside of the file");
      return { start, end, codec: about.codec };
    },
  };
}
