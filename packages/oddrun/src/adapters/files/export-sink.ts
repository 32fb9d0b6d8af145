import type { ExportCell, ExportColumn, ExportRow } from "../../operations/history/export-table.ts";
import { visible } from "../../operations/text/visible-text.ts";
import { csvCell } from "./csv-cell.ts";
import { openOutput, type Output } from "./output.ts";

/** Takes an exported table, a block at a time. */
export interface ExportSink {
  /** The reader has gone: there is no use in writing more. */
  readonly isClosed: boolean;
  write(rows: readonly ExportRow[]): Promise<void>;
  commit(): Promise<void>;
  /** Leaves no trace; harmless after `commit`. */
  abort(): Promise<void>;
}

/** Writes CSV to `target`, "-" being the standard output; a header first. Text comes back unchanged through our readers. */
export async function csvSink(
  target: string,
  columns: readonly ExportColumn[],
  stdout: NodeJS.WritableStream,
  options: { readonly force: boolean },
): Promise<ExportSink> {
  const output = await openOutput(target, stdout, options);
  const cells = columns.map(({ kind }) => cellWriter(kind, output));
  const lineOf = (row: ExportRow): string => {
    let line = "";
    for (const [place, cell] of row.entries()) {
      if (place > 0) line += ",";
      if (cell !== null) line += (cells[place] as CellWriter)(cell);
    }
    return `${line}\n`;
  };
  await output.write(`${columns.map(({ name }) => csvCell(name)).join(",")}\n`);
  return {
    get isClosed() {
      return output.isClosed;
    },
    write: async (rows) => output.write(rows.map(lineOf).join("")),
    commit: () => output.commit(),
    abort: () => output.abort(),
  };
}

type CellWriter = (cell: NonNullable<ExportCell>) => string;

function cellWriter(kind: ExportColumn["kind"], output: Output): CellWriter {
  if (kind === "time") return (cell) => isoTime(Number(cell));
  // the shortest text that reads back as the same number
  if (kind !== "text") return String;
  return output.isTerminal ? (cell) => csvCell(visible(String(cell))) : (cell) => csvCell(String(cell));
}

/** Whole seconds as GitHub writes them. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
