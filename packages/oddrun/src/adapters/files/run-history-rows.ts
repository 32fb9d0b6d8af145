import { parseConclusion, parseStatus } from "@oddrun/core";
import type { HistoryRow, HistoryRows, RowListener } from "../../operations/history/import-history.ts";
import { problem } from "../../operations/problems.ts";
import { restoreFormula } from "./csv-cell.ts";
import { csvRows } from "./csv-rows.ts";
import { type ByteSource, openSource } from "./open-source.ts";
import type { RawRow, RowSource } from "./raw-row.ts";
import { openRejectFile, type RejectFile } from "./reject-file.ts";
import { isFault, readId, readInstant, readRepositoryName, readSeconds, readValue } from "./run-history-cells.ts";
import { repeatFinder } from "./run-history-repeats.ts";
import { readCleanRun, readCleanTimes } from "./run-history-clean.ts";
import { type HistoryColumn, type HistoryLayout, type HistoryMapping, historyLayout } from "./run-history-columns.ts";

export interface RunHistoryOptions {
  readonly mapping: HistoryMapping;
  /** Take a time without a zone for UTC. */
  readonly assumeUtc: boolean;
  /** What to call the file in messages; its path without this. */
  readonly shownName?: string;
  /** Pass over bad rows and keep them in this file. Without it the first bad row ends the reading. */
  readonly skipBad: { readonly rejectPath: string; readonly force: boolean } | null;
}

/**
 * The rows of a run history: CSV, gzip or not, or Parquet. `open` reads the file from its start each time; bad rows go to the reject
 * file on the first reading only. Problems: input-* and, for the reject file, output-*.
 */
export function runHistoryRows(path: string, options: RunHistoryOptions): HistoryRows {
  let readings = 0;
  return {
    open: (listener) => rowsOf(path, options, readings++ === 0, listener),
    isOfJobs: async () => {
      const source = await openSource(path);
      try {
        return (await openHistory(source, options)).layout.isOfJobs;
      } finally {
        await source.close();
      }
    },
  };
}

async function* rowsOf(
  path: string,
  options: RunHistoryOptions,
  isFirst: boolean,
  listener: RowListener | undefined,
): AsyncGenerator<readonly HistoryRow[]> {
  const { skipBad } = options;
  const rejects = skipBad === null || !isFirst ? null : await openRejectFile(skipBad.rejectPath, skipBad);
  const source = await openSource(path);
  const shownName = options.shownName ?? source.shownName;
  try {
    const { layout, rows } = await openHistory(source, options);
    const read = rowReader(layout, rows.format, options.assumeUtc);
    const seen = repeatFinder();
    for await (const block of rows.blocks) {
      const good: HistoryRow[] = [];
      for (const row of block) {
        const isWhole = row.cells !== null && row.fault === null;
        const outcome = isWhole ? read(row) : (row.fault ?? "the row cannot be read.");
        const fault = typeof outcome === "string" ? outcome : seen.check(outcome, row.raw.toString());
        if (fault === "repeated") listener?.onRepeated();
        else if (fault !== null) await passOver(row, shownName, fault, rejects, skipBad !== null, listener);
        else if (typeof outcome !== "string") good.push(outcome);
      }
      if (good.length > 0) yield good;
    }
    await rejects?.commit();
  } finally {
    await rejects?.abort();
    await source.close();
  }
}

async function openHistory(
  source: ByteSource,
  { shownName = source.shownName, mapping }: RunHistoryOptions,
): Promise<{ readonly layout: HistoryLayout; readonly rows: RowSource }> {
  if (source.isParquet) {
    const { parquetRows, refuseUnreadable } = await import("./parquet-rows.ts");
    const rows = await parquetRows({ ...source, shownName });
    const header = rows.header ?? [];
    const layout = historyLayout(shownName, header, mapping);
    const ignored = new Set(layout.ignored);
    refuseUnreadable(shownName, rows, (place) => !ignored.has(header[place] ?? ""));
    return { layout, rows };
  }
  if (source.head.toString("utf8", 0, 4096).trim() === "") {
    throw problem("input-format", shownName, "it is empty. A run history has a header line and one row a run.");
  }
  const rows = await csvRows({ ...source, shownName });
  return { layout: historyLayout(shownName, rows.header ?? [], mapping), rows };
}

async function passOver(
  row: RawRow,
  shownName: string,
  what: string,
  rejects: RejectFile | null,
  maySkip: boolean,
  listener: RowListener | undefined,
): Promise<void> {
  const place = `${shownName}, row ${row.row}${row.line === 0 ? "" : ` (line ${row.line})`}`;
  if (!maySkip) throw problem("input-row", place, what);
  // The reason without its values, so that like rows are counted together.
  listener?.onSkipped(what.replaceAll(/"[^"]*"|(?<=\b(?:row|line) )\d+/g, "...").replace(" ... ", " "));
  await rejects?.add(`${place}: ${what}`, row.raw.toString());
}

/** Makes the function that reads a row, or says what is wrong with it. */
function rowReader(
  layout: HistoryLayout,
  format: RowSource["format"],
  assumeUtc: boolean,
): (row: RawRow) => HistoryRow | string {
  const { text, isOfJobs, hasJobDuration, isClean, metrics } = layout;
  const optional = (cells: readonly string[], column: HistoryColumn): string | null => {
    const cell = text[column](cells);
    return cell === "" ? null : restored(cell);
  };

  // only in CSV a spreadsheet could run a text
  const restored = format === "csv" ? restoreFormula : (cell: string) => cell;
  const textsOf = format === "csv" ? (cells: Cells) => cells as readonly string[] : cellTexts;

  return (row) => {
    const cells = textsOf(row.cells as unknown as Cells);
    // The first fault of the row ends its reading; the values read until then are dropped.
    let fault: string | null = null;
    const checked = <Value>(value: Value | { readonly fault: string }): Value | null => {
      if (!isFault(value)) return value;
      fault ??= value.fault;
      return null;
    };
    const instant = (column: HistoryColumn): number | null =>
      checked(readInstant(text[column](cells), column, assumeUtc));
    const id = (column: HistoryColumn): number | null => checked(readId(text[column](cells), column));
    const needed = <Value>(column: HistoryColumn, value: Value | null): Value => {
      if (value === null) fault ??= `${column} is empty. Each row needs it.`;
      return value as Value;
    };

    const attempt = text.run_attempt(cells).trim();
    const durationMs = checked(readSeconds(text.duration_s(cells), "duration_s"));
    const isOfRun = !isOfJobs || hasJobDuration;
    const clean = isOfRun && isClean.run ? checked(readCleanRun(text, cells)) : null;
    const read: HistoryRow = {
      repository: needed("repository", checked(readRepositoryName(text.repository(cells), "repository"))),
      workflow: needed("workflow", optional(cells, "workflow")),
      defaultBranch: optional(cells, "default_branch"),
      run: {
        runId: needed("run_id", id("run_id")),
        runAttempt: (attempt === "" || attempt === "0" ? null : id("run_attempt")) ?? 1,
        runNumber: id("run_number"),
        branch: optional(cells, "branch"),
        event: optional(cells, "event"),
        headSha: optional(cells, "head_sha"),
        title: optional(cells, "title"),
        createdAtMs: instant("created_at"),
        runStartedAtMs: instant("run_started_at"),
        completedAtMs: instant("completed_at"),
        conclusion: parseConclusion(text.conclusion(cells)),
        status: parseStatus(optional(cells, "status")),
        updatedAtMs: clean === null ? null : instant("updated_at"),
        heldFor: clean?.heldFor ?? null,
        seenHeldAtMs: clean === null ? null : instant("seen_held_at"),
        durationMs: isOfRun && clean === null ? durationMs : null,
        readyAtMs: null,
      },
      clean: clean?.times ?? null,
      job: !isOfJobs
        ? null
        : {
            jobId: needed("job_id", id("job_id")),
            name: needed("job_name", optional(cells, "job_name")),
            conclusion: parseConclusion(text.job_conclusion(cells)),
            createdAtMs: instant("job_created_at"),
            startedAtMs: instant("job_started_at"),
            completedAtMs: instant("job_completed_at"),
            runnerName: optional(cells, "runner_name"),
            runnerGroup: optional(cells, "runner_group"),
            runnerLabels: sortedLabels(optional(cells, "runner_labels")),
            durationMs: hasJobDuration
              ? checked(readSeconds(text.job_duration_s(cells), "job_duration_s"))
              : durationMs,
            clean: isClean.job ? checked(readCleanTimes(text, cells, "job_")) : null,
          },
      metrics: metrics.flatMap(({ name, place }) => {
        const value = checked(readValue(cells[place] ?? "", name));
        return value === null ? [] : [{ name, value }];
      }),
    };
    return fault ?? read;
  };
}

type Cells = readonly (string | number | null)[];

function cellTexts(cells: Cells): readonly string[] {
  return cells.map((cell) => (cell === null ? "" : String(cell)));
}

function sortedLabels(labels: string | null): string | null {
  if (labels === null) return null;
  return labels
    .split(/[,;|]/)
    .map((label) => label.trim())
    .filter((label) => label !== "")
    .sort()
    .join(",");
}
