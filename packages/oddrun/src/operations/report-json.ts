import { runUrl } from "./report-markdown.ts";
import type { OddRunsReport } from "./report-odd-runs.ts";

/** The report for programs. Names are as they came: whoever shows them makes them harmless. */
export function reportJson({ listed, counts, unjudgedCount }: OddRunsReport): string {
  const runs = listed.map(({ run, judged }) => ({
    repository: run.repositoryName,
    workflow: run.workflowName,
    runId: run.runId,
    runAttempt: run.runAttempt,
    url: runUrl(run),
    branch: run.branch,
    event: run.event,
    title: run.title,
    conclusion: run.conclusion,
    completedAt: run.completedAtMs === null ? null : new Date(run.completedAtMs).toISOString(),
    durationMs: run.duration.ms,
    queueTimeMs: run.queueTime.ms,
    modelVersion: judged.modelVersion,
    judgedAt: new Date(judged.judgedAtMs).toISOString(),
    revision: judged.revision,
    verdict: judged.verdict,
  }));
  return `${JSON.stringify({ counts, unjudgedCount, runs }, null, 2)}\n`;
}
