import { loadModelFolder } from "../../adapters/model-registry/model-folder.ts";
import { scoreRecords } from "../../operations/models/score-records.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";
import { WORKSPACE_OPTIONS } from "../azure-settings.ts";
import { SKIP_BAD_OPTIONS } from "../options.ts";
import { scoreFile } from "./score-file.ts";

/** What is said to an endpoint, and to nothing else. */
const ENDPOINT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "deployment",
    value: "NAME",
    description: "With --endpoint: ask this deployment, whatever its traffic",
    defaultText: "by the traffic",
  },
  {
    name: "features",
    value: "A,B,C",
    description: "With --endpoint: columns to send",
    defaultText: "every numeric column",
  },
  ...WORKSPACE_OPTIONS.map((option) => ({ ...option, description: `With --endpoint: ${option.description}` })),
];

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
    {
      name: "endpoint",
      value: "NAME",
      description:
        "Score behind this Azure Machine Learning endpoint, or behind an address https://... with its key in ODDRUN_ENDPOINT_KEY",
    },
    ...ENDPOINT_OPTIONS,
  ],
  async run(input, context) {
    if (input.isSet("endpoint")) {
      // a file of its own: what scores here without a network stays as small as it is
      const { scoreByEndpoint } = await import("./score-endpoint.ts");
      return await scoreByEndpoint(input, context);
    }
    const stray = ENDPOINT_OPTIONS.find(({ name }) => input.isSet(name));
    if (stray !== undefined) throw problem("bad-usage", `--${stray.name} goes with --endpoint.`);
    const { model } = await loadModelFolder(input.text("model-dir") ?? "model");
    const features = model.features.map((feature) => feature.name);
    await scoreFile(input, context, { features, scored: (batches) => scoreRecords(model, batches) });
    return 0;
  },
};
