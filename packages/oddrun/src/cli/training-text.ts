import { formatRange } from "@oddrun/core";
import type { FlaggedRecord, Training } from "../operations/models/train-model.ts";
import { printable, printableJson } from "../operations/text/visible-text.ts";
import { columns } from "./text-table.ts";

/** What a training was about and where its results are. */
export interface TrainingSummary {
  readonly version: string;
  readonly source: string;
  readonly folder: string;
  readonly flaggedFile: string;
  readonly notices: readonly string[];
  /** What became of registering it, for programs; absent when it stays here. */
  readonly registration?: object;
}

const SHOWN_FLAGGED_MAX = 10;

/** The outcome of a training for people: what was learnt, what was flagged and why, and what another contamination would flag. */
export function trainingText({ model, flagged, tuning, constantFeatures }: Training, summary: TrainingSummary): string {
  const shown = flagged.slice(0, SHOWN_FLAGGED_MAX);
  const rest = flagged.length - shown.length;
  return [
    ...summary.notices.map((notice) => `Note: ${notice}`),
    ...constantFeatures.map(
      (name) => `Note: ${printable(name)} is the same in all records: another value of it would not be noticed.`,
    ),
    `Trained on ${model.rowCount} records of ${printable(summary.source)}.`,
    "",
    ...columns([
      ["feature", "usual"],
      ...model.features.map((feature) => [
        printable(feature.name),
        formatRange(feature.usualLow, feature.usualHigh, feature.unit),
      ]),
    ]),
    "",
    `Threshold ${model.threshold.toFixed(4)}: ${flagged.length} records (${percent(flagged.length / model.rowCount)}) are odd at contamination ${model.contamination}.`,
    "",
    ...columns([["odd record", "score", "reason"], ...shown.map(flaggedRow)]),
    ...(rest > 0 ? [`and ${rest} more in ${summary.flaggedFile}`] : []),
    "",
    "What another contamination would flag, with the records nearest to the cut:",
    ...columns([
      ["contamination", "flagged", "share", "threshold", "nearest"],
      ...tuning.map((row) => [
        `${row.contamination}${row.contamination === model.contamination ? " *" : ""}`,
        String(row.flaggedCount),
        percent(row.shareFlagged),
        row.threshold.toFixed(4),
        row.examples.map((example) => printable(example.id)).join(", "),
      ]),
    ]),
    "",
    `Model kept as ${summary.version}, and written to ${summary.folder}.`,
    "",
  ].join("\n");
}

/** The same for programs. */
export function trainingJson({ model, flagged, tuning }: Training, summary: TrainingSummary): string {
  const { forest: _, ...described } = model;
  const lines = JSON.stringify({ ...summary, model: described, flagged, tuning }, null, 2).split("\n");
  return `${lines.map(printableJson).join("\n")}\n`;
}

function flaggedRow(record: FlaggedRecord): string[] {
  return [printable(record.id), record.score.toFixed(4), printable(record.reason, 400)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
