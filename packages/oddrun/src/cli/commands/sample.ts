import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandSpec } from "../command.ts";
import { decimal, wholeNumber } from "../options.ts";

const RECORDS_MAX = 10_000_000;
const SHARE_RULE = { accepts: (value: number) => value >= 0 && value <= 0.5, range: "from 0 to 0.5" };

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
    const records = wholeNumber(input, "records", { min: 1, max: RECORDS_MAX, otherwise: 1000 });
    const anomalies = decimal(input, "anomalies", { ...SHARE_RULE, otherwise: 0.05 });
    const seed = wholeNumber(input, "seed", { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 42 });
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
