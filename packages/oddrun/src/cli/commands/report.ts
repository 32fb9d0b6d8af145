import { join } from "node:path";
import type { CommandSpec } from "../command.ts";
import { oneOf, repositoryOption, wholeNumber } from "../options.ts";
import { sinceOption, TIME_FORMS } from "../time-option.ts";

const FORMATS = ["text", "json", "markdown"] as const;

export const reportCommand: CommandSpec = {
  name: "report",
  summary: "List the odd runs, newest first, with their reasons",
  args: [],
  options: [
    { name: "format", value: "FORMAT", description: "Form of the report: text, json or markdown", defaultText: "text" },
    {
      name: "since",
      value: "WHEN",
      description: `Only runs that ended since then: ${TIME_FORMS}`,
      defaultText: "always",
    },
    { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
    { name: "workflow", value: "NAME", description: "Only this workflow, by name or file" },
    { name: "limit", value: "COUNT", description: "List at most this many runs", defaultText: "50" },
    { name: "all-verdicts", description: "List every judged run, not the odd ones alone" },
    { name: "fail-on-odd", description: "Exit 1 when there are odd runs" },
  ],
  async run(input, context) {
    const format = oneOf(input, "format", FORMATS, "text");
    const limit = wholeNumber(input, "limit", { min: 1, max: 1_000_000, otherwise: 50 });
    const sinceMs = sinceOption(input, "since", context.now());
    const repository = repositoryOption(input);
    const workflow = input.text("workflow");
    const filter = {
      limit,
      allVerdicts: input.isSet("all-verdicts"),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(repository === undefined ? {} : { repository }),
      ...(workflow === undefined ? {} : { workflow }),
    };
    const { openStore } = await import("../../adapters/store/index.ts");
    const { reportOddRuns } = await import("../../operations/report-odd-runs.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
    try {
      const report = await reportOddRuns(store, filter, context.dataDir);
      const render = {
        text: async () => (await import("../../operations/report-text.ts")).reportText,
        json: async () => (await import("../../operations/report-json.ts")).reportJson,
        markdown: async () => (await import("../../operations/report-markdown.ts")).reportMarkdown,
      };
      context.stdout.write((await render[format]())(report));
      return input.isSet("fail-on-odd") && report.counts.anomalous > 0 ? 1 : 0;
    } finally {
      await store.close();
    }
  },
};
