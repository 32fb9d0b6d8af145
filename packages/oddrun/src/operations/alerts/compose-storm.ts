import { type Incident, incidentName, type Suspect } from "@oddrun/core";
import type { IncidentExplanation } from "../explain/explain-incident.ts";
import type { WorkflowActivity } from "../incidents/incident-store.ts";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import { instantWords, KIND_VERBS, whereWords } from "../incidents/incidents-words.ts";
import { grouped } from "../text/grouped-number.ts";
import { runUrl } from "../text/run-url.ts";
import { printable } from "../text/visible-text.ts";
import type { AlertFact, AlertLine, AlertLink, AlertMessage, AlertRepository } from "./alert-message.ts";
import { shownRepository } from "./compose-alert.ts";
import { leadOf, movedWords, shownLine, shownName } from "./alert-words.ts";

export interface ComposeStormInput {
  readonly id: string;
  readonly atMs: number;
  /** Those that came up at once; a fleet-wide incident alone is a storm too. */
  readonly incidents: readonly Incident[];
  readonly names: IncidentNames;
  /** Every workflow with runs: those that did not move speak as well. */
  readonly activity: readonly WorkflowActivity[];
  /** Of some of the incidents what else changed; none where nobody looked. */
  readonly explanations: readonly IncidentExplanation[];
  /** null for several. */
  readonly repository: AlertRepository | null;
}

const LINES_MAX = 20;
const NAMES_MAX = 5;
const ACTIVE_MS = 14 * 86_400_000;
const OF_RUNNERS: readonly Suspect["kind"][] = [
  "runner-labels",
  "runner-group",
  "runner-image",
  "runner-version",
  "operating-system",
  "region",
];

/** Many things moved at once: one message instead of many, with what speaks for a cause outside of the code. */
export function composeStorm(input: ComposeStormInput): AlertMessage {
  const { id, atMs, incidents, names, repository } = input;
  const moved = movedPlaces(incidents);
  const repositoryIds = new Set([...moved.values()].map(({ repositoryId }) => repositoryId));
  for (const { repositoryId, repositoryIds: all } of incidents)
    for (const one of [repositoryId, ...all]) repositoryIds.add(one);
  const where =
    repositoryIds.size > 1
      ? `${repositoryIds.size} repositories`
      : shownName(names.repository([...repositoryIds][0] ?? 0));
  const workflows = `${moved.size} ${moved.size === 1 ? "workflow" : "workflows"}`;
  const title = `${where}: ${workflows} moved at once. This looks like GitHub or your runners, not your code`;
  const onsets = incidents.map(({ onsetMs }) => onsetMs);
  const [first, last] = [Math.min(...onsets), Math.max(...onsets)];
  const facts: AlertFact[] = [
    {
      label: "What",
      text: `${workflows} in ${repositoryIds.size === 1 ? "one repository" : `${repositoryIds.size} repositories`} moved at once: ${kindWords(incidents)}. This looks like GitHub or your runners, not your code.`,
    },
    {
      label: "Since",
      text: first === last ? `${instantWords(first)}.` : `${instantWords(first)} to ${instantWords(last)}.`,
    },
    { label: "Runners", text: runnerWords(input) },
    { label: "What did not move", text: calmWords(input, moved, repositoryIds) },
    {
      label: "What to do",
      text: "Look at GitHub's status page and at your runners before anyone looks for a commit. Each incident is kept, and is told by itself if it stays after the others are over.",
    },
  ];
  return {
    id,
    word: "storm",
    atMs,
    incident: null,
    repository: repository === null ? null : shownRepository(repository),
    workflow: null,
    title: printable(title, 120),
    facts: facts.map(({ label, text }) => ({ label, text: shownLine(text) })),
    lines: stormLines(input),
    links: statusLinks(repository),
    howToMute: `Each of them can be muted by itself: "oddrun incidents mute INC-… --until 14d".`,
  };
}

/** GitHub tells of its own troubles there; an Enterprise Server has no such page. */
const statusLinks = (repository: AlertRepository | null): readonly AlertLink[] =>
  repository === null || repository.webUrl === "https://github.com"
    ? [{ label: "GitHub's status page", url: "https://www.githubstatus.com" }]
    : [];

interface Place {
  readonly repositoryId: number;
  readonly workflowId: number;
}

const placeKey = ({ repositoryId, workflowId }: Place): string => `${repositoryId}/${workflowId}`;

function movedPlaces(incidents: readonly Incident[]): ReadonlyMap<string, Place> {
  const places = incidents.flatMap(({ changes }) => changes.map(({ series }) => series));
  return new Map(places.filter(({ workflowId }) => workflowId !== 0).map((place) => [placeKey(place), place]));
}

/** "11 incidents: takes longer 9, fails more often 2" */
function kindWords(incidents: readonly Incident[]): string {
  const counts = [...Map.groupBy(incidents, ({ kind }) => kind)]
    .map(([kind, of]) => ({ verb: KIND_VERBS[kind], count: of.length }))
    .toSorted((one, other) => other.count - one.count);
  if (incidents.length === 1) return `it ${counts[0]!.verb}`;
  return `${incidents.length} incidents (${counts.map(({ verb, count }) => `${count} × ${verb}`).join(", ")})`;
}

/** Which runners they have in common, as far as waits and suspects tell. */
function runnerWords({ incidents, explanations }: ComposeStormInput): string {
  const waiting = new Set(
    incidents.flatMap(({ changes }) =>
      changes.flatMap(({ series }) => (series.scope === "runner" && series.job !== "" ? [series.job] : [])),
    ),
  );
  const told: string[] = [];
  if (waiting.size > 0) told.push(`waits grew for ${listed([...waiting])}`);
  const common = commonSuspect(explanations);
  if (common !== null) told.push(common);
  if (told.length > 0) return `${told.join("; ")}.`.replace(/^./u, (letter) => letter.toUpperCase());
  return explanations.length === 0
    ? "Not known: which runners they share was not looked at."
    : "They have no runner labels, image or region in common that changed at that time, as far as the runs tell.";
}

function commonSuspect(explanations: readonly IncidentExplanation[]): string | null {
  const seen = new Map<string, { readonly suspect: Suspect; count: number }>();
  for (const { explanation } of explanations) {
    const own = (explanation?.suspects ?? []).filter(({ kind }) => OF_RUNNERS.includes(kind));
    const keys = new Map(own.map((suspect) => [JSON.stringify([suspect.kind, suspect.from, suspect.to]), suspect]));
    for (const [key, suspect] of keys) {
      const known = seen.get(key) ?? { suspect, count: 0 };
      known.count += 1;
      seen.set(key, known);
    }
  }
  const [most] = [...seen.values()].toSorted((one, other) => other.count - one.count);
  if (most === undefined || most.count < 2) return null;
  const { kind, from, to } = most.suspect;
  return `${kind.replace("-", " ")} ${shownName(from)} -> ${shownName(to)} in ${most.count} of the ${explanations.length} that were looked at`;
}

/** "3 of 15 workflows that ran lately: a, b and c." */
function calmWords(
  { activity, atMs, names }: ComposeStormInput,
  moved: ReadonlyMap<string, Place>,
  repositoryIds: ReadonlySet<number>,
): string {
  const active = activity.filter(({ lastMs, workflowId }) => workflowId !== 0 && lastMs >= atMs - ACTIVE_MS);
  const calm = active.filter((place) => !moved.has(placeKey(place)));
  if (active.length === 0) return "Not known: no workflow's runs are stored.";
  if (calm.length === 0) return `None of the ${active.length} workflows that ran lately: all of them moved.`;
  const isOne = repositoryIds.size === 1 && new Set(active.map(({ repositoryId }) => repositoryId)).size === 1;
  const called = calm.map(({ repositoryId, workflowId }) =>
    isOne
      ? names.workflow(repositoryId, workflowId)
      : `${names.repository(repositoryId)} ${names.workflow(repositoryId, workflowId)}`,
  );
  return `${grouped(calm.length)} of ${grouped(active.length)} workflows that ran lately: ${listed(called)}.`;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, NAMES_MAX).map((text) => `"${shownName(text)}"`);
  const rest = texts.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${grouped(rest)} more` : shown.join(", ");
}

function stormLines({ incidents, names, repository }: ComposeStormInput): readonly AlertLine[] {
  return incidents.slice(0, LINES_MAX).map((incident) => incidentLine(incident, names, repository?.webUrl ?? null, ""));
}

/** An incident in one line, with the run that it began with. */
export function incidentLine(incident: Incident, names: IncidentNames, webUrl: string | null, more: string): AlertLine {
  const lead = leadOf(incident);
  const moved = lead === null || lead.series.measure === "schedule" ? "" : `: ${movedWords(lead.series, lead.latest)}`;
  const repositoryId = incident.repositoryIds[0] ?? incident.repositoryId;
  const { onset } = lead?.latest ?? { onset: null };
  const url =
    onset === null
      ? null
      : runUrl({
          repositoryId,
          repositoryName: names.repository(repositoryId),
          webUrl,
          runId: onset.runId,
          runAttempt: onset.runAttempt,
        });
  return {
    incidentNumber: incident.number,
    kind: incident.kind,
    text: shownLine(
      `${incidentName(incident.number)} ${whereWords(incident, names)} ${KIND_VERBS[incident.kind]}${moved}${more}`,
    ),
    link: url === null ? null : { label: "First run of it", url },
  };
}
