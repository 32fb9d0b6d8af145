import type { ReportedIncident } from "../report/report-changes.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { changesTable } from "./changes-table.ts";
import { isNoted } from "./findings.ts";
import { firstLookBlocks } from "./first-look.ts";
import { type SummaryBlock, SUMMARY_BYTES_MAX, withinBytes } from "./summary-blocks.ts";
import {
  day,
  howMuch,
  incidentLink,
  nameCell,
  plural,
  shortWhere,
  weeklyCostWords,
  whatWords,
} from "./summary-words.ts";
import { findingBlock } from "./watch-finding.ts";
import { coverageBlocks, oddRunsBlock, saidBlock } from "./watch-notes.ts";
import type { WatchReport } from "./watch-report.ts";
import { onsetCell } from "./watch-onset.ts";

/**
 * The job summary of a pass of watching, as GitHub's Markdown: one sentence, one table of what has changed, the reasons folded below.
 * No name from outside comes alive in it, and it stays far below the 1,024 KiB that a runner takes.
 */
export function watchSummary(report: WatchReport, { bytesMax = SUMMARY_BYTES_MAX } = {}): string {
  const { open } = report.changes;
  const blocks: SummaryBlock[] = [
    { name: "the summary", lines: ["## Oddrun", "", headSentence(report)], rank: 0 },
    { name: "the table", lines: [...changesTable(report, open), ...notShown(report)], rank: 0 },
    ...(report.pass.isFirst ? firstLookBlocks(report) : []),
    ...open.map((each, place) => findingBlock(report, each, place)),
    betterBlock(report),
    saidBlock(report),
    oddRunsBlock(report),
    ...coverageBlocks(report),
  ];
  return withinBytes(blocks, bytesMax);
}

function headSentence(report: WatchReport): string {
  const { changes, pass, runCount, workflows, firstRunMs } = report;
  const where = neutralMarkdown(pass.repository, 140);
  if (runCount === 0) return `Nothing to judge yet: ${where} has no finished runs that are stored.`;
  const news = changes.open.filter(({ incident }) => !isNoted(incident));
  const known = changes.open.length - news.length;
  const also = known === 0 ? "" : ` ${plural(known, "change")} that people know of ${known === 1 ? "goes" : "go"} on.`;
  const looked = `${plural(runCount, "run")} of ${plural(workflows.length, "workflow")} since ${day(Math.max(firstRunMs ?? 0, pass.nowMs - 90 * 86_400_000))}`;
  if (news.length === 0) return `**All well.** Nothing has changed for the worse in ${where}: ${looked}.${also}`;
  const [worst] = news;
  const words = ({ incident }: ReportedIncident): string =>
    `${nameCell(shortWhere(incident, changes.names, pass.repository))} ${neutralSentence(whatWords(incident))}, ${howMuch(incident)}, since ${day(incident.onsetMs)}`;
  const count =
    news.length === 1 ? "1 thing has changed for the worse" : `${news.length} things have changed for the worse`;
  return `**${count}** in ${where}${news.length === 1 ? "" : ", the dearest"}: ${words(worst!)}.${also}`;
}

function notShown({ changes }: WatchReport): readonly string[] {
  const left = changes.openCount - changes.better.length - changes.open.length;
  return left > 0 ? ["", `${plural(left, "more change")} not shown.`] : [];
}

function betterBlock(report: WatchReport): SummaryBlock {
  const { changes, pass } = report;
  const rows = changes.better.map(({ incident, cost }) => [
    incidentLink(incident.number, pass.issueUrls),
    nameCell(shortWhere(incident, changes.names, pass.repository)),
    neutralSentence(whatWords(incident)),
    howMuch(incident),
    onsetCell(report, incident),
    weeklyCostWords(cost),
  ]);
  const count = rows.length;
  const lines =
    count === 0
      ? []
      : [
          `<details><summary>${plural(count, "change")} for the better</summary>`,
          "",
          ...markdownTable(["", "workflow", "what", "how much", "since", "a week:"], rows),
          "",
          "</details>",
        ];
  return { name: "changes for the better", lines, rank: 40 };
}
