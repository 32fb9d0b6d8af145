import { type ChangeStanding, type Incident, incidentName } from "@oddrun/core";
import type { IncidentNames } from "./incidents-names.ts";
import {
  alsoChanged,
  contextWords,
  historyWords,
  instantWords,
  levelWords,
  seriesWords,
  stateWords,
  titleWords,
  valueWords,
  whereWords,
} from "./incidents-words.ts";

const ALSO_LINES = 12;

/** The rows of the list, with a heading. */
export function incidentRows(incidents: readonly Incident[], names: IncidentNames): readonly (readonly string[])[] {
  return [
    ["incident", "state", "what", "since", "where", "how much"],
    ...incidents.map((incident) => {
      const [first] = incident.changes;
      return [
        incidentName(incident.number),
        incident.state,
        incident.kind,
        instantWords(incident.onsetMs).slice(0, 10),
        `${incident.isFleetWide ? "fleet-wide: " : ""}${whereWords(incident, names)}`,
        first === undefined ? "" : levelWords(first.series, first.latest),
      ];
    }),
  ];
}

/** What is known of one incident, for a terminal. */
export function incidentText(incident: Incident, names: IncidentNames): string {
  const { changes, history } = incident;
  const [first] = changes;
  const lines = [`${titleWords(incident, names)}: ${stateWords(incident)}`];
  if (first !== undefined) lines.push("", ...mainLines(incident, names).map((line) => `  ${line}`));
  const also = alsoChanged(incident, names, ALSO_LINES);
  if (also.length > 0) lines.push("", "With it moved:", ...also.map((line) => `  ${line}`));
  const told = history.filter(({ change }) => change === null || isOf(first, change));
  lines.push("", "History:", ...told.map((event) => `  ${historyWords(event)}`));
  const otherCount = history.length - told.length;
  if (otherCount > 0)
    lines.push(`  and ${otherCount} ${otherCount === 1 ? "line" : "lines"} on what moved with it (--json)`);
  return `${lines.join("\n")}\n`;
}

/** What moved, since when, and how sure that is. */
export function mainLines(incident: Incident, names: IncidentNames): readonly string[] {
  const [first] = incident.changes;
  if (first === undefined) return [];
  const { series, latest } = first;
  const context = contextWords(series);
  const isSpread = incident.repositoryIds.length > 1;
  const place = isSpread
    ? `${names.repository(series.repositoryId)} ${series.workflowId === 0 ? "" : names.workflow(series.repositoryId, series.workflowId)}: `
    : "";
  const attempt = latest.onset.runAttempt > 1 ? ` attempt ${latest.onset.runAttempt}` : "";
  const onset = series.measure === "schedule" ? "last seen with" : "since";
  const runs =
    latest.runCount === 0 ? "" : `${latest.runCount} ${latest.runCount === 1 ? "run speaks" : "runs speak"} for it; `;
  const told = incident.changes.filter(({ standing }) => standing !== "suspected" && standing !== "withdrawn");
  const openCount = told.filter(({ standing }) => standing === "told").length;
  const isPartlyOver = openCount > 0 && openCount < told.length;
  return [
    `${place}${seriesWords(series)}${context === "" ? "" : ` on ${context}`}: ${levelWords(series, latest)}`,
    `${onset} run ${latest.onset.runId}${attempt}, which ended ${instantWords(latest.onset.atMs)}`,
    `${runs}${scoreWords(first)}${latest.isYoung ? "; the history before it is short" : ""}`,
    ...(isPartlyOver
      ? [`${openCount} of ${told.length} changes in it ${openCount === 1 ? "is" : "are"} still open`]
      : []),
  ];
}

/** "score 1.3, told from 1.0"; a schedule is silent or not, more or less of it there is not. */
export function scoreWords({ series, first, latest }: Pick<ChangeStanding, "series" | "first" | "latest">): string {
  if (series.measure === "schedule") return `told after ${valueWords(series, first.level)} without a run`;
  return `score ${latest.score.toFixed(1)}, told from 1.0`;
}

const isOf = (first: Incident["changes"][number] | undefined, change: { seriesId: string; changeNumber: number }) =>
  first?.seriesId === change.seriesId && first.changeNumber === change.changeNumber;
