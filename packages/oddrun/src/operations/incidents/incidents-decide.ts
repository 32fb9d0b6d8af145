import { appended, type Decision, type Incident, incidentAt, incidentName, whyNot } from "@oddrun/core";
import type { IncidentStore } from "./incident-store.ts";
import { problem } from "../problems.ts";

export interface DecisionMade {
  readonly decision: Decision;
  /** Who says so. */
  readonly who: string;
  readonly note: string | null;
  /** Of "muted" until when. */
  readonly untilMs: number | null;
  readonly nowMs: number;
}

/**
 * Appends what a person says of an incident to its history, and gives the incident as it stands then.
 *
 * @throws Problem "incident-not-found"; "incident-decision" where its state does not allow it.
 */
export async function decideIncident(store: IncidentStore, number: number, made: DecisionMade): Promise<Incident> {
  const { decision, who, note, untilMs, nowMs } = made;
  const wanted = { changes: [], numbers: [number], sinceMs: null };
  const { records } = await store.amendIncidents(wanted, ([known]) => {
    if (known === undefined) return { records: [] };
    const why = whyNot(decision, incidentAt(known, nowMs));
    if (why !== null) throw problem("incident-decision", incidentName(number), decision, why);
    const line = { place: 0, what: decision, atMs: nowMs, who, isCorrection: false, note, change: null, untilMs };
    return { records: [appended(known, [{ ...line, other: null }])] };
  });
  const [record] = records;
  if (record === undefined) throw await incidentNotFound(store, number);
  return incidentAt(record, nowMs);
}

/** The problem that says which numbers there are. */
export async function incidentNotFound(store: IncidentStore, number: number): Promise<Error> {
  return problem("incident-not-found", incidentName(number), await store.countIncidents());
}
