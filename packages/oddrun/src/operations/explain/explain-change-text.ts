import { type FailureAccount, type IncidentKind, kindOfChange, type Suspect } from "@oddrun/core";
import type { ChangeExplanation } from "./explain-change.ts";
import { accountMarkdown, accountText } from "./explain-run-text.ts";
import { causeWords, differenceWords, spanText, unknownWords } from "./explain-words.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import type { StoredRun } from "../ports.ts";
import { completedAt } from "../report/report-text.ts";
import { runUrl } from "../text/run-url.ts";
import { suspectWords } from "./explain-suspects.ts";
import { levelWords } from "../incidents/incidents-words.ts";
import { printable } from "../text/visible-text.ts";

/** The explanation of a change for a terminal. */
export function changeExplanationText(explanation: ChangeExplanation): string {
  const { account, cause, failures, suspects, unknown } = explanation;
  const lines = [heading(explanation), ...facts(explanation)];
  if (account !== null) {
    const sentence = causeWords(cause, account);
    if (sentence !== null) lines.push(sentence);
    lines.push("", ...accountText(account));
  }
  if (failures !== null) lines.push("", "Where the runs fail:", ...failureWords(failures).map((line) => `  ${line}`));
  if (suspects.length > 0) {
    lines.push("", SUSPECTS_TITLE, ...suspects.map((one, at) => `  ${at + 1}. ${ofSuspect(one, explanation)}`));
  }
  if (unknown.length > 0)
    lines.push(
      "",
      "Not known:",
      ...unknown.map((why) => `  ${unknownWords(why, explanation.change.event.onset.runId)}`),
    );
  return `${lines.join("\n")}\n`;
}

/** The same as Markdown; names from outside are harmless in it. */
export function changeExplanationMarkdown(explanation: ChangeExplanation): string {
  const lines = [`### ${neutralSentence(heading(explanation))}`, "", ...changeReasonsMarkdown(explanation)];
  return `${lines.join("\n")}\n`;
}

/** The same without its heading, as lines. */
export function changeReasonsMarkdown(explanation: ChangeExplanation): readonly string[] {
  const { account, cause, failures, suspects, unknown } = explanation;
  const lines = facts(explanation).map((line) => neutralSentence(line));
  if (account !== null) {
    const sentence = causeWords(cause, account);
    if (sentence !== null) lines.push("", neutralSentence(sentence));
    lines.push("", ...accountMarkdown(account));
  }
  const list = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push("", title, "", ...items);
  };
  if (failures !== null)
    list(
      "Where the runs fail:",
      failureWords(failures).map((line) => `- ${neutralSentence(line)}`),
    );
  list(
    SUSPECTS_TITLE,
    suspects.map((one, at) => `${at + 1}. ${neutralSentence(ofSuspect(one, explanation))}`),
  );
  list(
    "Not known:",
    unknown.map((why) => `- ${unknownWords(why, explanation.change.event.onset.runId)}`),
  );
  const { onset } = explanation;
  const url = onset === null ? null : runUrl(onset);
  if (url !== null) lines.push("", `First run: [${onset!.runId}](${url}), ${neutralMarkdown(onset!.headSha ?? "")}`);
  return lines;
}

/** Between runs of several branches lies no one range of commits. */
function ofSuspect(suspect: Suspect, { commits }: ChangeExplanation): string {
  const isElsewhere = suspect.kind === "commits" && commits?.isOneBranch === false;
  return isElsewhere ? "commits: of several branches, they differ from run to run anyway" : suspectWords(suspect);
}

const SUSPECTS_TITLE = "Also changed at that time (whether it is the reason is for you to judge):";

const KIND_WORDS: Readonly<Record<IncidentKind, string>> = {
  slower: "slower",
  faster: "faster",
  queueing: "waits longer for runners",
  failing: "fails more often",
  steadier: "fails less often",
  silent: "silent",
  dearer: "costs more",
  cheaper: "costs less",
  moved: "moved",
};

function heading({ change: { series, event }, onset }: ChangeExplanation): string {
  const kind = KIND_WORDS[kindOfChange(series, event)];
  const where =
    onset === null
      ? [`repository ${series.repositoryId}`, `workflow ${series.workflowId}`]
      : [printable(onset.repositoryName, 200), printable(onset.workflowName)];
  const part = [series.job, series.part].filter((name) => name !== "").map((name) => `"${printable(name)}"`);
  return `${[...where, ...part].join("  ")}: ${kind}`;
}

function facts(explanation: ChangeExplanation): readonly string[] {
  const { change, onset, lastBefore, account, usualRunCount, sinceRunCount, failures, commits } = explanation;
  const { series, event } = change;
  const lines: string[] = [];
  if (account !== null) {
    const isJob = series.scope === "job" || series.scope === "step";
    const what = isJob ? "In the typical run the job takes" : "The typical run takes";
    const typical = `${what} ${spanText(account.afterMs)} since, ${spanText(account.beforeMs)} before`;
    lines.push(
      `${typical}: ${differenceWords(account)}. ${sinceRunCount} runs since and ${usualRunCount} before were looked at.`,
    );
  } else if (failures !== null) {
    const { beforeFailed, beforeRuns, sinceFailed, sinceRuns } = failures;
    lines.push(`${sinceFailed} of ${sinceRuns} runs since have failed, ${beforeFailed} of ${beforeRuns} before.`);
  } else lines.push(`${capital(levelWords(series, event))}.`);
  const isSilence = series.measure === "schedule";
  const first = `${isSilence ? "Last seen with" : "Since"} run ${onset === null ? event.onset.runId : runName(onset)}`;
  const when = onset === null ? "" : ` of ${completedAt(onset)}`;
  const commit = onset?.headSha == null ? "" : `, commit ${printable(onset.headSha.slice(0, 12))}`;
  const last = lastBefore === null ? "" : `; the last one before was run ${runName(lastBefore)}`;
  lines.push(`${first}${when}${commit}${last}.`);
  const from = event.runCount === 0 ? "" : `, from ${event.runCount} ${event.runCount === 1 ? "run" : "runs"}`;
  const young = event.isYoung ? "; the history before it is short" : "";
  // a schedule is silent or not
  if (!isSilence) lines.push(`Score ${event.score.toFixed(1)}, told from 1.0 on${from}${young}.`);
  if (commits !== null && !commits.isOneBranch) {
    lines.push("These runs are of several branches: no one range of commits lies between them.");
  }
  return lines;
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const runName = (run: StoredRun): string => `${run.runId}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ""}`;

const PLACES_MAX = 6;

function failureWords({ places, sinceRuns, beforeRuns }: FailureAccount): readonly string[] {
  return places.slice(0, PLACES_MAX).map(({ job, step, since, before }) => {
    const counts = `${since} of ${sinceRuns} runs since, ${before} of ${beforeRuns} before`;
    if (job === null) return `no job that failed is known: ${counts}`;
    return `${step === null ? "" : `step "${printable(step)}" of `}job "${printable(job)}": ${counts}`;
  });
}
