import type { MinutesAccount, NamedCause } from "@oddrun/core";
import type { RunExplanation } from "./explain-run.ts";
import { categories } from "./explain-words.ts";
import { evidenceJson } from "./report-evidence.ts";

/** For programs, spelt as GitHub spells; spans in ms. Names are as they came: whoever shows them makes them harmless. */
export function runExplanationJson(explanation: RunExplanation): Readonly<Record<string, unknown>> {
  const { run, verdict, usualRunCount, account, cause, evidence, unknown } = explanation;
  return {
    repository: run.repositoryName,
    workflow: run.workflowName,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    branch: run.branch,
    event: run.event,
    head_sha: run.headSha,
    conclusion: run.conclusion,
    duration_ms: run.duration.ms,
    is_odd: verdict === null ? null : verdict.kind === "anomalous",
    usual_runs: usualRunCount,
    account: accountJson(account),
    cause: causeJson(cause),
    evidence: evidenceJson(evidence),
    unknown,
  };
}

export function accountJson(account: MinutesAccount | null): Readonly<Record<string, unknown>> | null {
  if (account === null) return null;
  return {
    detail: account.detail,
    before_ms: account.beforeMs,
    after_ms: account.afterMs,
    difference_ms: account.differenceMs,
    error_ms: account.errorMs === null ? null : Math.round(account.errorMs),
    before_runs: account.beforeRuns,
    after_runs: account.afterRuns,
    unexplained_ms: account.unexplainedMs,
    categories_ms: Object.fromEntries(categories(account).map(([name, ms]) => [name.replaceAll("-", "_"), ms])),
    parts: account.parts.map(({ kind, job, step, labels, ms, beforeMs, afterMs }) => ({
      kind,
      job,
      step,
      runner_labels: labels,
      ms,
      before_ms: beforeMs,
      after_ms: afterMs,
    })),
    path_moves: account.pathMoves.map(({ job, before, after, isNew, isGone }) => ({
      job,
      before,
      after,
      is_new: isNew,
      is_gone: isGone,
    })),
  };
}

export function causeJson(cause: NamedCause | null): Readonly<Record<string, unknown>> | null {
  if (cause === null) return null;
  if (cause.kind === "everything") return { kind: "everything", ratio: cause.ratio, ms: cause.ms, share: cause.share };
  const { kind, job, step, ms } = cause.part;
  return { kind, job, step, ms, share: cause.share };
}
