import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import { markdownTable } from "../text/markdown-table.ts";
import type { StoredRun } from "../ports.ts";
import { evidenceSentence } from "./report-evidence.ts";
import { type OddRunsReport, reportKey } from "../odd-runs/report-odd-runs.ts";
import { runUrl } from "../text/run-url.ts";
import { completedAt, headline, leftOut, verdictSentence } from "./report-text.ts";

/** The report for a job summary, an issue or a comment; names from outside are code spans, so none of them comes alive. */
export function reportMarkdown(report: OddRunsReport): string {
  const lines = ["## Odd runs", "", `${headline(report)}.`];
  if (report.listed.length > 0) lines.push("", ...oddRunsTable(report));
  const left = leftOut(report);
  if (left !== null) lines.push("", `${left}.`);
  return `${lines.join("\n")}\n`;
}

/** The runs that are listed, as the lines of a table. */
export function oddRunsTable({ listed, evidence: gathered }: OddRunsReport): readonly string[] {
  const isGathered = gathered.size > 0;
  const more = isGathered ? ["what else changed"] : [];
  const rows = listed.map(({ run, judged: { verdict } }) => {
    const score = verdict.kind === "anomalous" || verdict.kind === "usual" ? verdict.score.toFixed(2) : "";
    const workflow = `${neutralMarkdown(run.repositoryName)} ${neutralMarkdown(run.workflowName)}`;
    const why = neutralSentence(verdictSentence(verdict));
    const evidence = evidenceSentence(gathered.get(reportKey(run)) ?? []) ?? "";
    const cells = [completedAt(run), workflow, runLink(run), neutralMarkdown(run.branch ?? "", 40), why];
    return [...cells, ...(isGathered ? [neutralSentence(evidence, EVIDENCE_CHARS)] : []), score];
  });
  return markdownTable(["ended", "workflow", "run", "branch", "why", ...more, "score:"], rows);
}

/** Evidence names more than a verdict does. */
const EVIDENCE_CHARS = 1200;

function runLink(run: StoredRun): string {
  const label = `${run.runId}${run.runAttempt > 1 ? ` (attempt ${run.runAttempt})` : ""}`;
  const url = runUrl(run);
  return url === null ? label : `[${label}](${url})`;
}
