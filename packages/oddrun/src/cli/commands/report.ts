import { join } from "node:path";
import type { ChangesReport } from "../../operations/report/report-changes.ts";
import type { OddRunsReport } from "../../operations/odd-runs/report-odd-runs.ts";
import { Problem } from "../../operations/problems.ts";
import type { CommandSpec } from "../command.ts";
import { oneOf, repositoryOption, wholeNumber } from "../options.ts";
import { PRICE_OPTIONS, priceTable } from "../price-table.ts";
import { sinceOption, TIME_FORMS } from "../time-option.ts";

const FORMATS = ["text", "json", "markdown", "html"] as const;
const ONLY = ["both", "changes", "odd-runs"] as const;
/** Open incidents that are told in full; the rest is counted. */
const INCIDENTS_MAX = 20;

export const reportCommand: CommandSpec = {
  name: "report",
  summary: "Say what has changed and what it costs, and list odd runs with their reasons",
  args: [],
  options: [
    {
      name: "format",
      value: "FORMAT",
      description: "Form of the report: text, json, markdown, or html, one file with pictures",
      defaultText: "text",
    },
    { name: "only", value: "WHAT", description: "Leave out the other: changes or odd-runs", defaultText: "both" },
    {
      name: "since",
      value: "WHEN",
      description: `Only runs that ended since then, and changes that were not over before: ${TIME_FORMS}`,
      defaultText: "always",
    },
    { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
    { name: "workflow", value: "NAME", description: "Only this workflow, by name or file" },
    { name: "limit", value: "COUNT", description: "List at most this many runs", defaultText: "50" },
    ...PRICE_OPTIONS,
    { name: "all-verdicts", description: "List every judged run, not the odd ones alone" },
    { name: "fail-on-odd", description: "Exit 1 when there are odd runs" },
  ],
  async run(input, context) {
    const format = oneOf(input, "format", FORMATS, "text");
    const only = oneOf(input, "only", ONLY, "both");
    const limit = wholeNumber(input, "limit", { min: 1, max: 1_000_000, otherwise: 50 });
    const nowMs = context.now();
    const sinceMs = sinceOption(input, "since", nowMs);
    const visibility = oneOf(input, "visibility", ["public", "private", "unknown"], "unknown");
    const repository = repositoryOption(input);
    const workflow = input.text("workflow");
    const within = {
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(repository === undefined ? {} : { repository }),
      ...(workflow === undefined ? {} : { workflow }),
    };
    const { openStore } = await import("../../adapters/store/index.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
    try {
      let changes: ChangesReport | null = null;
      if (only !== "odd-runs") {
        const { reportChanges } = await import("../../operations/report/report-changes.ts");
        const prices = await priceTable(input, context);
        const otherwiseVisibility = visibility === "unknown" ? null : visibility;
        changes = await reportChanges(store, {
          filter: within,
          prices,
          otherwiseVisibility,
          limit: INCIDENTS_MAX,
          nowMs,
        });
      }
      let oddRuns: OddRunsReport | null = null;
      if (only !== "changes") {
        const { reportOddRuns } = await import("../../operations/odd-runs/report-odd-runs.ts");
        const filter = { limit, allVerdicts: input.isSet("all-verdicts"), ...within };
        try {
          oddRuns = await reportOddRuns(store, filter, context.dataDir);
        } catch (error) {
          // changes can be known before any run was judged
          const isUnjudged = error instanceof Problem && error.code === "no-verdicts";
          if (!isUnjudged || changes === null || isEmpty(changes)) throw error;
        }
      }
      context.stdout.write(await render(format, changes, oddRuns, nowMs));
      return input.isSet("fail-on-odd") && (oddRuns?.counts.anomalous ?? 0) > 0 ? 1 : 0;
    } finally {
      await store.close();
    }
  },
};

const isEmpty = ({ openCount, suspectedCount, overCount }: ChangesReport): boolean =>
  openCount + suspectedCount + overCount === 0;

async function render(
  format: (typeof FORMATS)[number],
  changes: ChangesReport | null,
  oddRuns: OddRunsReport | null,
  nowMs: number,
): Promise<string> {
  switch (format) {
    case "html": {
      const { reportHtml } = await import("../../operations/report/report-html.ts");
      return reportHtml(changes, oddRuns, nowMs);
    }
    case "json": {
      const { changesJson } = await import("../../operations/report/report-changes-json.ts");
      const { oddRunsJson } = await import("../../operations/report/report-json.ts");
      const shown = {
        ...(oddRuns === null ? {} : oddRunsJson(oddRuns)),
        ...(changes === null ? {} : { changes: changesJson(changes) }),
      };
      return `${JSON.stringify(shown, null, 2)}\n`;
    }
    case "markdown": {
      const { changesMarkdown } = await import("../../operations/report/report-changes-markdown.ts");
      const { reportMarkdown } = await import("../../operations/report/report-markdown.ts");
      return parts(changes, changesMarkdown, oddRuns, reportMarkdown);
    }
    case "text": {
      const { changesText } = await import("../../operations/report/report-changes-text.ts");
      const { reportText } = await import("../../operations/report/report-text.ts");
      return parts(changes, changesText, oddRuns, reportText);
    }
  }
  return "";
}

/** What has changed comes first, where there is anything to say of it. */
function parts(
  changes: ChangesReport | null,
  ofChanges: (report: ChangesReport) => string,
  oddRuns: OddRunsReport | null,
  ofOddRuns: (report: OddRunsReport) => string,
): string {
  const isSaid = changes !== null && (oddRuns === null || !isEmpty(changes));
  return [...(isSaid ? [ofChanges(changes)] : []), ...(oddRuns === null ? [] : [ofOddRuns(oddRuns)])].join("\n");
}
