import { type Incident, incidentName } from "@oddrun/core";
import { surenessOf } from "./findings.ts";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import { instantWords, KIND_VERBS, levelWords, seriesWords, whereWords } from "../incidents/incidents-words.ts";
import type { IncidentCost } from "../report/report-changes-cost.ts";
import { minutesWords } from "../report/report-changes-text.ts";
import { escapeHtml } from "../text/html.ts";
import { grouped } from "../text/grouped-number.ts";
import { neutralMarkdown, neutralSentence } from "../text/neutral-markdown.ts";

export const day = (ms: number): string => instantWords(ms).slice(0, 10);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** One decimal below ten, whole numbers from ten on. */
export const short = (value: number): string =>
  value < 9.95 ? String(Number(value.toFixed(1))) : grouped(Math.round(value));

/** A text from outside within HTML of our own making: no mention and no markup comes alive in a `code` element. */
export const codeHtml = (text: string): string => `<code>${escapeHtml(text)}</code>`;

/** Where it happened, without the name of the repository that the whole summary is about. */
export function shortWhere(incident: Incident, names: IncidentNames, repository: string): string {
  const where = whereWords(incident, names);
  const own = `${repository} `.toLowerCase();
  return where.toLowerCase().startsWith(own) ? where.slice(own.length) : where;
}

/** "takes longer", "takes longer: job "test"". */
export function whatWords({ kind, changes }: Incident): string {
  const [first] = changes;
  if (first === undefined) return KIND_VERBS[kind];
  const { scope, measure } = first.series;
  const isWhole = (scope === "run" || scope === "runner") && measure !== "metric";
  return isWhole ? KIND_VERBS[kind] : `${KIND_VERBS[kind]}: ${seriesWords(first.series)}`;
}

/** "93 %": the chance that it is real in hindsight; "certain" of a schedule, which is silent or not. */
export function sureWords(incident: Incident): string {
  const [first] = incident.changes;
  if (first === undefined) return "";
  return first.series.measure === "schedule" ? "certain" : `${Math.round(100 * surenessOf(incident))} %`;
}

/** "340 minutes ($2.04)", "12 runs missed". */
export function weeklyCostWords({ minutesAWeek, usdAWeek, missedRunCount }: IncidentCost): string {
  if (missedRunCount !== null) return `${plural(missedRunCount, "run")} missed`;
  const money = usdAWeek === null || usdAWeek === 0 ? "" : `$${Math.abs(usdAWeek).toFixed(2)}`;
  if (minutesAWeek === null) return money;
  const sign = minutesAWeek < 0 ? "-" : "";
  return `${sign}${minutesWords(minutesAWeek)}${money === "" ? "" : ` (${money})`}`;
}

/** "INC-7", with a link where there is an issue about it. */
export function incidentLink(number: number, issueUrls: ReadonlyMap<number, string>): string {
  const url = issueUrls.get(number);
  return url === undefined ? incidentName(number) : `[${incidentName(number)}](${url})`;
}

export function howMuch({ changes }: Incident): string {
  const [first] = changes;
  return first === undefined ? "" : neutralSentence(levelWords(first.series, first.latest));
}

export const nameCell = (text: string): string => neutralMarkdown(text, 100);
