import { parseConclusion } from "@oddrun/core";
import { problem } from "../../operations/problems.ts";
import type { ReplayRun } from "../../operations/budget/replay-runs.ts";
import { csvRows } from "./csv-rows.ts";
import { openSource, type SourceOptions } from "./open-source.ts";
import type { RawRow } from "./raw-row.ts";
import { isFault, readId, readInstant, readSeconds } from "./run-history-cells.ts";

const RUN_COLUMNS = [
  "series",
  "run_id",
  "run_attempt",
  "event",
  "run_started_at",
  "completed_at",
  "duration_s",
  "conclusion",
] as const;
const OBSERVED_COLUMNS = ["series", "observed_until"] as const;

/** The runs of a replay file, in blocks: CSV, gzip or not. Problems: input-*. */
export async function* replayRows(path: string, options: SourceOptions = {}): AsyncGenerator<readonly ReplayRun[]> {
  const read = (cells: readonly string[]): ReplayRun => ({
    series: cells[0]!,
    mark: {
      runId: needed("run_id", readId(cells[1]!, "run_id")),
      runAttempt: given(readId(cells[2]!, "run_attempt")) ?? 1,
      atMs: needed("completed_at", readInstant(cells[5]!, "completed_at", false)),
    },
    isScheduled: cells[3] === "schedule",
    startedAtMs: needed("run_started_at", readInstant(cells[4]!, "run_started_at", false)),
    durationMs: notNegative("duration_s", given(readSeconds(cells[6]!, "duration_s"))),
    conclusion: parseConclusion(cells[7]!),
  });
  yield* rowsOf(path, RUN_COLUMNS, read, options);
}

/** Until when each series was watched, in ms. Problems: input-*. */
export async function observedUntil(path: string): Promise<ReadonlyMap<string, number>> {
  const until = new Map<string, number>();
  const read = (cells: readonly string[]) => ({
    series: cells[0]!,
    atMs: needed("observed_until", readInstant(cells[1]!, "observed_until", false)),
  });
  for await (const rows of rowsOf(path, OBSERVED_COLUMNS, read))
    for (const { series, atMs } of rows) until.set(series, atMs);
  return until;
}

async function* rowsOf<Row>(
  path: string,
  columns: readonly string[],
  read: (cells: readonly string[]) => Row,
  options: SourceOptions = {},
): AsyncGenerator<readonly Row[]> {
  const source = await openSource(path, options);
  try {
    if (source.isParquet) throw problem("input-format", source.shownName, "a replay reads CSV. Convert the file.");
    const { header, blocks } = await csvRows(source);
    const places = columns.map((column) => header!.indexOf(column));
    const missing = columns.filter((_, at) => places[at]! < 0);
    if (missing.length > 0) {
      const what = `it has no column ${missing.map((name) => `"${name}"`).join(", ")}. A replay reads ${columns.join(", ")}.`;
      throw problem("input-columns", source.shownName, what);
    }
    for await (const block of blocks) {
      yield block.map((row) => {
        try {
          if (row.fault !== null) throw new RowFault(row.fault);
          const cells = row.cells as unknown as readonly string[];
          return read(places.map((place) => cells[place]!));
        } catch (error) {
          throw error instanceof RowFault
            ? problem("replay-row", placeOf(source.shownName, row), error.message)
            : error;
        }
      });
    }
  } finally {
    await source.close();
  }
}

class RowFault extends Error {}

function given<Value>(value: Value | { readonly fault: string }): Value {
  if (isFault(value)) throw new RowFault(value.fault);
  return value;
}

function needed<Value>(column: string, value: Value | null | { readonly fault: string }): Value {
  const read = given(value);
  if (read === null) throw new RowFault(`${column} is empty. Each row needs it.`);
  return read;
}

function notNegative(column: string, value: number | null): number | null {
  if (value !== null && value < 0)
    throw new RowFault(`${column} is below 0. Leave the cell empty where it is not known.`);
  return value;
}

function placeOf(shownName: string, { row, line }: RawRow): string {
  return `${shownName}, row ${row} (line ${line})`;
}
