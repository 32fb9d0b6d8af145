import { type Incident, isImprovement } from "../incidents/index.ts";
import { messageId, threadStanding } from "./alert-thread.ts";
import { digestDueMs } from "./digest-time.ts";
import { firstToldMs, openSinceMs } from "./incident-growth.ts";
import type { AlertInbox, DueAlert, PlanAlertsInput } from "./plan-input.ts";
import type { Planning } from "./planning.ts";
import { textHash } from "./text-hash.ts";

/** What is younger may still be pushed: it waits for the next digest. */
export const DIGEST_AGE_MS = 48 * 3_600_000;

export interface PlannedDigests {
  readonly due: readonly DueAlert[];
  readonly done: Readonly<Record<string, number>>;
}

/**
 * The digests that are due: each inbox's once a week, with what it was not told otherwise, and each incident in one of them only. Where no
 * pass ran at that hour the next one makes up for it, once; where there is nothing to say, nothing is said.
 */
export function planDigests(planning: Planning): PlannedDigests {
  const { rules, nowMs, ledger, watchingSinceMs } = planning.input;
  const due: DueAlert[] = [];
  const done: Record<string, number> = {};
  if (rules.digest === null) return { due, done };
  const dueMs = digestDueMs(rules.digest, nowMs);
  for (const [name, { inbox, repositoryIds }] of inboxesIn(planning.input)) {
    if (dueMs <= (ledger.digests[name]?.doneMs ?? digestDueMs(rules.digest, watchingSinceMs))) continue;
    done[name] = dueMs;
    const untold = planning.input.incidents.filter(
      (incident) => repositoryIds.has(incident.repositoryId) && isForDigest(planning, inbox, incident),
    );
    if (untold.length === 0) continue;
    const incidentNumbers = untold.map(({ number }) => number);
    const { scope } = inbox;
    const key = textHash(name);
    const id = messageId({ key, word: "digest", count: dueMs, scope });
    const [repositoryId] = repositoryIds;
    const about = { key, scope, inbox: name, repositoryId: repositoryId!, incidentNumbers };
    due.push({ id, word: "digest", ...about, reason: "weekly", atMs: nowMs });
  }
  return { due, done };
}

function inboxesIn({ repositoryIds, inboxesOf }: PlanAlertsInput) {
  const all = new Map<string, { readonly inbox: AlertInbox; readonly repositoryIds: Set<number> }>();
  for (const id of repositoryIds) {
    for (const inbox of inboxesOf(id)) {
      const known = all.get(inbox.name) ?? { inbox, repositoryIds: new Set() };
      all.set(inbox.name, known);
      known.repositoryIds.add(id);
    }
  }
  return all;
}

function isForDigest(planning: Planning, inbox: AlertInbox, incident: Incident): boolean {
  const { ledger, rules, nowMs, isWatched } = planning.input;
  if (!["new", "grown", "ongoing", "recovered"].includes(incident.state)) return false;
  if (isImprovement(incident.kind) && !rules.improvements) return false;
  const earlier = ledger.digests[inbox.name]?.said ?? [];
  if (earlier.some(({ isGivenUp, incidentNumbers }) => !isGivenUp && incidentNumbers.includes(incident.number)))
    return false;
  if (!incident.changes.some(({ standing, seriesId }) => standing !== "withdrawn" && isWatched(seriesId))) return false;
  if (planning.isTold(incident.number, inbox)) return isLeftOfStorm(planning, inbox, incident);
  const sinceMs = openSinceMs(incident) ?? firstToldMs(incident) ?? 0;
  return sinceMs > ledger.digestsSinceMs && sinceMs <= nowMs - DIGEST_AGE_MS;
}

/** Told as part of a storm that is over, and still there. */
function isLeftOfStorm(planning: Planning, { scope }: AlertInbox, incident: Incident): boolean {
  const found = planning.stormOf(incident.number);
  if (found === undefined || incident.isOver || planning.thread(incident.number)?.key === found.thread.key)
    return false;
  return threadStanding(found.thread, found.storm.scope).last?.word === "recovered" && scope === found.storm.scope;
}
