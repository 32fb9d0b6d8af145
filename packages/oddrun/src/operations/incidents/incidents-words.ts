import {
  type ChangeEvent,
  type ChangeStanding,
  featureUnit,
  formatValue,
  type Incident,
  type IncidentEvent,
  type IncidentKind,
  incidentName,
  parseJobName,
  type Series,
} from "@oddrun/core";
import type { IncidentNames } from "./incidents-names.ts";
import { printable } from "../text/visible-text.ts";

const NAME_CHARS = 80;
const DAY_MS = 86_400_000;
const named = (text: string): string => printable(text, NAME_CHARS);
const quoted = (text: string): string => `"${named(text)}"`;

/** What an incident of that kind does, after the name of what does it. */
export const KIND_VERBS: Readonly<Record<IncidentKind, string>> = {
  slower: "takes longer",
  faster: "takes less time",
  queueing: "waits longer for runners",
  failing: "fails more often",
  steadier: "fails less often",
  silent: "fell silent",
  dearer: "costs more",
  cheaper: "costs less",
  moved: "has moved",
};

/** The same after the name of several. */
const verbOf = (kind: IncidentKind, isMany: boolean): string =>
  isMany ? KIND_VERBS[kind].replace(/^has/, "have").replace(/^(\w+)s\b/, "$1") : KIND_VERBS[kind];

/** "2026-11-03 10:12 UTC" */
export const instantWords = (ms: number): string =>
  Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC` : "unknown time";

/** "acme/shop CI", "acme/shop: 3 workflows", "12 repositories". */
export function whereWords(incident: Incident, names: IncidentNames): string {
  const { repositoryIds, repositoryId } = incident;
  if (repositoryIds.length > 1) return `${repositoryIds.length} repositories`;
  const repository = named(names.repository(repositoryIds[0] ?? repositoryId));
  const workflowIds = workflowIdsOf(incident);
  const [only] = workflowIds;
  if (workflowIds.length > 1) return `${repository}: ${workflowIds.length} workflows`;
  return only === undefined ? repository : `${repository} ${named(names.workflow(repositoryIds[0]!, only))}`;
}

const workflowIdsOf = ({ changes }: Incident): readonly number[] => [
  ...new Set(changes.map(({ series }) => series.workflowId).filter((id) => id !== 0)),
];

/** What a series is about: "whole runs", "job "test"", "step "npm test" of job "test"". */
export function seriesWords({ scope, measure, job, part }: Series): string {
  if (measure === "metric") return quoted(part);
  if (scope === "run") return "whole runs";
  if (scope === "runner") return `waiting for runners${job === "" ? "" : ` ${quoted(job)}`}`;
  return scope === "job" ? `job ${quoted(job)}` : `step ${quoted(part)} of job ${quoted(job)}`;
}

/** Which runs: "default branch, push"; "" where they are not told apart. */
export function contextWords({ branches, event, scope }: Series): string {
  if (scope === "runner") return "";
  const branch = branches === "unknown" ? "" : `${branches} ${branches === "topic" ? "branches" : "branch"}`;
  return [branch, event === "" ? "" : named(event)].filter((part) => part !== "").join(", ");
}

/** "18 min, usual 12 min (+50 %)". */
export function levelWords(
  series: Series,
  {
    usual,
    level,
    state,
    onset,
    flakyCount = 0,
  }: Pick<ChangeEvent, "usual" | "level" | "state" | "onset" | "flakyCount">,
): string {
  const value = (number: number): string => valueWords(series, number);
  switch (series.measure) {
    case "failure":
      return `${value(level)} of runs fail, usual ${value(usual)}${flakyWords(flakyCount)}`;
    case "schedule":
      // how long it was when it was told says little by now
      return `no run ${state === "recovered" ? `for ${value(level)}` : `since ${instantWords(onset.atMs)}`}, usual one every ${value(usual)}`;
    case "duration":
    case "queue-time":
    case "cost":
    case "metric":
      return `${value(level)}, usual ${value(usual)}${ratioWords(usual, level)}`;
  }
  return "";
}

/** What passed when it was run again is flaky, not broken, and no part of the rate. */
function flakyWords(count: number): string {
  return count === 0 ? "" : `; ${count} more ${count === 1 ? "was" : "were"} flaky: passed when run again`;
}

/** " (+50 %)", " (4.2 times)"; nothing where the usual is none to compare with. */
function ratioWords(usual: number, level: number): string {
  if (!(usual > 0) || !(level > 0)) return "";
  const ratio = level / usual;
  if (ratio >= 3) return ` (${ratio.toFixed(1)} times)`;
  return ` (${ratio >= 1 ? "+" : "-"}${Math.round(Math.abs(ratio - 1) * 100)} %)`;
}

/** A value in the unit of the series, in words. */
export function valueWords({ measure, part }: Pick<Series, "measure" | "part">, value: number): string {
  if (measure === "failure") return formatValue(value, "share");
  if (measure === "cost") return `$${(value / 1e6).toFixed(2)}`;
  if (measure === "metric") return formatValue(value, featureUnit(part));
  if (measure === "schedule" && value >= 3 * DAY_MS) return `${Number((value / DAY_MS).toFixed(1))} days`;
  return formatValue(value / 1000, "seconds");
}

/** "INC-7 acme/shop CI takes longer". */
export function titleWords(incident: Incident, names: IncidentNames): string {
  const [first] = incident.changes;
  const subject = first?.series.measure === "metric" ? ` ${seriesWords(first.series)}` : "";
  const fleet = incident.isFleetWide ? "fleet-wide: " : "";
  const where = whereWords(incident, names);
  const isMany = subject === "" && (incident.repositoryIds.length > 1 || workflowIdsOf(incident).length > 1);
  return `${incidentName(incident.number)} ${fleet}${where}${subject} ${verbOf(incident.kind, isMany)}`;
}

/** "acknowledged", "muted until ...", "recovered since ...": how it stands. */
export function stateWords({ state, history, mutedUntilMs, mergedInto, overAtMs }: Incident): string {
  if (state === "muted") return `muted until ${instantWords(mutedUntilMs!)}`;
  if (state === "merged") return `part of ${incidentName(mergedInto!)}`;
  const isByPerson = history.some(({ what }) => what === "accepted");
  const words = { accepted: isByPerson ? "accepted as normal" : "usual by now", rejected: "not an anomaly" } as const;
  const shown = state === "accepted" || state === "rejected" ? words[state] : state;
  return overAtMs === null ? shown : `${shown} since ${instantWords(overAtMs)}`;
}

/** The other changes in a line each: jobs of one matrix together, the rest one by one, at most `linesMax`. */
export function alsoChanged(incident: Incident, names: IncidentNames, linesMax: number): readonly string[] {
  // a suspicion that came to nothing has not moved
  const others = incident.changes.slice(1).filter(({ standing }) => standing !== "withdrawn");
  const groups = Map.groupBy(others, (change) => JSON.stringify([change.kind, change.standing, groupName(change)]));
  const lines = [...groups.values()].map((changes) => groupWords(changes, incident, names));
  const rest = lines.length - linesMax;
  return rest > 0 ? [...lines.slice(0, linesMax), `and ${rest} more`] : lines;
}

function groupName({ series }: ChangeStanding): readonly unknown[] {
  const { repositoryId, workflowId, branches, event, scope, measure, part } = series;
  // the labels of runners are no name of a job, whatever stands in brackets
  const { caller, inner } = scope === "runner" ? { caller: null, inner: series.job } : parseJobName(series.job);
  return [repositoryId, workflowId, branches, event, scope, measure, part, caller, inner];
}

function groupWords(changes: readonly ChangeStanding[], incident: Incident, names: IncidentNames): string {
  const [first] = changes;
  const { series, latest, kind, standing } = first!;
  const isElsewhere = incident.repositoryIds.length > 1;
  const isOtherWorkflow = new Set(incident.changes.map((change) => change.series.workflowId)).size > 1;
  const place = [
    isElsewhere ? named(names.repository(series.repositoryId)) : "",
    isOtherWorkflow && series.workflowId !== 0 ? named(names.workflow(series.repositoryId, series.workflowId)) : "",
  ].filter((part) => part !== "");
  const context = contextWords(series);
  // one series may have changed more than once
  const jobs = [...new Set(changes.map(({ series: { job } }) => job))];
  const cells = jobs.map((job) => parseJobName(job).matrix?.join(", ") ?? job);
  const what =
    jobs.length === 1
      ? seriesWords(series)
      : `${seriesWords({ ...series, job: matrixName(series.job) })}, ${jobs.length} of its matrix (${printable(cells.join("; "), 120)})`;
  const verb = kind === incident.kind || series.scope === "runner" ? "" : ` ${KIND_VERBS[kind]}`;
  const state = standing === "told" ? "" : ` (${standing})`;
  const most = jobs.length === 1 ? "" : "most: ";
  return `${[...place, what].join(" ")}${context === "" ? "" : ` on ${context}`}${verb}: ${most}${levelWords(series, latest)}${state}`;
}

function matrixName(job: string): string {
  const { caller, inner } = parseJobName(job);
  return caller === null ? inner : `${caller} / ${inner}`;
}

/** A line of the history: "2026-11-03 10:12 UTC  acknowledged by ada: "we know"". */
export function historyWords({ atMs, what, who, note, untilMs, other, isCorrection }: IncidentEvent): string {
  const by = who === "oddrun" ? "" : ` by ${named(who)}`;
  const until = untilMs === null ? "" : ` until ${instantWords(untilMs)}`;
  const others = other === null ? "" : ` ${what === "merged" ? "into" : ""} ${incidentName(other)}`.replace("  ", " ");
  const said = note === null ? "" : `: ${printable(note, 300)}`;
  const corrected = isCorrection ? " (corrected by a run that came late)" : "";
  return `${instantWords(atMs)}  ${what}${others}${until}${by}${said}${corrected}`;
}
