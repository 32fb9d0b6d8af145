import { evidenceSentence } from "../report/report-evidence.ts";
import type { RunExplanation } from "./explain-run.ts";
import {
  type AccountLine,
  accountLines,
  categoryWords,
  causeWords,
  differenceSeconds,
  differenceWords,
  signedText,
  spanText,
  unknownWords,
} from "./explain-words.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";
import type { StoredRun } from "../ports.ts";
import { completedAt, verdictSentence } from "../report/report-text.ts";
import { runUrl } from "../text/run-url.ts";
import { printable } from "../text/visible-text.ts";
import type { MinutesAccount } from "@oddrun/core";

/** The explanation of a run for a terminal. */
export function runExplanationText(explanation: RunExplanation): string {
  const { run, verdict, account, cause, evidence, unknown } = explanation;
  const lines = [runLine(run), took(explanation)];
  const failure = failureWords(explanation);
  if (failure !== null) lines.push(failure);
  if (verdict?.kind === "anomalous") lines.push(`Found odd: ${verdictSentence(verdict)}.`);
  if (account !== null) {
    const sentence = causeWords(cause, account);
    if (sentence !== null) lines.push(sentence);
    lines.push("", ...accountText(account));
  }
  const changed = evidenceSentence(evidence);
  if (changed !== null) lines.push("", `${changed[0]!.toUpperCase()}${changed.slice(1)}.`);
  if (unknown.length > 0) lines.push("", "Not known:", ...unknown.map((why) => `  ${unknownWords(why, run.runId)}`));
  return `${lines.join("\n")}\n`;
}

/** The explanation of a run as Markdown; names from outside are harmless in it. */
export function runExplanationMarkdown(explanation: RunExplanation): string {
  const { run, account, cause, evidence, unknown } = explanation;
  const url = runUrl(run);
  const label = `run ${run.runId}${run.runAttempt > 1 ? ` (attempt ${run.runAttempt})` : ""}`;
  const head = `### ${neutralMarkdown(run.repositoryName)} ${neutralMarkdown(run.workflowName)}, ${url === null ? label : `[${label}](${url})`}`;
  const lines = [head, "", took(explanation)];
  const failure = failureWords(explanation);
  if (failure !== null) lines.push("", neutralSentence(failure));
  if (account !== null) {
    const sentence = causeWords(cause, account);
    if (sentence !== null) lines.push("", neutralSentence(sentence));
    lines.push("", ...accountMarkdown(account));
  }
  const changed = evidenceSentence(evidence);
  if (changed !== null) lines.push("", neutralSentence(changed, EVIDENCE_CHARS));
  if (unknown.length > 0)
    lines.push("", "Not known:", "", ...unknown.map((why) => `- ${unknownWords(why, run.runId)}`));
  return `${lines.join("\n")}\n`;
}

const EVIDENCE_CHARS = 1200;

function runLine(run: StoredRun): string {
  return [
    printable(run.repositoryName, 200),
    printable(run.workflowName),
    `run ${run.runId}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ""}`,
    run.branch === null || run.branch === "" ? "" : `on ${printable(run.branch, 40)}`,
    run.event === null || run.event === "" ? "" : `(${printable(run.event, 30)})`,
    run.conclusion ?? "",
    completedAt(run),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

const PLACES_SHOWN = 3;

/** "It failed in step "Run unit tests" of job "unit"."; null of a run that did not fail. */
function failureWords({ failedAt }: RunExplanation): string | null {
  if (failedAt.length === 0) return null;
  const places = failedAt.slice(0, PLACES_SHOWN).map(({ job, step }) => {
    if (job === null) return "no job that is known";
    return `${step === null ? "" : `step "${printable(step)}" of `}job "${printable(job)}"`;
  });
  const more = failedAt.length - places.length;
  return `It failed in ${places.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

function took({ run, account, usualRunCount, openChange }: RunExplanation): string {
  if (account === null) return run.duration.ms === null ? "" : `It took ${spanText(run.duration.ms)}.`;
  const usual = `the typical one of the ${usualRunCount} passing runs before ${openChange === null ? "it" : "the change"} took ${spanText(account.beforeMs)}`;
  const open = openChange === null ? "" : ` Runs like it had changed since run ${openChange.onset.runId}.`;
  const it = run.runAttempt > 1 ? "With its earlier attempts it" : "It";
  return `${it} took ${spanText(account.afterMs)}; ${usual}: ${differenceWords(account)}.${open}`;
}

/** The account as lines that add up, with a heading and a sum. */
export function accountText(account: MinutesAccount): readonly string[] {
  const lines = accountLines(account);
  const total = signedText(differenceSeconds(account) * 1000);
  const width = Math.max(total.length, ...lines.map(({ ms }) => signedText(ms).length));
  const line = ({ ms, words }: AccountLine): string => `  ${signedText(ms).padStart(width)}  ${words}`;
  return [
    "Where the time went:",
    ...lines.map(line),
    `  ${"".padStart(width, "-")}`,
    `  ${total.padStart(width)}  ${inAll(account)}`,
  ];
}

function inAll(account: MinutesAccount): string {
  const words = categoryWords(account);
  return `in all${words === "" ? "" : `: ${words}`}`;
}

export function accountMarkdown(account: MinutesAccount): readonly string[] {
  return [
    "| | where the time went |",
    "|--:|---|",
    ...accountLines(account).map(({ ms, words }) => `| ${signedText(ms)} | ${neutralSentence(words)} |`),
    `| **${signedText(differenceSeconds(account) * 1000)}** | ${inAll(account)} |`,
  ];
}
