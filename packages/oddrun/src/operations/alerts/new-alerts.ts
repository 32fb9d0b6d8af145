import { type DueAlert, identityOf, type Incident } from "@oddrun/core";
import type { AlertChannel } from "./alert-channel.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { NewAlert, StoredAlert, StoredAlerts, StoredThread } from "./alert-store.ts";
import type { ChannelScopes } from "./channel-scopes.ts";

export interface NewAlertsDeps {
  readonly channels: readonly AlertChannel[];
  /** Makes the message; `incidents` are those it tells of, in the order of `due.incidentNumbers`. */
  readonly compose: (due: DueAlert, incidents: readonly Incident[]) => Promise<AlertMessage>;
  /** The names of the channels that a message goes to. */
  readonly route: (message: AlertMessage) => readonly string[];
}

interface Given {
  readonly byNumber: ReadonlyMap<number, Incident>;
  readonly stored: StoredAlerts;
  readonly scopes: ChannelScopes;
}

/** What is due with those it goes to; nothing of what would go to nobody and nothing hangs on. */
export async function newAlerts(
  deps: NewAlertsDeps,
  due: readonly DueAlert[],
  given: Given,
): Promise<readonly NewAlert[]> {
  const alerts: NewAlert[] = [];
  for (const one of due) {
    const { message, channels } = await addressed(deps, one, given);
    if (channels.length === 0 && one.word !== "recovered") continue;
    const { id, key: threadKey, word, scope, inbox, reason, atMs, incidentNumbers } = one;
    const waiting = { state: "pending", atMs, receipt: null, isNoted: false } as const;
    const deliveries = channels.map((channel) => ({ channel, ...waiting }));
    alerts.push({ id, threadKey, word, scope, inbox, reason, plannedAtMs: atMs, incidentNumbers, message, deliveries });
  }
  return alerts;
}

/** A lost store is noticed within a day; what is older than that was delivered, or is no news. */
const MISSED_MS = 26 * 3_600_000;

/**
 * What an issue shows was said, and another channel is not known to have: the store was lost before it was told, or before it was noted.
 * It goes there as one that may be a repeat.
 */
export async function missedAlerts(deps: NewAlertsDeps, given: Given, nowMs: number): Promise<readonly NewAlert[]> {
  const missed: NewAlert[] = [];
  const traces = given.stored.alerts.filter(({ isTrace, plannedAtMs }) => isTrace && nowMs - plannedAtMs < MISSED_MS);
  for (const alert of traces) {
    const thread = given.stored.threads.find(({ key }) => key === alert.threadKey);
    if (thread === undefined || alert.incidentNumbers.length === 0) continue;
    const { message, channels } = await addressed(deps, dueOf(alert, thread), given);
    const deliveries = channels
      .filter((channel) => !alert.deliveries.some((one) => one.channel === channel))
      .map(
        (channel) => ({ channel, state: "in-flight", atMs: alert.plannedAtMs, receipt: null, isNoted: false }) as const,
      );
    if (deliveries.length > 0) missed.push({ ...alert, message, deliveries });
  }
  return missed;
}

const dueOf = (alert: StoredAlert, { key, identity }: StoredThread): DueAlert => ({
  ...alert,
  key,
  repositoryId: identity.repositoryId,
  reason: alert.reason ?? (alert.word === "recovered" ? "recovered" : "sure-enough"),
  atMs: alert.plannedAtMs,
});

/** The message, and the names of the channels that are to have it. */
async function addressed(deps: NewAlertsDeps, due: DueAlert, { byNumber, stored, scopes }: Given) {
  const incidents = due.incidentNumbers.flatMap((number) => byNumber.get(number) ?? []);
  const composed = await deps.compose(due, incidents);
  const message = { ...composed, incident: subjectOf(due, incidents) };
  const heard = heardIn(stored, due);
  const routed = new Set(deps.route(message));
  const isFirst = due.word === "new" || due.word === "storm";
  // a person's decision is no news to people; the issue is closed with it
  const isDecision = due.reason === "accepted" || due.reason === "rejected";
  const channels = deps.channels.filter(({ name, kind }) => {
    if (due.word === "recovered") return heard.get(name) === due.scope && (kind === "github-issue" || !isDecision);
    if (isFirst && heard.has(name)) return false;
    return routed.has(name) && scopes.scopeOf(name, due.repositoryId) === due.scope;
  });
  return { message, channels: channels.map(({ name }) => name) };
}

/** A storm is found again by the incident that it began with; a digest is about none. */
function subjectOf({ word }: DueAlert, [first]: readonly Incident[]): AlertMessage["incident"] {
  if (word === "digest" || first === undefined) return null;
  return { number: first.number, kind: first.kind, identity: identityOf(first) };
}

/** The channels that have, or will have, something else of its thread, each with the scope it was heard in. */
function heardIn({ alerts }: StoredAlerts, { key, id }: DueAlert): ReadonlyMap<string, string> {
  return new Map(
    alerts
      .filter((one) => one.threadKey === key && one.id !== id)
      .flatMap(({ deliveries, scope }) =>
        deliveries.filter(({ state }) => state !== "given-up").map(({ channel }) => [channel, scope] as const),
      ),
  );
}

/** Threads that are new, or go on as another incident's. */
export function threadsAfter(
  { threads }: StoredAlerts,
  moved: readonly { readonly key: string; readonly incidentNumber: number }[],
  due: readonly DueAlert[],
  byNumber: ReadonlyMap<number, Incident>,
): readonly StoredThread[] {
  const known = new Map(threads.map((thread) => [thread.key, thread]));
  const changed = new Map(
    moved.map(({ key, incidentNumber }) => [key, { ...known.get(key)!, incidentNumber }] as const),
  );
  for (const { key, word, incidentNumbers } of due) {
    const first = byNumber.get(incidentNumbers[0] ?? 0);
    if (word === "digest" || first === undefined || known.has(key) || changed.has(key)) continue;
    changed.set(key, { key, identity: identityOf(first), incidentNumber: first.number, receipt: null });
  }
  return [...changed.values()];
}
