import type { Verdict } from "@oddrun/core";
import { evidenceJson } from "./report-evidence.ts";
import { runUrl } from "../text/run-url.ts";
import { type OddRunsReport, reportKey } from "../odd-runs/report-odd-runs.ts";

/**
 * The report for programs, spelt as GitHub and `GET /api/odd-runs` spell. Names are as they came: whoever shows them makes them
 * harmless.
 */
export function reportJson(report: OddRunsReport): string {
  return `${JSON.stringify(oddRunsJson(report), null, 2)}\n`;
}

/** The same before it is written. */
export function oddRunsJson({ listed, counts, unjudgedCount, evidence }: OddRunsReport) {
  const runs = listed.map(({ run, judged }) => ({
    repository: run.repositoryName,
    workflow: run.workflowName,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    url: runUrl(run),
    branch: run.branch,
    event: run.event,
    title: run.title,
    conclusion: run.conclusion,
    completed_at: run.completedAtMs === null ? null : new Date(run.completedAtMs).toISOString(),
    duration_ms: run.duration.ms,
    queue_time_ms: run.queueTime.ms,
    ...verdictJson(judged.verdict),
    model_version: judged.modelVersion,
    judged_at: new Date(judged.judgedAtMs).toISOString(),
    revision: judged.revision,
    evidence: evidenceJson(evidence.get(reportKey(run)) ?? []),
  }));
  return { counts, unjudged_count: unjudgedCount, runs };
}

function verdictJson(verdict: Verdict): Readonly<Record<string, unknown>> {
  if (verdict.kind === "not-judged") return { verdict: verdict.kind, why: verdict.why };
  if (verdict.kind === "too-little-history") {
    return { verdict: verdict.kind, run_count: verdict.runCount, run_count_min: verdict.runCountMin };
  }
  return {
    verdict: verdict.kind,
    score: verdict.score,
    threshold: verdict.threshold,
    reason: verdict.kind === "anomalous" ? verdict.reason : null,
    contributions: verdict.kind === "anomalous" ? verdict.contributions : [],
    comparisons: verdict.comparisons.map(({ feature, value, usual, usualLow, usualHigh }) => ({
      feature,
      value,
      usual,
      usual_low: usualLow,
      usual_high: usualHigh,
    })),
  };
}
