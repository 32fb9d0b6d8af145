import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import type { StoredRun } from "../ports.ts";
import { evidenceSentence } from "./report-evidence.ts";
import { type OddRunsReport, reportKey } from "../odd-runs/report-odd-runs.ts";
import { runUrl } from "../text/run-url.ts";
import { completedAt, headline, leftOut, verdictSentence } from "./report-text.ts";

/** The report for a job summary, an issue or a comment; names from outside are code spans, so none of them comes alive. */
export function reportMarkdown(report: OddRunsReport): string {
  const lines = ["## Odd runs", "", `${headline(report)}.`];
  if (report.listed.length > 0) {
    const isGathered = report.evidence.size > 0;
    const more = isGathered ? ["what else changed"] : [];
    lines.push(
      "",
      tableRow(["ended", "workflow", "run", "branch", "why", ...more, "score"]),
      isGathered ? "|---|---|---|---|---|---|--:|" : "|---|---|---|---|---|--:|",
    );
    for (const { run, judged } of report.listed) {
      const { verdict } = judged;
      const score = verdict.kind === "anomalous" || verdict.kind === "usual" ? verdict.score.toFixed(2) : "";
      const workflow = `${neutralMarkdown(run.repositoryName)} ${neutralMarkdown(run.workflowName)}`;
      const why = neutralSentence(verdictSentence(verdict));
      const evidence = evidenceSentence(report.evidence.get(reportKey(run)) ?? []) ?? "";
      const cells = [completedAt(run), workflow, runLink(run), neutralMarkdown(run.branch ?? "", 40), why];
      lines.push(tableRow([...cells, ...(isGathered ? [neutralSentence(evidence, EVIDENCE_CHARS)] : []), score]));
    }
  }
  const left = leftOut(report);
  if (left !== null) lines.push("", `${left}.`);
  return `${lines.join("\n")}\n`;
}

/** Evidence names more than a verdict does. */
const EVIDENCE_CHARS = 1200;

const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function runLink(run: StoredRun): string {
  const label = `${run.runId}${run.runAttempt > 1 ? ` (attempt ${run.runAttempt})` : ""}`;
  const url = runUrl(run);
  return url === null ? label : `[${label}](${url})`;
}
