import { resolve } from "node:path";
import { openOutput } from "../../adapters/files/output.ts";
import { readMetrics } from "../../adapters/files/read-metrics.ts";
import { type ScoreWriter, scoreWriter } from "../../adapters/files/write-scores.ts";
import type { MetricsBatch, ScoredBatch } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { leftOutText, metricsReadOptions, oneOf } from "../options.ts";

const FORMATS = ["csv", "json", "ndjson"] as const;

export interface ScoringOfFile {
  /** Columns to read, in this order; every numeric one when not given. */
  readonly features?: readonly string[];
  /** The scores of some records after the other, in the order given. */
  readonly scored: (batches: AsyncIterable<MetricsBatch>) => AsyncIterable<ScoredBatch>;
}

/** The file of records that is meant. */
export function scoredSource(input: CommandInput): string {
  return input.text("input") ?? "pipeline_metrics.csv";
}

/** Reads the records that the options name and writes their scores where the options say: whole or not at all. */
export async function scoreFile(
  input: CommandInput,
  context: CommandContext,
  { features, scored }: ScoringOfFile,
): Promise<void> {
  const target = input.text("output") ?? "-";
  const byName = FORMATS.find((format) => target.endsWith(`.${format}`)) ?? "csv";
  const format = oneOf(input, "format", FORMATS, byName);
  const source = scoredSource(input);
  if (target !== "-" && resolve(target) === resolve(source)) {
    throw problem("bad-usage", "--output is the input itself: name another file.");
  }
  const reader = readMetrics(source, {
    ...metricsReadOptions(source, input, context),
    ...(features === undefined ? {} : { features }),
  });
  const output = await openOutput(target, context.stdout, { force: input.isSet("force") });
  let writer: ScoreWriter | null = null;
  try {
    writer = await scoreWriter(output, format);
    let rowCount = 0;
    for await (const batch of scored(reader)) {
      context.signal.throwIfAborted();
      if (output.isClosed) return;
      await writer.write(batch);
      rowCount += batch.ids.length;
      context.progress(`${rowCount} records scored`);
    }
    await writer.end();
    await output.commit();
  } finally {
    // both harmless once all is written
    await writer?.abort();
    await output.abort();
  }
  const { skippedCount, notices } = reader.summary();
  for (const notice of notices) context.stderr.write(`Note: ${notice}\n`);
  if (skippedCount > 0) context.stderr.write(`${leftOutText(skippedCount, source, input)}\n`);
}
