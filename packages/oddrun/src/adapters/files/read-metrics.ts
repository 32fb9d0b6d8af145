import type { MetricsBatch } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import { csvRows } from "./csv-rows.ts";
import { jsonRows, looksLikeJson } from "./json-rows.ts";
import { type DurationUnit, readBuildId, readJsonNumber, readNumber } from "./metric-cells.ts";
import { type MetricColumns, metricColumns } from "./metric-columns.ts";
import { type ByteSource, openSource, type SourceOptions } from "./open-source.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { RawRow, RowSource } from "./raw-row.ts";
import type { RejectFile } from "./reject-file.ts";

export interface MetricsReadOptions extends SourceOptions {
  /** Exactly these numeric columns, in this order; build_id may then be missing. */
  readonly features?: readonly string[];
  /** What the duration column counts in; seconds without it. */
  readonly durationUnit?: DurationUnit;
  /** Pass over bad rows and keep them in this file. Without it the first bad row ends the reading. */
  readonly skipBad?: { readonly rejectPath: string; readonly force?: boolean };
}

/** Up to some thousand rows. Durations are in seconds; only columns other than duration and failure_rate may have missing values. */
interface MetricsFileBatch extends MetricsBatch {
  /** 1-based numbers of these rows among the file's rows of data. */
  readonly rowNumbers: Uint32Array;
}

export interface MetricsSummary {
  readonly rowCount: number;
  readonly skippedCount: number;
  readonly features: readonly string[];
  /** Columns that are no features. */
  readonly ignoredColumns: readonly string[];
  /** What a person should know, one sentence or two each. */
  readonly notices: readonly string[];
}

export interface MetricsReader extends AsyncIterable<MetricsFileBatch> {
  /** Complete once the batches have all been read. */
  summary(): MetricsSummary;
}

/** So many rows decide what the columns are, and whether durations look like seconds. */
const FIRST_ROWS = 1000;
const ROW_NUMBER_MAX = 2 ** 32 - 1;
const SUSPICIOUS_MEDIAN_S = 6 * 3600;

/**
 * Reads pipeline metrics from a regular file, or from standard input for "-": CSV, a JSON list, {"data": [...]}, NDJSON or
 * (from a file only) Parquet, as the content shows, gzip or not, in bounded memory. A header alone gives no batches. Files are read again on each iteration.
 * Problems: input-* (see the table), and output-* for the reject file.
 */
export function readMetrics(source: string, options: MetricsReadOptions = {}): MetricsReader {
  let summary: MetricsSummary = { rowCount: 0, skippedCount: 0, features: [], ignoredColumns: [], notices: [] };
  return {
    [Symbol.asyncIterator]: () => batchesOf(source, options, (latest) => (summary = latest)),
    summary: () => summary,
  };
}

async function* batchesOf(
  path: string,
  options: MetricsReadOptions,
  report: (summary: MetricsSummary) => void,
): AsyncGenerator<MetricsFileBatch> {
  const rejects = await rejectFileOf(options);
  const source = await openSource(path, options);
  try {
    if (
      !source.isParquet &&
      source.head
        .toString("utf8", 0, 4096)
        .replace(/^\uFEFF/, "")
        .trim() === ""
    ) {
      throw problem("input-empty", source.shownName, path === "-" ? "nothing came" : "the file is empty");
    }
    const rows = await rowsIn(source);
    const blocks = rows.blocks[Symbol.asyncIterator]();
    const { first, isEnd } = await firstBlocks(blocks);
    const firstRows = first.flat();
    const place = placeIn(source.shownName);
    if (rows.header === null && firstRows.length === 0) return;
    const [faulty] = firstRows;
    if (rows.header === null && faulty !== undefined && firstRows.every(({ cells }) => cells === null)) {
      // Not one row names its fields: passing over them all would only hide why.
      throw problem("input-row", place(faulty), faulty.fault ?? "");
    }
    const columns = metricColumns(source.shownName, rows, firstRows, options.features ?? null);
    if (rows.columnTypes !== undefined) {
      const { refuseUnreadable } = await import("./parquet-rows.ts");
      const used = new Set([...columns.features.map(({ key }) => key), columns.buildId?.key]);
      refuseUnreadable(source.shownName, rows, (place) => used.has(place));
    }
    const notices = noticesOf(columns, firstRows, options);
    const counts = { rowCount: 0, skippedCount: 0 };
    const tell = () =>
      report({
        ...counts,
        features: columns.features.map(({ name }) => name),
        ignoredColumns: columns.ignored.map(({ name }) => name),
        notices,
      });
    tell();
    for (let next: IteratorResult<readonly RawRow[]> | null = null; ; ) {
      const block = first.shift() ?? (isEnd ? undefined : (next = await blocks.next()).value);
      if (block === undefined || next?.done === true) break;
      const batch = await batchOf(block, columns, rows.format, options.durationUnit ?? "s", place, rejects);
      counts.rowCount += batch.rowCount;
      counts.skippedCount += block.length - batch.rowCount;
      tell();
      if (batch.rowCount > 0) yield batch;
    }
    await rejects?.commit();
  } finally {
    await rejects?.abort();
    await source.close();
  }
}

async function rowsIn(source: ByteSource): Promise<RowSource> {
  if (!source.isParquet) return looksLikeJson(source) ? jsonRows(source) : await csvRows(source);
  const { parquetRows } = await import("./parquet-rows.ts");
  return await parquetRows(source);
}

async function rejectFileOf({ skipBad }: MetricsReadOptions): Promise<RejectFile | null> {
  if (skipBad === undefined) return null;
  const { openRejectFile } = await import("./reject-file.ts");
  return await openRejectFile(skipBad.rejectPath, skipBad);
}

async function firstBlocks(blocks: AsyncIterator<readonly RawRow[]>) {
  const first: (readonly RawRow[])[] = [];
  for (let count = 0; count < FIRST_ROWS; ) {
    const next = await blocks.next();
    if (next.done === true) return { first, isEnd: true };
    first.push(next.value);
    count += next.value.length;
  }
  return { first, isEnd: false };
}

function placeIn(shownName: string): (row: RawRow) => string {
  return ({ row, line }) => `${shownName}, row ${row}${line === 0 ? "" : ` (line ${line})`}`;
}

async function batchOf(
  rows: readonly RawRow[],
  { buildId, features }: MetricColumns,
  format: RowSource["format"],
  unit: DurationUnit,
  place: (row: RawRow) => string,
  rejects: RejectFile | null,
): Promise<MetricsFileBatch> {
  const read = format === "csv" ? readNumber : readJsonNumber;
  const width = features.length;
  const values = new Float64Array(rows.length * width);
  const rowNumbers = new Uint32Array(rows.length);
  const ids: string[] = [];
  for (const row of rows) {
    let fault = row.fault;
    if (row.cells !== null) {
      const id = buildId === null ? { id: String(row.row) } : readBuildId(row.cells[buildId.key], format);
      if ("fault" in id) fault = id.fault;
      for (let place = 0; place < width && fault === null; place++) {
        const { key, name } = features[place] as MetricColumns["features"][number];
        const value = read(row.cells[key], name, unit);
        if (typeof value === "string") fault = value;
        else values[ids.length * width + place] = value;
      }
      if (fault === null && "id" in id) {
        rowNumbers[ids.length] = Math.min(row.row, ROW_NUMBER_MAX);
        ids.push(id.id);
        continue;
      }
    }
    const what = fault ?? "the row cannot be read.";
    if (rejects === null) throw problem("input-row", place(row), what);
    await rejects.add(`${place(row)}: ${what}`, row.raw.toString());
  }
  const rowCount = ids.length;
  return {
    ids,
    values: values.subarray(0, rowCount * width),
    rowCount,
    features: features.map(({ name }) => name),
    rowNumbers: rowNumbers.subarray(0, rowCount),
  };
}

function noticesOf(columns: MetricColumns, first: readonly RawRow[], options: MetricsReadOptions): readonly string[] {
  const notices: string[] = [];
  if (columns.ignored.length > 0) {
    const shown = columns.ignored
      .slice(0, 10)
      .map(({ name, why }) => (name === "" ? why : `${printable(name)} (${why})`));
    const more = columns.ignored.length > 10 ? ` and ${columns.ignored.length - 10} more` : "";
    notices.push(`Not used as features: ${shown.join(", ")}${more}.`);
  }
  const duration = columns.features.find(({ name }) => name.toLowerCase() === "duration");
  if (duration === undefined || options.durationUnit !== undefined) return notices;
  const durations = first
    .map((row) => (row.cells === null ? Number.NaN : Number(row.cells[duration.key])))
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
  const median = durations[durations.length >> 1] ?? 0;
  if (median > SUSPICIOUS_MEDIAN_S) {
    notices.push(
      `The median duration of the first rows is ${median}: more than 6 hours if these are seconds. If they are not, say so with --duration-unit ms or min.`,
    );
  }
  return notices;
}
