import {
  type AlertThread,
  type Incident,
  type IncidentIdentity,
  identityOf,
  isSameIncident,
  messageId,
  type MessageName,
  messageName,
  type SaidMessage,
  threadKey,
} from "@oddrun/core";
import type { MirroredIncident, SaidAlert } from "./alert-mirror.ts";
import type { AlertsStep, NewAlert, StoredAlerts, StoredThread } from "./alert-store.ts";

export interface AdoptMirroredInput {
  readonly stored: StoredAlerts;
  readonly mirrored: readonly MirroredIncident[];
  readonly incidents: readonly Incident[];
  /** The channel whose issues the mirror reads. */
  readonly issueChannel: string;
  readonly nowMs: number;
  readonly inboxName: (repositoryId: number, scope: "repository" | "organisation") => string;
}

/**
 * Takes over what issues tell and the store does not know: what was said before it was lost, or by another process meanwhile. Gives
 * nothing to keep where it knows all of it.
 */
export function adoptMirrored({
  stored,
  mirrored,
  incidents,
  issueChannel,
  nowMs,
  inboxName,
}: AdoptMirroredInput): Pick<AlertsStep, "threads" | "alerts"> {
  const threads = new Map(stored.threads.map((thread) => [thread.key, thread]));
  const delivered = new Set(
    stored.alerts.flatMap(({ deliveries }) =>
      deliveries.filter(({ state }) => state === "delivered").map(({ messageId: id, channel }) => `${channel} ${id}`),
    ),
  );
  const changed = new Map<string, StoredThread>();
  const keep = (thread: StoredThread): void => {
    threads.set(thread.key, thread);
    changed.set(thread.key, thread);
  };
  const alerts: NewAlert[] = [];
  const shown = new Set(mirrored.map(issueKey));
  for (const issue of mirrored) {
    const key = keyOf(issue, [...threads.values()]);
    const known = threads.get(key);
    const { identity, receipt } = issue;
    if (known === undefined) keep({ key, identity, incidentNumber: numberOf(identity, incidents), receipt });
    // of an issue that was deleted and made anew the later one is its
    else if (known.receipt === null || !shown.has(issueKey(known))) keep({ ...known, receipt });
    for (const said of saidIn(issue, key, { channel: issueChannel, nowMs })) {
      const name = nameOf(said.messageId);
      const isNews = said.channels.some((channel) => !delivered.has(`${channel} ${said.messageId}`));
      if (name === null || !isNews) continue;
      const { word, scope } = name;
      const number = threads.get(key)!.incidentNumber;
      alerts.push({
        id: said.messageId,
        threadKey: key,
        word,
        scope,
        inbox: inboxName(identity.repositoryId, scope),
        reason: null,
        plannedAtMs: said.atMs,
        incidentNumbers: number === null ? [] : [number],
        message: null,
        deliveries: said.channels.map((channel) => ({
          channel,
          state: "delivered",
          atMs: said.atMs,
          receipt: channel === issueChannel ? receipt : null,
          isNoted: true,
        })),
      });
    }
  }
  for (const thread of threads.values()) {
    // a history that is collected anew may come to it later
    const found = thread.incidentNumber === null ? numberOf(thread.identity, incidents) : null;
    if (found !== null) keep({ ...thread, incidentNumber: found });
  }
  return {
    ...(changed.size === 0 ? {} : { threads: [...changed.values()] }),
    ...(alerts.length === 0 ? {} : { alerts: alerts.toSorted((one, other) => one.plannedAtMs - other.plannedAtMs) }),
  };
}

const issueKey = ({ identity, receipt }: Pick<StoredThread, "identity" | "receipt">): string =>
  `${identity.repositoryId} ${receipt}`;

/** What a message of a thread is called; a digest belongs to none, wherever it is found. */
function nameOf(id: string): MessageName | null {
  const name = messageName(id);
  return name?.word === "digest" ? null : name;
}

/** The thread that an issue belongs to: by its messages, else by the issue itself, else by what it is about. */
function keyOf({ said, receipt, identity }: MirroredIncident, threads: readonly StoredThread[]): string {
  const named = said.flatMap(({ messageId: id }) => nameOf(id) ?? [])[0];
  if (named !== undefined) return named.key;
  const known = threads.find(
    (thread) =>
      thread.identity.repositoryId === identity.repositoryId &&
      (thread.receipt === receipt || (thread.receipt === null && isSameIncident(thread.identity, identity))),
  );
  return known?.key ?? threadKey(identity);
}

/** An issue whose list of messages was edited away still says that it is there: something new was said, nobody knows when. */
function saidIn(
  { said }: MirroredIncident,
  key: string,
  { channel, nowMs }: { readonly channel: string; readonly nowMs: number },
): readonly SaidAlert[] {
  if (said.some(({ messageId: id }) => nameOf(id) !== null)) return said;
  const id = messageId({ key, word: "new", count: 1, scope: "repository" });
  return [{ messageId: id, word: "new", atMs: nowMs, channels: [channel] }];
}

/** The incident with that identity: one that is not over rather than one that is, then the nearest. */
function numberOf(identity: IncidentIdentity, incidents: readonly Incident[]): number | null {
  const [found] = incidents
    .filter((incident) => incident.state !== "merged" && isSameIncident(identityOf(incident), identity))
    .toSorted(
      (one, other) =>
        Number(one.isOver) - Number(other.isOver) ||
        Math.abs(one.anchorMs - identity.anchorMs) - Math.abs(other.anchorMs - identity.anchorMs),
    );
  return found?.number ?? null;
}

/** The threads as the planner knows them. */
export function threadsOf({ threads, alerts }: StoredAlerts): readonly AlertThread[] {
  const byThread = Map.groupBy(alerts, ({ threadKey: key }) => key);
  return threads.map((thread) => ({ ...thread, said: (byThread.get(thread.key) ?? []).map(saidMessage) }));
}

export function saidMessage({
  id,
  word,
  scope,
  plannedAtMs,
  incidentNumbers,
  deliveries,
}: StoredAlerts["alerts"][number]): SaidMessage {
  const deliveredMs = deliveries.filter(({ state }) => state === "delivered").map(({ atMs }) => atMs);
  // who had nobody to tell has told
  const deliveredAtMs =
    deliveries.length === 0 ? plannedAtMs : deliveredMs.length === 0 ? null : Math.min(...deliveredMs);
  const isGivenUp = deliveries.length > 0 && deliveries.every(({ state }) => state === "given-up");
  return { id, word, scope, plannedAtMs, deliveredAtMs, isGivenUp, incidentNumbers };
}
