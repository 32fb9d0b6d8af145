import { resolve } from "node:path";
import { openOutput } from "../../adapters/files/output.ts";
import { readMetrics } from "../../adapters/files/read-metrics.ts";
import { type ScoreWriter, scoreWriter } from "../../adapters/files/write-scores.ts";
import { loadModelFolder } from "../../adapters/model-registry/model-folder.ts";
import { scoreRecords } from "../../operations/score-records.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandSpec } from "../command.ts";
import { metricsReadOptions, oneOf, SKIP_BAD_OPTIONS } from "../options.ts";

const FORMATS = ["csv", "json", "ndjson"] as const;

export const scoreCommand: CommandSpec = {
  name: "score",
  summary: "Say how odd each record of pipeline metrics is, and why",
  args: [],
  options: [
    {
      name: "input",
      value: "FILE",
      description: 'CSV, NDJSON, JSON or Parquet; "-" is standard input',
      defaultText: "pipeline_metrics.csv",
    },
    { name: "model-dir", value: "DIR", description: "Folder of the model", defaultText: "model" },
    { name: "output", value: "FILE", description: 'Where the scores go; "-" is standard output', defaultText: "-" },
    {
      name: "format",
      value: "FORMAT",
      description: "Form of the scores: csv, json or ndjson",
      defaultText: "as the output's name ends, else csv",
    },
    {
      name: "duration-unit",
      value: "UNIT",
      description: "Unit of the duration column: s, ms or min",
      defaultText: "s",
    },
    ...SKIP_BAD_OPTIONS,
  ],
  async run(input, context) {
    const target = input.text("output") ?? "-";
    const byName = FORMATS.find((format) => target.endsWith(`.${format}`)) ?? "csv";
    const format = oneOf(input, "format", FORMATS, byName);
    const { model } = await loadModelFolder(input.text("model-dir") ?? "model");
    const features = model.features.map((feature) => feature.name);
    const source = input.text("input") ?? "pipeline_metrics.csv";
    if (target !== "-" && resolve(target) === resolve(source)) {
      throw problem("bad-usage", "--output is the input itself: name another file.");
    }
    const reader = readMetrics(source, {
      ...metricsReadOptions(source, input, context),
      features,
    });
    const output = await openOutput(target, context.stdout, { force: input.isSet("force") });
    let writer: ScoreWriter | null = null;
    try {
      writer = await scoreWriter(output, format);
      let rowCount = 0;
      for await (const batch of scoreRecords(model, reader)) {
        context.signal.throwIfAborted();
        if (output.isClosed) return 0;
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
    if (skippedCount > 0) context.stderr.write(`${skippedCount} bad records were left out.\n`);
    return 0;
  },
};
