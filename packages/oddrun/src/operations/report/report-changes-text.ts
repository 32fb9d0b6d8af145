import { grouped } from "../text/grouped-number.ts";
import { mainLines } from "../incidents/incidents-text.ts";
import { alsoChanged, instantWords, stateWords, titleWords } from "../incidents/incidents-words.ts";
import type { ChangesReport, ReportedIncident } from "./report-changes.ts";
import type { IncidentCost } from "./report-changes-cost.ts";

const ALSO_LINES = 4;

/** What has changed, for a terminal. */
export function changesText(report: ChangesReport): string {
  const { open, better, dearest, names } = report;
  const lines = [`${changesHeadline(report)}.`];
  for (const each of open) lines.push("", ...incidentLines(each, report));
  const left = report.openCount - open.length - better.length;
  if (left > 0) lines.push("", `${left} more are open: "oddrun incidents list" lists them all.`);
  if (better.length > 0) {
    lines.push("", "Better than usual:");
    for (const { incident, cost } of better) {
      lines.push(`  ${titleWords(incident, names)}${withCost(cost)}, since ${day(incident.onsetMs)}`);
    }
  }
  if (dearest.length > 0) {
    lines.push("", `${dearestHeadline(report)}:`);
    for (const [at, each] of dearest.entries()) lines.push(`  ${at + 1}. ${dearestWords(each, report)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** "2 incidents are open for the worse; 1 suspected, 5 over". */
export function changesHeadline({ open, better, openCount, suspectedCount, overCount }: ChangesReport): string {
  const wrong = Math.max(open.length, openCount - better.length);
  const rest = [
    suspectedCount > 0 ? `${suspectedCount} suspected` : "",
    overCount > 0 ? `${overCount} over` : "",
  ].filter((part) => part !== "");
  const said =
    wrong === 0
      ? "No incident is open for the worse"
      : `${wrong} ${wrong === 1 ? "incident is" : "incidents are"} open for the worse`;
  return rest.length === 0 ? said : `${said}; ${rest.join(", ")}`;
}

export const dearestHeadline = ({ dearest }: ChangesReport): string =>
  dearest.length === 1
    ? "The most expensive incident of the whole history"
    : `The ${dearest.length} most expensive incidents of the whole history`;

function incidentLines(each: ReportedIncident, { names, nowMs }: ChangesReport): readonly string[] {
  const { incident, cost } = each;
  const costs = costWords(cost);
  const also = alsoChanged(incident, names, ALSO_LINES);
  return [
    `  ${titleWords(incident, names)}: ${stateWords(incident)}`,
    ...mainLines(incident, names).map((line) => `    ${line}`),
    ...(costs === null ? [] : [`    ${costs}`]),
    ...(isOld(each, nowMs) ? [`    nothing has been heard of it since ${day(each.knownUntilMs)}`] : []),
    ...(also.length === 0 ? [] : [`    with it: ${also[0]}`, ...also.slice(1).map((line) => `             ${line}`)]),
  ];
}

const OLD_MS = 14 * 86_400_000;
/** Whether it is open only because no run has come for long. */
export const isOld = ({ incident, knownUntilMs }: ReportedIncident, nowMs: number): boolean =>
  !incident.isOver && nowMs - knownUntilMs > OLD_MS;

/** "costs about 340 minutes a week ($2.04), 1,200 minutes so far; 57 runs a week". */
export function costWords(cost: IncidentCost): string | null {
  const { minutesAWeek, minutesSoFar, usdAWeek, runsAWeek, missedRunCount, isCounted, changeCount } = cost;
  if (missedRunCount !== null) {
    const usual = runsAWeek === null ? "" : `, usual ${isCounted ? "" : "about "}${shown(runsAWeek)} a week`;
    return `about ${grouped(missedRunCount)} ${missedRunCount === 1 ? "run" : "runs"} missed so far${usual}`;
  }
  if (minutesAWeek === null || minutesSoFar === null) {
    return usdAWeek === null ? null : `costs about ${usd(usdAWeek)} a week more`;
  }
  const money = usdAWeek === null || usdAWeek === 0 ? "" : ` (about ${usd(usdAWeek)})`;
  const pace =
    runsAWeek === null || changeCount !== 1 ? "" : ` at ${isCounted ? "" : "about "}${shown(runsAWeek)} runs a week`;
  const verb = minutesAWeek < 0 ? "saves" : "costs";
  return `${verb} ${minutesWords(minutesAWeek)} a week${money}${pace}; ${minutesWords(minutesSoFar)} so far`;
}

export function dearestWords({ incident, cost }: ReportedIncident, { names }: ChangesReport): string {
  const until = incident.isOver ? stateWords(incident) : "still open";
  return `${minutesWords(cost.minutesSoFar ?? 0)} in all: ${titleWords(incident, names)}, ${minutesWords(cost.minutesAWeek ?? 0)} a week since ${day(incident.onsetMs)}; ${until}`;
}

const withCost = (cost: IncidentCost): string => {
  const { minutesAWeek } = cost;
  return minutesAWeek === null ? "" : ` (${minutesWords(minutesAWeek)} a week saved)`;
};

/** "340 minutes", "12 hours". */
export function minutesWords(minutes: number): string {
  const size = Math.abs(minutes);
  if (size >= 6000) return `${grouped(Math.round(size / 60))} hours`;
  return size >= 10 || size === 0 ? `${grouped(Math.round(size))} minutes` : `${shown(size)} minutes`;
}

const shown = (value: number): string =>
  value >= 10 ? grouped(Math.round(value)) : String(Number(value.toPrecision(2)));
const usd = (value: number): string => `$${Math.abs(value).toFixed(2)}`;
const day = (ms: number): string => instantWords(ms).slice(0, 10);
