import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Annotation } from "oddrun/internal/operations/summary/annotations";
import { type Finding, findingsJson } from "oddrun/internal/operations/summary/findings";
import type { Session } from "../session.ts";

const FINDINGS_MAX = 50;

export interface Results {
  readonly markdown: string;
  /** Biggest first. */
  readonly findings: readonly Finding[];
  /** Those that make `anomalous` true: what is better does not. */
  readonly isAnomalous: boolean;
  /** How odd the oddest run is, 0 to 1; null when none was judged. */
  readonly score: number | null;
  readonly incidentCount: number;
  readonly stateWord: string;
  readonly annotations: readonly Annotation[];
}

/** Adds to the job's summary, leaves the same as a file for later steps, annotates, and sets the outputs. */
export function giveResults({ files, commands, dataDir }: Session, results: Results): void {
  const { markdown, findings, isAnomalous, score, incidentCount, stateWord, annotations } = results;
  const path = join(dataDir, "summary.md");
  writeFileSync(path, markdown);
  files.addSummary(markdown);
  for (const { level, title, message } of annotations) commands.annotate(level, message, { title });
  files.setOutput("anomalous", String(isAnomalous));
  files.setOutput("score", score === null ? "" : score.toFixed(3));
  files.setOutput("findings", JSON.stringify(findingsJson(findings.slice(0, FINDINGS_MAX))));
  files.setOutput("incidents", String(incidentCount));
  files.setOutput("summary-file", path);
  files.setOutput("state", stateWord);
}
