import { COMPARISON_RULE, type KindFigures, type KindScores, type ModelComparison } from "@oddrun/core";
import { neutralMarkdown, neutralSentence } from "../operations/text/neutral-markdown.ts";
import { printable } from "../operations/text/visible-text.ts";
import { columns } from "./text-table.ts";

/** A comparison and what the new model was compared with, in words. */
export interface ShownComparison {
  readonly comparison: ModelComparison;
  readonly place: string;
}

export const FIRST_MODEL = "Nothing to compare with: this is the first model.";

const VERDICTS = {
  better: "The new model is better than the serving one",
  "as-good": "The new model is as good as the serving one",
  worse: "The new model is worse than the serving one",
} as const;

export function verdictText({ verdict }: ModelComparison): string {
  return VERDICTS[verdict];
}

/** The comparison for people at a terminal. */
export function comparisonText({ comparison, place }: ShownComparison): string {
  const { kinds, reasons, notes } = comparison;
  return [
    `${verdictText(comparison)}: ${printable(place, 300)}.`,
    ...reasons.map((reason) => `- ${printable(reason, 600)}`),
    "",
    ...columns(untouchedRows(comparison)),
    ...(kinds.length === 0 ? [] : ["", ...columns(kindRows(kinds, (name) => printable(name)))]),
    "",
    tried(comparison),
    ...notes.map((note) => `Note: ${printable(note, 600)}`),
    "The rule:",
    ...COMPARISON_RULE.map((rule) => `- ${rule}`),
    "",
  ].join("\n");
}

/** The same for the summary of a job. */
export function comparisonMarkdown({ comparison, place }: ShownComparison): string {
  const { kinds, reasons, notes } = comparison;
  return [
    `### ${verdictText(comparison)}`,
    "",
    `Compared with ${neutralMarkdown(place, 300)}.`,
    "",
    ...reasons.map((reason) => `- ${neutralSentence(reason, 600)}`),
    "",
    ...markdownTable(untouchedRows(comparison)),
    ...(kinds.length === 0 ? [] : ["", ...markdownTable(kindRows(kinds, (name) => neutralSentence(name)))]),
    "",
    tried(comparison),
    "",
    "<details><summary>How this was decided</summary>",
    "",
    ...notes.map((note) => `- ${neutralSentence(note, 600)}`),
    ...COMPARISON_RULE.map((rule) => `- ${rule}`),
    "",
    "</details>",
    "",
  ].join("\n");
}

function untouchedRows({ candidate, serving, agreement }: ModelComparison): string[][] {
  return [
    ["untouched records", "new", "serving"],
    ["trained on", `${candidate.trainedOn} records`, `${serving.trainedOn} records`],
    ["promised to flag", percent(candidate.contamination), percent(serving.contamination)],
    ["flagged of the newest", percent(candidate.flagged), percent(serving.flagged)],
    ["threshold", candidate.threshold.toFixed(4), serving.threshold.toFixed(4)],
    ["rank correlation of the scores", agreement === null ? "none" : agreement.toFixed(3), ""],
  ];
}

function kindRows(kinds: readonly KindFigures[], shown: (name: string) => string): string[][] {
  const pair = (kind: KindFigures, value: (scores: KindScores) => string): string =>
    `${value(kind.candidate)} / ${value(kind.serving)}`;
  return [
    [
      "planted anomaly (new / serving)",
      "planted",
      "found",
      "found at 5 % false alarms",
      "ROC AUC",
      "average precision",
    ],
    ...kinds.map((kind) => [
      shown(kind.name),
      String(kind.plantedCount),
      pair(kind, ({ found }) => percent(found)),
      pair(kind, ({ foundAtFivePercent }) => percent(foundAtFivePercent)),
      pair(kind, ({ rocAuc }) => rocAuc.toFixed(3)),
      pair(kind, ({ averagePrecision }) => averagePrecision.toFixed(3)),
    ]),
  ];
}

function tried({ records: { count, tried: newest, usual } }: ModelComparison): string {
  return `Tried on the newest ${newest} of ${count} records; anomalies were planted into the ${usual} that neither model flags.`;
}

function markdownTable([head, ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head!), line(head!.map((_, column) => (column === 0 ? "---" : "--:"))), ...rows.map(line)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
