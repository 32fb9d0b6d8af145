import { kindOfChange, type MinutesAccount, type NamedCause } from "@oddrun/core";
import type { ChangeExplanation } from "./explain-change.ts";
import type { RunExplanation } from "./explain-run.ts";
import { categories } from "./explain-words.ts";
import { evidenceJson } from "../report/report-evidence.ts";

/** For programs, spelt as GitHub spells; spans in ms. Names are as they came: whoever shows them makes them harmless. */
export function runExplanationJson(explanation: RunExplanation): Readonly<Record<string, unknown>> {
  const { run, verdict, openChange, usualRunCount, account, cause, evidence, unknown } = explanation;
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
    open_change_since_run_id: openChange?.onset.runId ?? null,
    usual_runs: usualRunCount,
    account: accountJson(account),
    cause: causeJson(cause),
    failed_at: explanation.failedAt,
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

/** The same of a change. */
export function changeExplanationJson(explanation: ChangeExplanation): Readonly<Record<string, unknown>> {
  const { change, onset, lastBefore, commits, failures, suspects, unknown } = explanation;
  const { series, event } = change;
  return {
    kind: kindOfChange(series, event),
    series,
    state: event.state,
    repository: onset?.repositoryName ?? null,
    workflow: onset?.workflowName ?? null,
    onset_run_id: event.onset.runId,
    onset_run_attempt: event.onset.runAttempt,
    onset_sha: onset?.headSha ?? null,
    last_run_id_before: lastBefore?.runId ?? null,
    commits: commits === null ? null : { from: commits.from, to: commits.to, is_one_branch: commits.isOneBranch },
    usual: event.usual,
    level: event.level,
    score: event.score,
    is_young: event.isYoung,
    runs_before: explanation.usualRunCount,
    runs_since: explanation.sinceRunCount,
    account: accountJson(explanation.account),
    cause: causeJson(explanation.cause),
    failures:
      failures === null
        ? null
        : {
            before_runs: failures.beforeRuns,
            before_failed: failures.beforeFailed,
            since_runs: failures.sinceRuns,
            since_failed: failures.sinceFailed,
            places: failures.places,
          },
    suspects: suspects.map(({ kind, jobs, step, from, to, before, since, offsetRuns, score }) => ({
      kind,
      jobs,
      step,
      from,
      to,
      before: { runs: before.runCount, with_new_value: before.newCount },
      since: { runs: since.runCount, with_new_value: since.newCount },
      offset_runs: offsetRuns,
      score,
    })),
    unknown,
  };
}
