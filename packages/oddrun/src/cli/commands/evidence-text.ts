import { requestsOf } from "../../operations/evidence/evidence-bounds.ts";
import type { EvidenceSummary, RunEvidence } from "../../operations/evidence/gather-evidence.ts";
import { evidenceJson, evidenceName, evidenceSentence } from "../../operations/report/report-evidence.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** `remaining` is what GitHub still grants in this hour, where it names a limit. */
export function evidenceText(summary: EvidenceSummary, remaining: number | null): string {
  const { runs, asked, isComplete, isStopped } = summary;
  const total = requestsOf(asked);
  if (runs.length === 0 && !isStopped) return "There is no odd run whose evidence is still to be gathered.\n";
  const parts = [
    [asked.comparisons, "comparison", "comparisons"] as const,
    [asked.files, "file", "files"] as const,
    [asked.logs, "log", "logs"] as const,
    [asked.approvals, "list of approvals", "lists of approvals"] as const,
  ].flatMap(([count, one, many]) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]));
  const detail = parts.length === 0 ? "" : `: ${parts.join(", ")}`;
  const left = remaining === null ? "" : `; GitHub grants ${remaining} more in this hour`;
  const lines = [...runs.map(runText), `${total} ${total === 1 ? "request" : "requests"} to GitHub${detail}${left}.`];
  if (isStopped) lines.push("Stopped. The same command, without run ids, goes on from here.");
  else if (!isComplete)
    lines.push(
      "Not everything was asked. The same command, without run ids, goes on from here; --max-requests and --max-logs allow more.",
    );
  return `${lines.join("\n")}\n`;
}

function runText({ run, evidence, leftOut, isByName, problem }: RunEvidence): string {
  const attempt = run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : "";
  const name = `${printable(run.repositoryName, 200)}  ${printable(run.workflowName)}  run ${run.runId}${attempt}`;
  const lines = [name];
  const sentence = evidenceSentence(evidence);
  if (sentence !== null) lines.push(`  ${sentence}`);
  if (problem !== null) lines.push(`  ${printable(problem, 400)}`);
  else if (leftOut.length > 0) lines.push(`  not asked yet: ${leftOut.map(evidenceName).join(", ")}`);
  if (isByName) lines.push("  Only a file told of this repository: it was looked for on GitHub by its name.");
  if (lines.length === 1) lines.push("  nothing was asked");
  return lines.join("\n");
}

/** Names are as they came: whoever shows them makes them harmless. */
export function evidenceJsonText({ runs, asked, isComplete }: EvidenceSummary, remaining: number | null): string {
  const shown = runs.map(({ run, evidence, leftOut, isByName, problem }) => ({
    repository: run.repositoryName,
    workflow: run.workflowName,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    asked_by_name: isByName,
    evidence: evidenceJson(evidence),
    left_out: leftOut,
    problem,
  }));
  const requests = { total: requestsOf(asked), ...asked, remaining };
  return `${JSON.stringify({ runs: shown, requests, complete: isComplete }, null, 2)}\n`;
}
