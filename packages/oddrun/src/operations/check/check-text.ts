import { accountText } from "../explain/explain-run-text.ts";
import { causeWords } from "../explain/explain-words.ts";
import { accountJson, causeJson } from "../explain/explain-json.ts";
import { runUrl } from "../text/run-url.ts";
import { printable } from "../text/visible-text.ts";
import { checkNotes } from "./check-notes.ts";
import { checkSentence, ratioText } from "./check-words.ts";
import type { RunCheck } from "./run-check.ts";
import type { RunComparison } from "@oddrun/core";

const JOBS_MAX = 8;

/** What came of a check, for a terminal. */
export function checkText(check: RunCheck): string {
  const { kind, jobs, account, cause } = check;
  const lines = [`${checkSentence(check)}.`];
  const isBeyond = kind === "slower" || kind === "faster";
  const beyond = jobs.filter(({ compared }) => compared.kind !== "within-noise").slice(0, JOBS_MAX);
  if (isBeyond && beyond.length > 0) {
    lines.push("", "Jobs beyond noise:");
    for (const { job, compared } of beyond) lines.push(`  ${quoted(job)}: ${ratioText(compared)}`);
  }
  if (isBeyond && account !== null) {
    const words = causeWords(cause, account);
    lines.push("", ...(words === null ? [] : [words]), ...accountText(account));
  }
  const notes = checkNotes(check);
  if (notes.length > 0) lines.push("", ...notes);
  return `${lines.join("\n")}\n`;
}

const quoted = (text: string): string => `"${printable(text, 100)}"`;

/** The same for programs, spelt as GitHub spells; spans in ms. */
export function checkJson(check: RunCheck): Readonly<Record<string, unknown>> {
  const { run, kind, against, whole, isCommonJobsOnly, jobs, failures, account, cause, waitedMs, notChecked } = check;
  return {
    repository: run.repositoryName,
    workflow: run.workflowName,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    branch: run.branch,
    event: run.event,
    head_sha: run.headSha,
    url: runUrl(run),
    verdict: kind,
    why_not_checked: notChecked,
    against,
    run: comparisonJson(whole),
    is_common_jobs_only: isCommonJobsOnly,
    waited_ms: waitedMs,
    jobs: jobs.map(({ job, compared }) => ({ job, ...comparisonJson(compared) })),
    failures: failures.map(({ job, step, failedHere, usualRuns, usualFailed, failsThereNow, chance, isNew }) => ({
      job,
      step,
      failed_here: failedHere,
      usual_runs: usualRuns,
      usual_failed: usualFailed,
      fails_there_now: failsThereNow,
      chance: round(chance),
      is_new: isNew,
    })),
    account: accountJson(account),
    cause: causeJson(cause),
  };
}

function comparisonJson(compared: RunComparison | null): Readonly<Record<string, unknown>> | null {
  if (compared === null) return null;
  if (compared.kind === "too-little-history") {
    const { kind, usualRunCount, usualRunCountMin } = compared;
    return { verdict: kind, usual_runs: usualRunCount, usual_runs_min: usualRunCountMin };
  }
  return {
    verdict: compared.kind,
    ms: Math.round(compared.value),
    usual_ms: Math.round(compared.usual),
    usual_low_ms: Math.round(compared.usualLow),
    usual_high_ms: Math.round(compared.usualHigh),
    ratio: round(compared.ratio),
    chance: round(compared.chance),
    ratio_seen: round(compared.ratioSeen),
    own_runs: compared.ownRunCount,
    usual_runs: compared.usualRunCount,
    peer_runs: compared.peerRunCount,
  };
}

const round = (value: number): number => Number(value.toPrecision(4));
