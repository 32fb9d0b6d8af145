import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/visible-text.ts";
import type { CommandInput, CommandSpec } from "../command.ts";
import { oneOf, repositoryOption, wholeNumber } from "../options.ts";

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
      description: "Only runs that ended since then: a span such as 12h, 30d or 8w, or a date such as 2026-01-31",
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
    const sinceMs = sinceOption(input, context.now());
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

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function sinceOption(input: CommandInput, nowMs: number): number | undefined {
  const text = input.text("since");
  if (text === undefined) return undefined;
  const span = /^(\d{1,5})([hdw])$/.exec(text);
  if (span !== null) return nowMs - Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS];
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  // JavaScript takes 30 February for 2 March
  const day = new Date(Date.parse(text.slice(0, 10)));
  if (Number.isNaN(date) || day.getUTCDate() !== Number(text.slice(8, 10))) {
    throw problem(
      "bad-usage",
      `--since takes a span such as 12h, 30d or 8w, or a date such as 2026-01-31 or 2026-01-31T06:00Z, not "${printable(text)}".`,
    );
  }
  return date;
}
