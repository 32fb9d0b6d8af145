import { incidentName } from "@oddrun/core";
import { levelWords, stateWords, whereWords, KIND_VERBS, instantWords } from "../incidents/incidents-words.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";
import type { ChangesReport, ReportedIncident } from "./report-changes.ts";
import { changesHeadline, costWords, dearestHeadline, minutesWords } from "./report-changes-text.ts";

/** What has changed, for a job summary, an issue or a comment; names from outside are code spans, so none of them comes alive. */
export function changesMarkdown(report: ChangesReport): string {
  const { open, better, dearest } = report;
  const lines = ["## Changes", "", `${changesHeadline(report)}.`];
  table(lines, open, ["incident", "where", "what", "how much", "since", "state", "cost"], (each) => [
    ...whatCells(each, report),
    neutralSentence(stateWords(each.incident)),
    neutralSentence(costWords(each.cost) ?? ""),
  ]);
  if (better.length > 0) lines.push("", "### Better than usual");
  table(lines, better, ["incident", "where", "what", "how much", "since"], (each) => whatCells(each, report));
  if (dearest.length > 0) lines.push("", `### ${dearestHeadline(report)}`);
  table(lines, dearest, ["incident", "where", "what", "how much", "since", "state", "a week", "in all"], (each) => [
    ...whatCells(each, report),
    neutralSentence(stateWords(each.incident)),
    minutesWords(each.cost.minutesAWeek ?? 0),
    minutesWords(each.cost.minutesSoFar ?? 0),
  ]);
  return `${lines.join("\n")}\n`;
}

function whatCells({ incident }: ReportedIncident, { names }: ChangesReport): readonly string[] {
  const [first] = incident.changes;
  return [
    incidentName(incident.number),
    `${incident.isFleetWide ? "fleet-wide: " : ""}${neutralMarkdown(whereWords(incident, names), 170)}`,
    KIND_VERBS[incident.kind],
    first === undefined ? "" : neutralSentence(levelWords(first.series, first.latest)),
    instantWords(incident.onsetMs).slice(0, 10),
  ];
}

function table(
  lines: string[],
  rows: readonly ReportedIncident[],
  heading: readonly string[],
  cells: (each: ReportedIncident) => readonly string[],
): void {
  if (rows.length === 0) return;
  lines.push("", ...markdownTable(heading, rows.map(cells)));
}
