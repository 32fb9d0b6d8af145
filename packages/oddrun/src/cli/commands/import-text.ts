import type { QualityNote } from "@oddrun/core";
import { printable } from "../../operations/text/visible-text.ts";
import type { ImportSummary } from "../../operations/history/import-history.ts";
import type { SaveCounts } from "../../operations/ports.ts";

/** What an import did, for people. */
export function importText(file: string, rejects: string | null, summary: ImportSummary): string {
  const { runs, jobs, metrics, window } = summary;
  const lines = [`${file === "-" ? "standard input" : printable(file, 200)}: ${plural(summary.rowCount, "row")}`];
  lines.push(`  runs     ${countsText(runs)}`);
  if (total(jobs) > 0) lines.push(`  jobs     ${countsText(jobs)}`);
  if (total(metrics) > 0) lines.push(`  metrics  ${countsText(metrics)}`);
  if (window !== null) lines.push(`  from ${minute(window.firstMs)} to ${minute(window.lastMs)} UTC`);
  if (summary.repeatedCount > 0)
    lines.push(`  ${plural(summary.repeatedCount, "row")} said the same as an earlier one`);
  lines.push(...unknownText("runs", summary.unknownRunDurations), ...unknownText("jobs", summary.unknownJobDurations));
  for (const [note, count] of Object.entries(summary.notes))
    lines.push(`  ${NOTES[note as keyof typeof NOTES](count)}`);
  const skipped = Object.entries(summary.skipped).sort(([, one], [, other]) => other - one);
  if (skipped.length > 0) {
    const count = skipped.reduce((sum, [, count]) => sum + count, 0);
    lines.push(
      `  ${plural(count, "bad row")} passed over${rejects === null ? "" : `, kept in ${printable(rejects, 200)}`}:`,
    );
    for (const [reason, count] of skipped.slice(0, 5)) lines.push(`    ${count}: ${printable(reason, 160)}`);
    if (skipped.length > 5) lines.push(`    and ${skipped.length - 5} other reasons`);
  }
  if (summary.isStopped)
    lines.push("  stopped before the end; what is counted here is kept. The same import completes it.");
  return `${lines.join("\n")}\n`;
}

const NOTES = {
  "conclusion-missing": (count: number) => `${plural(count, "completed run")} without a conclusion, kept as "other"`,
  "conclusion-unknown": (count: number) =>
    `${plural(count, "run")} with a conclusion that is not a word of GitHub's, kept as "other" and not judged: translate it by --map-value conclusion:THEIRS=success`,
  "duration-disagrees": (count: number) =>
    `${plural(count, "run")} with a duration that disagrees with the times by more than 5 s: the times hold`,
  "end-from-run": (count: number) =>
    `${plural(count, "run")} with an end that none of the jobs confirms: GitHub may have moved it later`,
  "jobs-of-later-attempt": (count: number) => `${plural(count, "run")} with jobs of a later attempt, left out there`,
  "times-implausible": (count: number) => `${plural(count, "run")} with a time that cannot be right, taken as unknown`,
} as const satisfies Readonly<Record<QualityNote, (count: number) => string>>;

function unknownText(what: string, reasons: Readonly<Partial<Record<string, number>>>): readonly string[] {
  const shown = Object.entries(reasons).map(([reason, count]) => `${count} ${reason.replaceAll("-", " ")}`);
  return shown.length === 0 ? [] : [`  ${what} without a known duration: ${shown.join(", ")}`];
}

function countsText({ added, changed, unchanged }: SaveCounts): string {
  return `${added} added, ${changed} changed, ${unchanged} unchanged`;
}

const total = ({ added, changed, unchanged }: SaveCounts): number => added + changed + unchanged;
const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
