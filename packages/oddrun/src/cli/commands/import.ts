import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImportSummary } from "../../operations/history/import-history.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandContext, CommandSpec } from "../command.ts";
import { rejectPath, SKIP_BAD_OPTIONS } from "../options.ts";

/** `oddrun import`: run histories into the store. */
export const importCommand: CommandSpec = {
  name: "import",
  summary: "Import run histories from CSV or Parquet files into the store",
  args: [
    {
      name: "file",
      description: 'CSV files, gzip or not, or Parquet files, one row a run or one row a job; "-" is standard input',
      required: true,
      variadic: true,
    },
  ],
  options: [
    {
      name: "map",
      value: "COLUMN=THEIRS",
      repeatable: true,
      description: "Read our COLUMN from the file's column THEIRS, such as completed_at=updated_at",
    },
    {
      name: "set",
      value: "COLUMN=VALUE",
      repeatable: true,
      description: "Fill a column that the file lacks, such as repository=octo/widgets",
    },
    {
      name: "map-value",
      value: "COLUMN:WORD=OURS",
      repeatable: true,
      description: "Read WORD in a column as OURS, such as conclusion:PASSED=success",
    },
    {
      name: "metric",
      value: "NAME[=COLUMN]",
      repeatable: true,
      description: "Join the numbers of a column to the runs as the metric NAME",
    },
    { name: "assume-utc", description: "Take times without a zone for UTC" },
    ...SKIP_BAD_OPTIONS,
    { name: "json", description: "Print the summary as JSON" },
  ],
  run: async (input, context) => {
    if (input.args.length === 0) throw problem("bad-usage", 'import needs a file, or "-" for standard input.');
    if (input.text("rejects") !== undefined && input.args.length > 1) {
      throw problem("bad-usage", "--rejects names one file: import the files one by one, or leave it out.");
    }
    const { historyMapping } = await import("./import-mapping.ts");
    const mapping = historyMapping(input);
    await checkFiles(input.args);
    const { openStore } = await import("../../adapters/store/index.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"));
    const files: { file: string; rejects: string | null; summary: ImportSummary }[] = [];
    try {
      for (const file of input.args) {
        const rejects = input.isSet("skip-bad") ? rejectPath(file, input) : null;
        const summary = await withReadableFile(file, context, (path) => {
          const skipBad = rejects === null ? null : { rejectPath: rejects, force: input.isSet("force") };
          const shownName = file === "-" ? "standard input" : undefined;
          const assumeUtc = input.isSet("assume-utc");
          return importOne(path, { mapping, assumeUtc, skipBad, ...(shownName && { shownName }) }, store, context);
        });
        files.push({ file, rejects, summary });
        context.log.info("imported", { file, rows: summary.rowCount, ...summary.runs });
        if (summary.isStopped) break;
      }
    } finally {
      await store.close();
    }
    const { importText } = await import("./import-text.ts");
    if (input.isSet("json")) context.stdout.write(`${JSON.stringify({ files }, null, 2)}\n`);
    else for (const { file, rejects, summary } of files) context.stdout.write(importText(file, rejects, summary));
    if (files.some(({ summary }) => summary.isStopped)) return EXIT_INTERRUPTED;
    return files.some(({ summary }) => isAllBad(summary)) ? EXIT_BAD_DATA : 0;
  },
};

const EXIT_INTERRUPTED = 130;
const EXIT_BAD_DATA = 3;

/** Nothing came of the file: passing over every row is no success. */
const isAllBad = ({ rowCount, skipped }: ImportSummary): boolean => rowCount === 0 && Object.keys(skipped).length > 0;

type RunStore = import("../../operations/ports.ts").RunStore;
type RunHistoryOptions = import("../../adapters/files/run-history-rows.ts").RunHistoryOptions;

async function importOne(
  path: string,
  options: RunHistoryOptions,
  store: RunStore,
  context: CommandContext,
): Promise<ImportSummary> {
  const { runHistoryRows } = await import("../../adapters/files/run-history-rows.ts");
  const { importHistory } = await import("../../operations/history/import-history.ts");
  return importHistory(runHistoryRows(path, options), store, {
    nowMs: context.now(),
    isStopped: () => context.signal.aborted,
    onProgress: (line) => context.progress(line),
  });
}

/** A file that is not there is told before a store is made and before another file is imported. */
async function checkFiles(files: readonly string[]): Promise<void> {
  const { openSource } = await import("../../adapters/files/open-source.ts");
  for (const file of files) if (file !== "-") await (await openSource(file)).close();
}

/** The history is read twice; what comes from standard input is kept in a file meanwhile. */
async function withReadableFile<Result>(
  file: string,
  context: CommandContext,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  if (file !== "-") return use(file);
  const { openSource } = await import("../../adapters/files/open-source.ts");
  const { openAtomicFile } = await import("../../adapters/files/atomic-file.ts");
  const folder = await mkdtemp(join(tmpdir(), "oddrun-import-"));
  try {
    const path = join(folder, "history.csv");
    const source = await openSource("-", { stdin: context.stdin });
    const copy = await openAtomicFile(path);
    try {
      for await (const chunk of source.chunks) await copy.write(chunk);
      await copy.commit();
    } finally {
      await copy.abort();
      await source.close();
    }
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
