import { spanText } from "../explain/explain-words.ts";
import { oddRunsTable } from "../report/report-markdown.ts";
import { grouped } from "../text/grouped-number.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";
import type { SummaryBlock } from "./summary-blocks.ts";
import { day, nameCell, plural } from "./summary-words.ts";
import type { WatchReport } from "./watch-report.ts";

const OUTCOMES = { delivered: "delivered", refused: "refused", later: "queued" } as const;
const SAID_MAX = 30;

/** What was said where in this pass. */
export function saidBlock({ pass }: WatchReport): SummaryBlock {
  const { said } = pass;
  const rows = said
    .slice(0, SAID_MAX)
    .map(({ word, title, channel, outcome, why }) => [
      word,
      neutralSentence(title),
      nameCell(channel),
      `${OUTCOMES[outcome]}${why === null ? "" : `: ${neutralSentence(why)}`}`,
    ]);
  const more = said.length - rows.length;
  const lines =
    rows.length === 0
      ? []
      : [
          "### Said in this pass",
          "",
          ...markdownTable(["word", "about", "to", "outcome"], rows),
          ...(more > 0 ? ["", `And ${grouped(more)} more.`] : []),
        ];
  return { name: "what was said where", lines, rank: 5 };
}

/** Single runs unlike their fellows: shown apart, for one of them is no change. */
export function oddRunsBlock({ oddRuns }: WatchReport): SummaryBlock {
  const count = oddRuns?.counts.anomalous ?? 0;
  const lines =
    oddRuns === null || count === 0
      ? []
      : [
          `<details><summary>${plural(count, "odd run")} in the last 7 days: single runs unlike their fellows, not changes, and never alarmed about</summary>`,
          "",
          ...oddRunsTable(oddRuns),
          "",
          "</details>",
        ];
  return { name: "odd runs", lines, rank: 45 };
}

/** What is watched, what it took, and what is still missing. */
export function coverageBlocks(report: WatchReport): readonly SummaryBlock[] {
  const { pass, workflows, runCount, days, firstRunMs, changes } = report;
  const { collected, requestsMax } = pass;
  const parts = [
    `Watched: ${plural(workflows.length, "workflow")}, ${plural(runCount, "run")} of the last ${days} days${firstRunMs === null ? "" : `, history since ${day(firstRunMs)}`}.`,
    collected === null
      ? ""
      : `This pass asked GitHub ${plural(collected.requests.sent, "time")}${requestsMax === null ? "" : ` of at most ${grouped(requestsMax)}`}.`,
    changes.suspectedCount === 0
      ? ""
      : `${plural(changes.suspectedCount, "change")} suspected, not sure enough to be told.`,
    missingWords(report),
  ].filter((part) => part !== "");
  return [{ name: "what is watched", lines: [parts.join(" ")], rank: 0 }];
}

function missingWords({ pass }: WatchReport): string {
  const needed = pass.collected?.missing.reduce((sum, { requestsNeeded }) => sum + requestsNeeded, 0) ?? 0;
  if (needed === 0) return "";
  const what = `Older history is still missing: about ${plural(needed, "request")}`;
  if (pass.requestsMax === null) return `${what}, with the next passes.`;
  const passes = Math.ceil(needed / Math.max(1, pass.requestsMax));
  const time = pass.passEveryMs === null ? "" : `, about ${roughly(passes * pass.passEveryMs)}`;
  return `${what}, ${plural(passes, "more pass", "more passes")}${time}. Until then little is called usual, and little is said.`;
}

function roughly(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours < 1) return spanText(ms);
  return hours < 48 ? plural(Math.round(hours), "hour") : plural(Math.round(hours / 24), "day");
}
