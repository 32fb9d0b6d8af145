import { access } from "node:fs/promises";
import { join } from "node:path";
import type { DataWindow } from "@oddrun/core";
import { type MetricsTable, readMetricsTable, writeFileAtomically } from "../adapters/files/index.ts";
import type { MetricsBatch } from "../operations/ports.ts";
import type { CommandContext, CommandInput } from "./command.ts";
import { problem } from "../operations/problems.ts";
import { printable } from "../operations/text/visible-text.ts";
import { leftOutText, metricsReadOptions, oneOf, wantedFeatures } from "./options.ts";

/** The file of the original design, looked for where the command runs. */
const METRICS_FILE = "pipeline_metrics.csv";

export interface TrainingData {
  readonly table: MetricsBatch;
  /** Where the records are from, in words. */
  readonly place: string;
  readonly dataWindow: DataWindow | null;
  /** What a person should know of them. */
  readonly notices: readonly string[];
}

/**
 * The records to train on: --input, else the runs of --from, written to pipeline_metrics.csv, else pipeline_metrics.csv here, else the stored runs, else a sample, which is written to
 * pipeline_metrics.csv first.
 */
export async function trainingData(input: CommandInput, context: CommandContext): Promise<TrainingData> {
  const named = input.text("input");
  if (named === "-") return await fromFile(named, "standard input", [], input, context);
  if (named !== undefined) return await fromFile(named, await placeOf(named), [], input, context);
  const from = input.text("from");
  if (from !== undefined) {
    const { collectForTraining } = await import("./commands/collect-for-training.ts");
    const notices = await collectForTraining(METRICS_FILE, input, context);
    return await fromFile(METRICS_FILE, `${METRICS_FILE} (the runs of ${from})`, notices, input, context);
  }
  if (await exists(METRICS_FILE)) return await fromFile(METRICS_FILE, await placeOf(METRICS_FILE), [], input, context);
  const stored = await fromStore(join(context.dataDir, "oddrun.db"), input);
  if (stored !== null) return stored;
  const { SAMPLE, SAMPLE_MARK, sampleText } = await import("./sample-file.ts");
  await writeFileAtomically(METRICS_FILE, await sampleText());
  const notice = `There was no ${METRICS_FILE} and no stored run: a sample of ${SAMPLE.records} records has been written to ${METRICS_FILE}.`;
  return await fromFile(METRICS_FILE, `${METRICS_FILE}${SAMPLE_MARK}`, [notice], input, context);
}

/** A sample stays one however often it is trained on. */
async function placeOf(path: string): Promise<string> {
  const { isUntouchedSample, SAMPLE_MARK } = await import("./sample-file.ts");
  return (await isUntouchedSample(path)) ? `${path}${SAMPLE_MARK}` : path;
}

async function fromFile(
  path: string,
  place: string,
  notices: readonly string[],
  input: CommandInput,
  context: CommandContext,
): Promise<TrainingData> {
  const onConflict = input.isSet("on-conflict")
    ? { onConflict: oneOf(input, "on-conflict", ["first", "last"], "first") }
    : {};
  const table = await readMetricsTable(path, { ...metricsReadOptions(path, input, context), ...onConflict });
  return {
    table,
    place,
    dataWindow: null,
    notices: [...notices, ...table.summary.notices, ...countNotices(table.summary, path, input)],
  };
}

function countNotices(summary: MetricsTable["summary"], path: string, input: CommandInput): string[] {
  const notices: string[] = [];
  if (summary.skippedCount > 0) notices.push(leftOutText(summary.skippedCount, path, input));
  if (summary.duplicateCount > 0) notices.push(`${summary.duplicateCount} records were there twice and count once.`);
  if (summary.conflictCount > 0)
    notices.push(`${summary.conflictCount} records differ from another one of the same build.`);
  return notices;
}

/** Null when there is no store, or no finished run in it. */
async function fromStore(path: string, input: CommandInput): Promise<TrainingData | null> {
  if (!(await exists(path))) return null;
  const { openStore } = await import("../adapters/store/index.ts");
  const { tabulateRuns } = await import("../operations/models/tabulate-runs.ts");
  const { selectFeatures } = await import("../operations/models/select-features.ts");
  const store = await openStore(path, { readOnly: true });
  try {
    const table = await tabulateRuns(store);
    if (table.rowCount === 0) return null;
    const place = `the runs stored in ${path}`;
    const wanted = wantedFeatures(input) ?? table.features;
    const missing = wanted.filter((name) => !table.features.includes(name));
    if (missing.length > 0) {
      const names = missing.map((name) => printable(name)).join(", ");
      throw problem("input-columns", place, `there is no number ${names}. Found: ${table.features.join(", ")}.`);
    }
    return { table: selectFeatures(table, wanted), place, dataWindow: table.dataWindow, notices: [] };
  } finally {
    await store.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
