import type { Incident } from "@oddrun/core";
import { stateWords } from "../incidents/incidents-words.ts";
import type { ReportedIncident } from "../report/report-changes.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";
import { howMuch, incidentLink, nameCell, shortWhere, sureWords, weeklyCostWords, whatWords } from "./summary-words.ts";
import { onsetCell } from "./watch-onset.ts";
import type { WatchReport } from "./watch-report.ts";

/** States that the table need not tell: it lists what goes on. */
const EVERYDAY: ReadonlySet<Incident["state"]> = new Set<Incident["state"]>(["new", "grown", "ongoing"]);

/** What has changed, a row each: what, since when, how sure, what it costs; none without any. */
export function changesTable(report: WatchReport, open: readonly ReportedIncident[]): readonly string[] {
  const { changes, pass } = report;
  const rows = open.map(({ incident, cost }) => [
    incidentLink(incident.number, pass.issueUrls),
    `${incident.isFleetWide ? "fleet-wide: " : ""}${nameCell(shortWhere(incident, changes.names, pass.repository))}`,
    `${neutralSentence(whatWords(incident))}${EVERYDAY.has(incident.state) ? "" : ` (${neutralSentence(stateWords(incident))})`}`,
    howMuch(incident),
    onsetCell(report, incident),
    sureWords(incident),
    weeklyCostWords(cost),
  ]);
  return markdownTable(["", "workflow", "what", "how much", "since", "how sure:", "a week:"], rows);
}
