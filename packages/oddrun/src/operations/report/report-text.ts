import type { Verdict } from "@oddrun/core";
import type { JudgedRun } from "../ports.ts";
import { evidenceSentence } from "./report-evidence.ts";
import { type OddRunsReport, reportKey } from "../odd-runs/report-odd-runs.ts";
import { printable } from "../text/visible-text.ts";

/** The report for a terminal: one line for the run, one for the reason. */
export function reportText(report: OddRunsReport): string {
  const lines = [`${headline(report)}.`];
  for (const listed of report.listed) {
    lines.push("", `  ${runLine(listed)}`, `    ${verdictSentence(listed.judged.verdict)}`);
    const evidence = evidenceSentence(report.evidence.get(reportKey(listed.run)) ?? []);
    if (evidence !== null) lines.push(`    ${evidence}`);
  }
  const left = leftOut(report);
  if (left !== null) lines.push("", `${left}.`);
  return `${lines.join("\n")}\n`;
}

/** "3 odd runs of 812 judged; 95 had too little history, 41 could not be judged". */
export function headline({ counts, unjudgedCount }: OddRunsReport): string {
  const judged = counts.anomalous + counts.usual;
  const rest = [
    counts["too-little-history"] > 0 ? `${counts["too-little-history"]} had too little history` : "",
    counts["not-judged"] > 0 ? `${counts["not-judged"]} were cancelled, skipped or without a verdict of their own` : "",
    unjudgedCount > 0 ? `${unjudgedCount} wait for "oddrun detect"` : "",
  ].filter((part) => part !== "");
  const odd = `${counts.anomalous} odd ${counts.anomalous === 1 ? "run" : "runs"} of ${judged} judged`;
  return rest.length === 0 ? odd : `${odd}; ${rest.join(", ")}`;
}

/** What the limit left out; null when nothing. */
export function leftOut({ listed, counts, filter }: OddRunsReport): string | null {
  const all = filter.allVerdicts
    ? counts.anomalous + counts.usual + counts["too-little-history"] + counts["not-judged"]
    : counts.anomalous;
  return all > listed.length ? `The newest ${listed.length} of ${all} are shown; --limit shows more` : null;
}

function runLine({ run, judged }: JudgedRun): string {
  const { verdict } = judged;
  const score =
    verdict.kind === "anomalous" || verdict.kind === "usual"
      ? `score ${verdict.score.toFixed(2)} (odd from ${verdict.threshold.toFixed(2)})`
      : "";
  return [
    completedAt(run),
    printable(run.repositoryName),
    printable(run.workflowName),
    `run ${run.runId}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ""}`,
    run.branch === null || run.branch === "" ? "" : `on ${printable(run.branch, 40)}`,
    run.event === null || run.event === "" ? "" : `(${printable(run.event, 30)})`,
    run.conclusion ?? "",
    score,
  ]
    .filter((part) => part !== "")
    .join("  ");
}

/** When the run ended, or began where its end is not known. */
export function completedAt(run: JudgedRun["run"]): string {
  const ms = run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs;
  return ms === null ? "unknown time" : `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The verdict in words. */
export function verdictSentence(verdict: Verdict): string {
  if (verdict.kind === "anomalous") return printable(verdict.reason, 400);
  if (verdict.kind === "usual") return "as usual";
  if (verdict.kind === "not-judged") return `not judged: ${NOT_JUDGED[verdict.why]}`;
  return `too little history: ${verdict.runCount} comparable runs before it, ${verdict.runCountMin} needed`;
}

const NOT_JUDGED: Readonly<Record<Extract<Verdict, { kind: "not-judged" }>["why"], string>> = {
  cancelled: "it was cancelled",
  skipped: "it was skipped",
  "never-ran": "no job ran",
  "no-verdict": "it ended without success or failure",
  "duration-unknown": "its duration is not known",
};
