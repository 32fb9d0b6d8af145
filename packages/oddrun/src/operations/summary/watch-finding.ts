import { incidentName } from "@oddrun/core";
import { alsoChanged, KIND_VERBS } from "../incidents/incidents-words.ts";
import { changeReasonsMarkdown } from "../explain/explain-change-text.ts";
import type { ReportedIncident } from "../report/report-changes.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";
import { isNoted } from "./findings.ts";
import { accountChart, SERIES_CHART_KEY, seriesChart } from "./mermaid.ts";
import type { SummaryBlock } from "./summary-blocks.ts";
import { codeHtml, shortWhere } from "./summary-words.ts";
import type { WatchReport } from "./watch-report.ts";

const ALSO_LINES = 5;
/** Pictures of more than these would make the page slow. */
const CHARTS_MAX = 5;
const RANK = 10;

/** Why an incident is believed, and where its time went: folded but for the first, and that too where people know of it. */
export function findingBlock(report: WatchReport, each: ReportedIncident, place: number): SummaryBlock {
  const { incident, picture } = each;
  const { names } = report.changes;
  const explanation = report.explained.get(incident.number)?.explanation ?? null;
  const where = codeHtml(shortWhere(incident, names, report.pass.repository));
  const lines = [
    `<details${place === 0 && !isNoted(incident) ? " open" : ""}><summary><b>${incidentName(incident.number)}</b> ${where} ${KIND_VERBS[incident.kind]}</summary>`,
  ];
  if (picture !== null && place < CHARTS_MAX) lines.push("", ...seriesChart(picture), "", SERIES_CHART_KEY);
  if (explanation !== null) {
    lines.push("", ...changeReasonsMarkdown(explanation));
    const bars = explanation.account === null || place >= CHARTS_MAX ? [] : accountChart(explanation.account);
    if (bars.length > 0) lines.push("", ...bars);
  }
  const also = alsoChanged(incident, names, ALSO_LINES);
  if (also.length > 0) lines.push("", "With it moved:", "", ...also.map((line) => `- ${neutralSentence(line)}`));
  lines.push("", "</details>");
  return { name: `the reasons of ${incidentName(incident.number)}`, lines, rank: RANK + place };
}
