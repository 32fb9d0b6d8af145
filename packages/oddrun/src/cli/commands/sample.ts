import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/visible-text.ts";
import type { CommandInput, CommandSpec } from "../command.ts";

const RECORDS_MAX = 10_000_000;
const SEED_MAX = Number.MAX_SAFE_INTEGER;

/** `oddrun sample`: pipeline metrics to try things out on. */
export const sampleCommand: CommandSpec = {
  name: "sample",
  summary: "Write sample pipeline metrics: mostly usual builds, a few slow and failing ones",
  args: [],
  options: [
    {
      name: "out",
      value: "FILE",
      description: 'Where to write; "-" is standard output',
      defaultText: "pipeline_metrics.csv",
    },
    { name: "records", value: "N", description: "How many records", defaultText: "1000" },
    { name: "anomalies", value: "SHARE", description: "Share of anomalous records, 0 to 0.5", defaultText: "0.05" },
    { name: "seed", value: "N", description: "The same options and seed write the same file", defaultText: "42" },
    { name: "force", description: "Replace the file if it is there" },
  ],
  run: async (input, context) => {
    const target = input.text("out") ?? "pipeline_metrics.csv";
    if (target === "") throw problem("bad-usage", '--out needs a file name, or "-" for standard output.');
    const records = wholeNumber(input, "records", 1000, 1, RECORDS_MAX);
    const anomalies = share(input, "anomalies", 0.05);
    const seed = wholeNumber(input, "seed", 42, 0, SEED_MAX);
    const { sampleMetrics, sampleMetricsCsv } = await import("@oddrun/core/simulation");
    const { openOutput } = await import("../../adapters/files/output.ts");
    const output = await openOutput(target, context.stdout, { force: input.isSet("force") });
    try {
      await output.write(sampleMetricsCsv(sampleMetrics({ records, anomalies, seed })));
      await output.commit();
    } finally {
      await output.abort();
    }
    if (target !== "-") {
      const anomalousCount = Math.round(records * anomalies);
      context.stderr.write(
        `Wrote ${printable(target, 200)}: ${records} records, ${anomalousCount} of them anomalous (seed ${seed}).\n`,
      );
    }
    return 0;
  },
};

function wholeNumber(input: CommandInput, name: string, fallback: number, min: number, max: number): number {
  const text = input.text(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw problem("bad-usage", `--${name} is "${printable(text)}"; a whole number from ${min} to ${max} is needed.`);
}

function share(input: CommandInput, name: string, fallback: number): number {
  const text = input.text(name);
  if (text === undefined) return fallback;
  const value = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 0.5) return value;
  const hint = text.includes(",") ? " Write a decimal dot." : text.includes("%") ? " Write 0.05 for 5 %." : "";
  throw problem("bad-usage", `--${name} is "${printable(text)}"; a share from 0 to 0.5 is needed.${hint}`);
}
