import { type ChangeStanding, type Incident, incidentName } from "@oddrun/core";
import type { CollectionStore } from "../collect/collection-store.ts";
import { type ChangeExplanation, explainChange } from "./explain-change.ts";
import type { ExplainingStore } from "./explain-groups.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { type IncidentNames, namesIn } from "../incidents/incidents-names.ts";
import { problem } from "../problems.ts";

export interface IncidentExplanation {
  readonly incident: Incident;
  readonly names: IncidentNames;
  /** Of the change that tells most of it; null where it has none. */
  readonly explanation: ChangeExplanation | null;
}

/**
 * Explains an incident by one of its changes: whole runs before jobs, what has minutes to account for before what has none.
 *
 * @throws Problem "incident-not-found".
 */
export async function explainIncident(
  number: number,
  store: ExplainingStore & IncidentStore & CollectionStore,
  nowMs: number,
): Promise<IncidentExplanation> {
  const incident = await store.incident(number, nowMs);
  if (incident === null) throw problem("incident-not-found", incidentName(number), await store.countIncidents());
  const names = await namesIn(store, [incident]);
  const change = tellingChange(incident.changes);
  if (change === null) return { incident, names, explanation: null };
  const { series, latest: event } = change;
  const endedAtMs = event.state === "recovered" || event.state === "withdrawn" ? event.at.atMs : null;
  return { incident, names, explanation: await explainChange(store, { series, event, endedAtMs }) };
}

/** Changes come leading first. */
function tellingChange(changes: readonly ChangeStanding[]): ChangeStanding | null {
  const standing = changes.filter((change) => change.standing !== "withdrawn");
  const known = standing.length > 0 ? standing : changes;
  const ofRuns = known.filter(({ series }) => series.scope === "run" && series.measure !== "schedule");
  const ofJobs = known.filter(({ series }) => series.scope === "job");
  return (
    ofRuns.find(({ series }) => series.measure === "duration" || series.measure === "failure") ??
    ofRuns[0] ??
    ofJobs[0] ??
    known[0] ??
    null
  );
}
