import { problem } from "../../operations/problems.ts";
import { shownSource } from "./open-source.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { type MetricsReadOptions, type MetricsSummary, readMetrics } from "./read-metrics.ts";

export interface MetricsTableOptions extends MetricsReadOptions {
  /** Which row holds when two of one build differ; without it that is a problem. */
  readonly onConflict?: "first" | "last";
}

/** All rows of a metrics file at once, one for each build. */
export interface MetricsTable {
  readonly ids: readonly string[];
  /** Row-major: `ids.length` rows of `features.length` columns; NaN = missing. */
  readonly values: Float64Array;
  readonly rowCount: number;
  readonly features: readonly string[];
  readonly summary: MetricsSummary & {
    /** Rows left out because they say the same as an earlier one. */
    readonly duplicateCount: number;
    /** Rows left out by `onConflict`. */
    readonly conflictCount: number;
  };
}

/**
 * Reads a metrics file whole, for training. The same build with the same numbers counts once; with other numbers it is the
 * problem input-conflict, unless `onConflict` says which row holds. No rows at all is the problem input-empty.
 */
export async function readMetricsTable(source: string, options: MetricsTableOptions = {}): Promise<MetricsTable> {
  const reader = readMetrics(source, options);
  const ids: string[] = [];
  const rowNumbers: number[] = [];
  const places = new Map<string, number>();
  let values = new Float64Array(1024);
  let width = 0;
  let duplicateCount = 0;
  let conflictCount = 0;
  for await (const batch of reader) {
    width = batch.features.length;
    for (let row = 0; row < batch.rowCount; row++) {
      const cells = batch.values.subarray(row * width, (row + 1) * width);
      const id = batch.ids[row] as string;
      const place = places.get(id);
      if (place === undefined) {
        if ((ids.length + 1) * width > values.length) values = grown(values, (ids.length + 1) * width);
        values.set(cells, ids.length * width);
        places.set(id, ids.length);
        ids.push(id);
        rowNumbers.push(batch.rowNumbers[row] as number);
      } else if (isSame(values.subarray(place * width, (place + 1) * width), cells)) duplicateCount++;
      else if (options.onConflict === undefined) {
        throw problem(
          "input-conflict",
          shownSource(source),
          printable(id),
          rowNumbers[place] ?? 0,
          batch.rowNumbers[row] ?? 0,
        );
      } else {
        conflictCount++;
        if (options.onConflict === "last") values.set(cells, place * width);
      }
    }
  }
  const summary = { ...reader.summary(), duplicateCount, conflictCount };
  if (ids.length === 0) {
    const what =
      summary.skippedCount > 0 ? `all ${summary.skippedCount} rows are bad` : "it holds nothing but its header";
    throw problem("input-empty", shownSource(source), what);
  }
  return {
    ids,
    values: values.slice(0, ids.length * width),
    rowCount: ids.length,
    features: summary.features,
    summary,
  };
}

function grown(values: Float64Array<ArrayBuffer>, lengthMin: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(lengthMin, values.length * 2));
  larger.set(values);
  return larger;
}

function isSame(left: Float64Array, right: Float64Array): boolean {
  return left.every((value, place) => Object.is(value, right[place]) || value === right[place]);
}
