import { join } from "node:path";
import type { ExportSink } from "../../adapters/files/export-sink.ts";
import type { ExportSource, ExportTable } from "../../operations/history/export-table.ts";
import type { RunFilter } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { oneOf, repositoryOption } from "../options.ts";
import { TIME_WINDOW_OPTIONS, timeWindow } from "../time-option.ts";

const TABLES: Readonly<Record<string, () => Promise<(source: ExportSource) => Promise<ExportTable>>>> = {
  metrics: async () => (await import("../../operations/history/export-metrics.ts")).exportMetrics,
  runs: async () => (await import("../../operations/history/export-runs.ts")).exportRuns,
  jobs: async () => (await import("../../operations/history/export-jobs.ts")).exportJobs,
};
const EXIT_INTERRUPTED = 130;

/** `oddrun export`: what is stored, as a file for other programs. */
export const exportCommand: CommandSpec = {
  name: "export",
  summary: "Write the stored runs, their jobs or their metrics as CSV or Parquet",
  args: [
    {
      name: "what",
      description:
        'One of "metrics" (the records that train learns from), "runs" and "jobs" (what import reads back without a loss)',
      required: true,
    },
  ],
  options: [
    { name: "out", value: "FILE", description: 'Where to write; "-" is standard output, as CSV', defaultText: "-" },
    {
      name: "format",
      value: "FORMAT",
      description: "Form of the file: csv or parquet",
      defaultText: "parquet where the file's name ends so, else csv",
    },
    { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
    { name: "workflow", value: "NAME", description: "Only this workflow, by name or file" },
    ...TIME_WINDOW_OPTIONS,
    { name: "force", description: "Replace the file if it is there" },
  ],
  run: async (input, context) => {
    const tableOf = await chosenTable(input);
    const target = input.text("out") ?? "-";
    if (target === "") throw problem("bad-usage", '--out needs a file name, or "-" for standard output.');
    const byName = target.toLowerCase().endsWith(".parquet") ? "parquet" : "csv";
    const format = oneOf(input, "format", ["csv", "parquet"], byName);
    if (format === "parquet" && target === "-") {
      throw problem("bad-usage", "Parquet needs a file: name it with --out FILE.parquet, or write CSV.");
    }
    const filter = runFilter(input, context);
    const force = input.isSet("force");
    const { checkOutputPlace } = await import("../../adapters/files/atomic-file.ts");
    if (target !== "-") await checkOutputPlace(target, { force });

    const place = join(context.dataDir, "oddrun.db");
    const { openStore } = await import("../../adapters/store/index.ts");
    const store = await openStore(place, { readOnly: true });
    try {
      const table = await tableOf({ store, filter, onRead: (runCount) => breathe(`${runCount} runs read`, context) });
      const blocks = table.blocks[Symbol.asyncIterator]();
      let next = await blocks.next();
      if (next.done === true) throw await nothingFound(input, place, filter, store);
      const sink = await openSink(format, target, table, context, force);
      let rowCount = 0;
      try {
        for (; next.done !== true; next = await blocks.next()) {
          if (sink.isClosed) return 0;
          await sink.write(next.value);
          rowCount += next.value.length;
          await breathe(`${rowCount} rows written`, context);
        }
        await sink.commit();
      } finally {
        await sink.abort();
      }
      if (target !== "-") context.stderr.write(`Wrote ${printable(target, 200)}: ${rowCount} rows.\n`);
      return 0;
    } catch (error) {
      if (error === STOPPED) return EXIT_INTERRUPTED;
      throw error;
    } finally {
      await store.close();
    }
  },
};

const STOPPED = new Error("stopped");

/** Shows how far it is, and lets a signal come through: reading the store alone never waits for anything outside. */
async function breathe(line: string, context: CommandContext): Promise<void> {
  context.progress(line);
  await new Promise((resolve) => setImmediate(resolve));
  if (context.signal.aborted) throw STOPPED;
}

async function chosenTable(input: CommandInput) {
  const [what = "", ...more] = input.args;
  const load = Object.hasOwn(TABLES, what) ? TABLES[what] : undefined;
  if (load !== undefined && more.length === 0) return await load();
  throw problem(
    "bad-usage",
    `export takes one of ${Object.keys(TABLES).join(", ")}, not "${printable(input.args.join(" "))}".`,
  );
}

function runFilter(input: CommandInput, context: CommandContext): RunFilter {
  const repository = repositoryOption(input);
  const workflow = input.text("workflow");
  const window = timeWindow(input, context.now());
  if (window.sinceMs !== undefined && window.sinceMs > context.now()) {
    context.stderr.write("Note: --since lies in the future.\n");
  }
  return {
    ...window,
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
  };
}

/** Nothing is stored at all, or the names are misspelt, or nothing lies in the window or has what was asked for. */
async function nothingFound(
  input: CommandInput,
  place: string,
  filter: RunFilter,
  store: ExportSource["store"],
): Promise<Error> {
  const { sinceMs, untilMs, ...named } = filter;
  const names = Object.values(named).map((name) => printable(name));
  if (names.length > 0 && (await store.countRuns()) > 0 && (await store.countRuns(named)) === 0) {
    return problem("no-such-runs", names.join(", "), place);
  }
  const day = (ms: number) => new Date(ms).toISOString();
  const since = sinceMs === undefined ? "" : ` since ${day(sinceMs)}`;
  const until = untilMs === undefined ? "" : ` until ${day(untilMs)}`;
  const lacking = (await store.countRuns(filter)) === 0 ? "" : LACKING[input.args[0] ?? ""];
  return problem("no-runs", `${place}${since}${until}${lacking ?? ""}`);
}

const LACKING: Readonly<Record<string, string>> = {
  metrics: " that ended in success or failure after a known time",
  jobs: " whose jobs are known",
};

async function openSink(
  format: "csv" | "parquet",
  target: string,
  table: ExportTable,
  context: CommandContext,
  force: boolean,
): Promise<ExportSink> {
  if (format === "parquet") {
    const { parquetSink } = await import("../../adapters/files/write-parquet.ts");
    return parquetSink(target, table.columns, { force });
  }
  const { csvSink } = await import("../../adapters/files/export-sink.ts");
  return csvSink(target, table.columns, context.stdout, { force });
}
