import { spanText } from "../explain/explain-words.ts";
import { dearestWords, minutesWords } from "../report/report-changes-text.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";
import type { SummaryBlock } from "./summary-blocks.ts";
import { nameCell, plural, short } from "./summary-words.ts";
import type { WatchReport } from "./watch-report.ts";
import type { WatchedWorkflow } from "./watched-workflows.ts";

const WORKFLOWS_MAX = 20;

/** What the first pass has to tell besides: what is usual, what it costs, and how much will be heard from now on. */
export function firstLookBlocks(report: WatchReport): readonly SummaryBlock[] {
  return [
    { name: "what is usual", lines: usualLines(report), rank: 2 },
    { name: "the dearest change", lines: dearestLines(report), rank: 4 },
    { name: "what to expect", lines: ["### From now on", "", promiseSentence(report), "", SILENCE], rank: 0 },
  ];
}

const SILENCE =
  "Nothing is sent about the past. You will hear nothing more until something changes and stays changed; single odd runs are shown here and never sent.";

function usualLines({ workflows }: WatchReport): readonly string[] {
  return workflows.length === 0 ? [] : ["### What is usual here", "", ...workflowsTable(workflows)];
}

/** What each workflow takes, how often it fails and what it costs a week, and all together. */
export function workflowsTable(workflows: readonly WatchedWorkflow[]): readonly string[] {
  const shown = workflows.slice(0, WORKFLOWS_MAX);
  const rows = shown.map((each) => [
    nameCell(each.name),
    short(each.runsAWeek),
    each.usualMs === null ? "too few runs" : spanText(each.usualMs),
    each.failureRate === null ? "too few runs" : `${short(100 * each.failureRate)} %`,
    each.minutesAWeek === null ? "not known" : short(each.minutesAWeek),
    costWords(each),
  ]);
  const more = workflows.length - shown.length;
  return [
    ...markdownTable(
      ["workflow", "runs a week:", "usually takes:", "fails:", "minutes a week:", "costs a week:"],
      rows,
    ),
    ...(more > 0 ? ["", `And ${plural(more, "smaller workflow")}.`] : []),
    ...total(workflows),
  ];
}

const costWords = ({ usdAWeek, minutesAWeek }: WatchedWorkflow): string => {
  if (usdAWeek === null) return minutesAWeek === null ? "" : "no price known";
  return usdAWeek === 0 ? "free" : `$${usdAWeek.toFixed(2)}`;
};

function total(workflows: readonly WatchedWorkflow[]): readonly string[] {
  const minutes = workflows.reduce((sum, each) => sum + (each.minutesAWeek ?? 0), 0);
  if (minutes === 0) return [];
  const usd = workflows.reduce((sum, each) => sum + (each.usdAWeek ?? 0), 0);
  const money = usd === 0 ? "" : `, $${usd.toFixed(2)}`;
  return [
    "",
    `In all about ${minutesWords(minutes)} of jobs a week${money}. Passing first attempts tell what is usual.`,
  ];
}

function dearestLines({ changes }: WatchReport): readonly string[] {
  const [dearest] = changes.dearest;
  // what is open stands in the table above
  if (dearest === undefined || !dearest.incident.isOver) return [];
  return ["### The dearest change of the last 90 days", "", neutralSentence(dearestWords(dearest, changes))];
}

function promiseSentence({ promise, pass }: WatchReport): string {
  const most = `at most ${short(pass.budget.repositoryAWeek)} a week`;
  const own = promise?.inboxes.find(({ inbox }) => inbox.toLowerCase() === pass.repository.toLowerCase());
  if (promise === null || own === undefined) {
    return `Messages are kept to a budget: ${most}. How many there will be is told once there are three weeks of history.`;
  }
  const { lowAWeek, highAWeek } = own.forecast;
  const past = `in the newest ${short(promise.checkedWeeks)} weeks there would have been ${own.checkedCount === 0 ? "none" : own.checkedCount}`;
  return `Under the budget (${most}) expect **${short(lowAWeek)} to ${short(highAWeek)} messages a week**, in 9 of 10 cases; ${past}.`;
}
