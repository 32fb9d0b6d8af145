import { CsvError, parse } from "csv-parse/sync";
import { UNCLOSED } from "./raw-row.ts";

/** The records in `bytes`, or what is wrong with them. */
export function parseCsv(bytes: Buffer, delimiter: string): string[][] | string {
  try {
    return parse(bytes, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n"],
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return error.code === "CSV_QUOTE_NOT_CLOSED"
      ? UNCLOSED
      : 'a quote (") stands inside a cell. Put the whole cell in quotes and double those inside.';
  }
}
