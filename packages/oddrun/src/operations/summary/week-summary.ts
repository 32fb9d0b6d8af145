import type { Incident } from "@oddrun/core";
import type { ReportedIncident } from "../report/report-changes.ts";
import { dearestWords } from "../report/report-changes-text.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import { changesTable } from "./changes-table.ts";
import { workflowsTable } from "./first-look.ts";
import { type SummaryBlock, SUMMARY_BYTES_MAX, withinBytes } from "./summary-blocks.ts";
import { day, nameCell, plural, shortWhere, whatWords } from "./summary-words.ts";
import { coverageBlocks, oddRunsBlock } from "./watch-notes.ts";
import { readWatchReport, type WatchPass, type WatchReport } from "./watch-report.ts";
import { watchedWorkflows } from "./watched-workflows.ts";

const WEEK_MS = 7 * 86_400_000;

/** A week in one page, with what was over in it. */
export interface WeekReport extends WatchReport {
  readonly over: readonly Incident[];
}

/** Reads what the page of the week tells: the seven days before the pass. */
export async function readWeekReport(
  deps: Parameters<typeof readWatchReport>[0],
  pass: WatchPass,
): Promise<WeekReport> {
  const { repository, nowMs, prices, otherwiseVisibility } = pass;
  const sinceMs = nowMs - WEEK_MS;
  const report = await readWatchReport(deps, { ...pass, isFirst: false });
  const all = await deps.store.incidents({ repository, sinceMs }, nowMs);
  const workflows = await watchedWorkflows(deps.store, { repository, sinceMs, nowMs, prices, otherwiseVisibility });
  const over = all.filter(({ state }) => state === "recovered" || state === "accepted");
  const runCount = workflows.reduce((sum, each) => sum + each.runCount, 0);
  return { ...report, workflows, days: 7, runCount, over };
}

/** The page of the week as Markdown: what is new, what goes on, what is over, and what the workflows took. */
export function weekSummary(report: WeekReport, { bytesMax = SUMMARY_BYTES_MAX } = {}): string {
  const { pass, changes, over, workflows } = report;
  const fromMs = pass.nowMs - WEEK_MS;
  const isNew = ({ incident }: ReportedIncident): boolean => incident.openedAtMs >= fromMs;
  const [fresh, older] = [changes.open.filter(isNew), changes.open.filter((each) => !isNew(each))];
  const part = (title: string, lines: readonly string[], rank: number): SummaryBlock => ({
    name: title.toLowerCase(),
    lines: lines.length === 0 ? [] : [`### ${title}`, "", ...lines],
    rank,
  });
  const where = neutralMarkdown(pass.repository, 140);
  const counts = `${plural(fresh.length, "change")} new, ${older.length} going on, ${over.length} over`;
  return withinBytes(
    [
      {
        name: "the summary",
        lines: [`# Oddrun: the week up to ${day(pass.nowMs)}`, "", `**${counts}** in ${where}.`],
        rank: 0,
      },
      part("New this week", changesTable(report, fresh), 0),
      part("Going on", changesTable(report, older), 1),
      part("Over this week", overLines(report), 2),
      part("What the workflows took", workflows.length === 0 ? [] : workflowsTable(workflows), 3),
      part("The dearest that are over, of the last 90 days", dearestLines(report), 4),
      oddRunsBlock(report),
      ...coverageBlocks(report),
    ],
    bytesMax,
  );
}

const overLines = ({ over, changes, pass }: WeekReport): readonly string[] =>
  over.map(
    (incident) =>
      `- ${nameCell(shortWhere(incident, changes.names, pass.repository))} ${neutralSentence(whatWords(incident))}: ${incident.state}${incident.overAtMs === null ? "" : ` on ${day(incident.overAtMs)}`}, since ${day(incident.onsetMs)}`,
  );

const dearestLines = ({ changes }: WeekReport): readonly string[] =>
  changes.dearest
    .filter(({ incident }) => incident.isOver)
    .slice(0, 3)
    .map((each, at) => `${at + 1}. ${neutralSentence(dearestWords(each, changes))}`);
