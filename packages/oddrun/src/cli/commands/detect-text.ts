import type { DetectSummary } from "../../operations/odd-runs/detect-odd-runs.ts";
import type { LateRun } from "../../operations/changes/detect-changes.ts";
import { grouped } from "../../operations/text/grouped-number.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { ChangesFound } from "../../operations/changes/look-for-changes.ts";

/** Of which runs something odd was found. */
export function oddRunsText({
  runCount,
  judged,
  judgedCount,
  correctedCount,
  fittedCount,
  modelVersion,
  isComplete,
}: DetectSummary): string {
  if (judgedCount === 0 && isComplete) return `All ${runCount} runs are judged; nothing is new.\n`;
  const lines = [
    `Judged ${judgedCount} of ${runCount} runs${isComplete ? "" : ", then stopped"}:`,
    `  ${judged.anomalous} odd`,
    `  ${judged.usual} as usual`,
    `  ${judged["too-little-history"]} with too little history`,
    `  ${judged["not-judged"]} not judged: cancelled, skipped, or without a verdict of their own`,
  ];
  if (correctedCount > 0) lines.push(`${correctedCount} of these are corrections of earlier verdicts.`);
  if (modelVersion !== null) {
    lines.push(
      `Model in use: ${modelVersion}${fittedCount > 0 ? ` (${fittedCount} fitted on the way, each on earlier runs only)` : ""}.`,
    );
  }
  lines.push(isComplete ? `"oddrun report" lists the odd ones.` : `"oddrun detect" goes on from here.`);
  return `${lines.join("\n")}\n`;
}

/** Whether a pipeline has changed: what was said of levels that moved and stayed. */
export function changesText({ summary, incidents }: ChangesFound): string {
  const { said, correctedCount, seriesCount, runCount, lateCount, lateRuns, readAgain, isComplete } = summary;
  const counts = [
    `  ${said.told} new`,
    `  ${said.grown} grown`,
    `  ${said.recovered} recovered`,
    `  ${said.settled} usual by now`,
    `  ${said.suspected} suspected, ${said.withdrawn} withdrawn`,
  ];
  const isQuiet = Object.values(said).every((count) => count === 0);
  const where = `in ${grouped(runCount)} ${runCount === 1 ? "run" : "runs"} and ${grouped(seriesCount)} series`;
  const lines = isQuiet
    ? [`Changes: nothing new ${where}${isComplete ? "" : ", then stopped"}.`]
    : [`Changes, ${where}${isComplete ? "" : ", then stopped"}:`, ...counts];
  if (correctedCount > 0) {
    lines.push(`Runs that came late take back or amend what was said of ${changes(correctedCount)}.`);
  }
  if (lateCount > 0) lines.push(lateText(lateCount, lateRuns));
  if (readAgain.length > 0) lines.push(`Read again from the first run on: ${names(readAgain)}.`);
  if (!isComplete) lines.push(`"oddrun detect" goes on from here.`);
  else if (incidents.length > 0) {
    const count = `${incidents.length} ${incidents.length === 1 ? "incident has" : "incidents have"} something new`;
    lines.push(`${count}: "oddrun incidents list" shows them.`);
  } else if (!isQuiet) lines.push(`"oddrun incidents list" shows what they come to.`);
  return `${lines.join("\n")}\n`;
}

const NAMES_MAX = 3;
const changes = (count: number): string => `${count} ${count === 1 ? "change" : "changes"}`;

function names(all: readonly string[]): string {
  const first = all.slice(0, NAMES_MAX).map((name) => printable(name));
  return all.length <= NAMES_MAX ? first.join(", ") : `${first.join(", ")} and ${all.length - NAMES_MAX} more`;
}

function lateText(lateCount: number, runs: readonly LateRun[]): string {
  const named = runs.map(
    ({ repositoryName, workflowName, runId, runAttempt }) =>
      `${printable(repositoryName)} ${printable(workflowName)} run ${runId}${runAttempt > 1 ? ` attempt ${runAttempt}` : ""}`,
  );
  const more = lateCount > named.length ? ` and ${grouped(lateCount - named.length)} more` : "";
  const came =
    lateCount === 1
      ? "1 run came too late for its place and was not used"
      : `${grouped(lateCount)} runs came too late for their places and were not used`;
  return `${came}: ${named.join(", ")}${more}. "oddrun detect --anew" reads all of the history again.`;
}
