/** One row of a data file as it was found, before its values are looked at. */
export interface RawRow {
  /** 1 for the first row of data. */
  readonly row: number;
  /** 1-based line in the file where the row begins; 0 where lines mean nothing (an element of a JSON array). */
  readonly line: number;
  /** The row's own text, or its bytes as UTF-8 where nothing else needs the text; of Parquet the row as CSV. */
  readonly raw: string | Buffer;
  /** CSV, Parquet: the cells by place. JSON: the fields by name. Null when the row cannot be taken apart. */
  readonly cells: RowCells | null;
  /** Why it cannot: one or two sentences. */
  readonly fault: string | null;
}

/** Looked up by place or by name. */
export type RowCells = Readonly<Record<string | number, unknown>>;

export interface ColumnType {
  readonly kind: "number" | "text" | "unreadable";
  /** In words: "lists". */
  readonly what: string;
}

/** A file's rows, in blocks as they come. */
export interface RowSource {
  readonly format: "csv" | "json" | "parquet";
  /** Of a CSV or Parquet file; null when each row names its own fields. */
  readonly header: readonly string[] | null;
  /** Of a Parquet file: what the columns of the header hold. */
  readonly columnTypes?: readonly ColumnType[];
  readonly blocks: AsyncIterable<readonly RawRow[]>;
}

/** A row may have this many bytes; more is a fault of the row. */
export const ROW_BYTES_MAX = 1 << 20;

export const TOO_LONG = "the row is longer than 1 MB. Is a line end or a closing quote missing?";

export const UNCLOSED =
  'a cell begins with a quote (") that is never closed. Close it, or double the quotes inside a cell.';

/** The text of a row that is not clean UTF-8, with no byte lost. */
export function rawText(bytes: Buffer): string {
  return bytes.toString("latin1");
}
