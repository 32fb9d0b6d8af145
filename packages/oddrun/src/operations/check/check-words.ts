import { type ComparedRuns, formatRange } from "@oddrun/core";
import { spanText } from "../explain/explain-words.ts";
import { printable } from "../text/visible-text.ts";
import type { FailureCheck, NotChecked, RunCheck } from "./run-check.ts";

const quoted = (text: string): string => `"${printable(text, 100)}"`;

/** "9 min 10 s, usual 6 min 05 s (+50 %)" */
export const ratioText = ({ value, usual, ratio }: ComparedRuns): string =>
  `${spanText(value)}, usual ${spanText(usual)} (${percentText(ratio)})`;

export function percentText(ratio: number): string {
  if (ratio >= 3) return `${ratio.toFixed(1)} times`;
  return `${ratio >= 1 ? "+" : "-"}${Math.round(Math.abs(ratio - 1) * 100)} %`;
}

/** "5.1 to 7 min": where nine of ten such runs lie. */
export const usualRange = ({ usualLow, usualHigh }: ComparedRuns): string =>
  formatRange(usualLow / 1000, usualHigh / 1000, "seconds");

/** "over 99.9 %": the share of unchanged runs that lie nearer to the usual, as far as it can be known from so few. */
export function sureText(chance: number): string {
  const sure = 100 * (1 - chance);
  return sure >= 99.9 ? "over 99.9 %" : `${sure.toFixed(1)} %`;
}

export const againstText = ({ against }: Pick<RunCheck, "against">): string =>
  against === "default-branch" ? "the default branch" : "other branches, for it never runs on the default branch";

/** What came of a check, in one sentence without a full stop; it begins with the name of the workflow. */
export function checkSentence(check: RunCheck): string {
  const name = quoted(check.run.workflowName);
  return `${name}: ${verdictWords(check)}`;
}

/** The same without the name. */
export function verdictWords(check: RunCheck): string {
  const { kind, whole, jobs, failures, notChecked, run, waitedMs } = check;
  switch (kind) {
    case "failing":
    case "within-noise":
      if (failures.length > 0) return failures.slice(0, 3).map(failureWords).join("; ");
      return withinWords(whole, waitedMs);
    case "slower":
    case "faster": {
      const job = jobs.find(({ compared }) => compared.kind === kind);
      if (whole?.kind === kind) return `${kind} beyond noise: ${ratioText(whole)}`;
      return job === undefined ? kind : `job ${quoted(job.job)} is ${kind} beyond noise: ${ratioText(job.compared)}`;
    }
    case "too-little-history": {
      const counts = whole?.kind === "too-little-history" ? whole : null;
      const took = run.duration.ms === null ? "" : `it took ${spanText(run.duration.ms)}; `;
      return `too little history to say: ${took}${counts?.usualRunCount ?? 0} of the ${counts?.usualRunCountMin ?? 0} passing runs needed to compare with`;
    }
    case "not-checked":
      return `not checked: ${NOT_CHECKED[notChecked ?? "not-finished"]}`;
  }
  return "";
}

function withinWords(whole: RunCheck["whole"], waitedMs: number): string {
  if (whole === null || whole.kind === "too-little-history") return "no difference beyond noise";
  const waited =
    waitedMs > 0 ? ` (of it ${spanText(waitedMs)} more waiting for runners, which no commit is the reason for)` : "";
  return `no difference beyond noise: ${spanText(whole.value)}, usual ${usualRange(whole)}${waited}`;
}

export function failureWords(failure: FailureCheck): string {
  const { job, step, usualRuns, usualFailed, failedHere, failsThereNow, isNew } = failure;
  const place = job === null ? "the run" : `job ${quoted(job)}${step === null ? "" : `, step ${quoted(step)}`}`;
  const here = failedHere > 1 ? ` ${failedHere} times in a row` : "";
  const caveat = failsThereNow ? ", the last one too" : isNew ? "" : ", so that it may be chance";
  const elsewhere =
    usualRuns === 0 ? "no runs to compare with" : `elsewhere in ${usualFailed} of ${usualRuns} runs${caveat}`;
  return `${place} fails here${here}; ${elsewhere}`;
}

const NOT_CHECKED: Readonly<Record<NotChecked, string>> = {
  "not-finished": "it has not finished",
  "cancelled-or-skipped": "it was cancelled or skipped",
  "duration-unknown": "how long it took is not known",
};
