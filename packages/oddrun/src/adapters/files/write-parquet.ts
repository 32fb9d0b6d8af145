import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ExportCell, ExportColumn, ExportRow } from "../../operations/history/export-table.ts";
import { openAtomicFile } from "./atomic-file.ts";
import type { ExportSink } from "./export-sink.ts";

/** So many rows are held until they are written as one row group. */
const GROUP_ROWS = 20_000;

/**
 * Writes a table as Parquet, Snappy-packed, one row group at a time. Text is UTF-8 as it is, integers are INT64, numbers
 * DOUBLE, times TIMESTAMP in milliseconds and UTC; all may be null.
 */
export async function parquetSink(
  path: string,
  columns: readonly ExportColumn[],
  options: { readonly force: boolean },
): Promise<ExportSink> {
  const file = await openAtomicFile(path, options);
  const bytes = new ByteWriter();
  const flush = async (): Promise<void> => {
    const written = bytes.getBytes().slice();
    bytes.index = 0;
    if (written.length > 0) await file.write(written);
  };
  const schema = [{ name: "schema", num_children: columns.length }, ...columns.map(schemaElement)];
  const parquet = new ParquetWriter({ writer: bytes, schema, createdBy: "oddrun" });
  let held = columns.map((): unknown[] => []);
  let heldCount = 0;
  const writeGroup = async (): Promise<void> => {
    const columnData = columns.map(({ name }, place) => ({ name, data: held[place] as unknown[], offsetIndex: false }));
    held = columns.map(() => []);
    heldCount = 0;
    await parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    await flush();
  };
  const values = columns.map(({ kind }) => VALUE_OF[kind]);
  return {
    isClosed: false,
    write: async (rows: readonly ExportRow[]) => {
      for (const row of rows) {
        for (const [place, cell] of row.entries()) {
          held[place]?.push(cell === null ? null : values[place]?.(cell));
        }
        if (++heldCount === GROUP_ROWS) await writeGroup();
      }
    },
    commit: async () => {
      if (heldCount > 0) await writeGroup();
      await parquet.finish();
      await flush();
      await file.commit();
    },
    abort: () => file.abort(),
  };
}

const VALUE_OF: Readonly<Record<ExportColumn["kind"], (cell: NonNullable<ExportCell>) => unknown>> = {
  text: String,
  integer: BigInt,
  number: Number,
  time: (ms) => new Date(ms),
};

const ELEMENT_OF: Readonly<Record<ExportColumn["kind"], Omit<SchemaElement, "name">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  time: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
};

function schemaElement({ name, kind }: ExportColumn): SchemaElement {
  return { name, repetition_type: "OPTIONAL", ...ELEMENT_OF[kind] };
}
