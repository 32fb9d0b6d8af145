import type { CollectSummary } from "../../operations/collect/collect-runs.ts";

/** The summary for programs, spelt as `oddrun report --format json` spells. Words and names are as they came. */
export function collectJson(summary: CollectSummary): string {
  const { requests, repositories, missing, stopped } = summary;
  const json = {
    since: instant(summary.sinceMs),
    started_at: instant(summary.startedAtMs),
    took_ms: summary.tookMs,
    attempts: summary.attempts,
    jobs: summary.jobs,
    steps: summary.steps,
    listed_runs: summary.listedRuns,
    left_out_runs: summary.leftOutRuns,
    requests: {
      sent: requests.sent,
      repositories: requests.repositories,
      list: requests.list,
      polls: requests.polls,
      attempts: requests.attempts,
      jobs: requests.jobs,
      sent_again: requests.sentAgain,
      further: requests.further,
      not_modified: requests.notModified,
    },
    notes: summary.notes,
    unreadable: summary.unreadable,
    deleted_upstream: summary.deletedUpstream,
    given_up_runs: summary.givenUpRuns,
    failed_tasks: summary.failedTasks,
    given_up_tasks: summary.givenUpTasks,
    warnings: summary.warnings,
    repositories,
    missing: missing.map(({ repository, unlisted, attemptsToAsk, jobsToAsk, requestsNeeded }) => ({
      repository,
      unlisted: unlisted.map(({ fromMs, toMs }) => ({ from: instant(fromMs), to: instant(toMs) })),
      attempts_to_ask: attemptsToAsk,
      jobs_to_ask: jobsToAsk,
      requests_needed: requestsNeeded,
    })),
    stopped:
      stopped?.reason === "problem"
        ? { reason: stopped.reason, code: stopped.code, message: stopped.message, exit_code: stopped.exitCode }
        : stopped,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

const instant = (ms: number): string => new Date(ms).toISOString();
