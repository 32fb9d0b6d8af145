import type { Incident, IncidentState } from "../incidents/index.ts";
import { type AlertThread, type SaidMessage, threadStanding } from "./alert-thread.ts";
import { incidentSize, lastNewsMs } from "./incident-growth.ts";
import type { AlertInbox, AlertReason } from "./plan-input.ts";
import type { Planning } from "./planning.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What belongs to one cause comes up within two days: until then it is no growth. */
export const GROWN_AFTER_MS = 48 * HOUR_MS;
export const GROWN_FACTOR = 2;
/** A storm is over when so many of its incidents are. */
export const STORM_OVER_SHARE = 0.75;

const ENDINGS: Readonly<Partial<Record<IncidentState, AlertReason>>> = {
  recovered: "recovered",
  accepted: "accepted",
  rejected: "rejected",
  withdrawn: "withdrawn",
  merged: "merged",
};
const isHeard = ({ state }: Incident): boolean => state === "new" || state === "grown" || state === "ongoing";

/** One thread as it stands in one inbox. */
interface Followed {
  readonly thread: AlertThread;
  readonly incident: Incident;
  readonly inbox: AlertInbox;
  readonly last: SaidMessage;
}

/** What there is to say of incidents that were told: ends first, they need no room; then growth, then reminders. */
export function planFollowUps(planning: Planning): void {
  const open: Followed[] = [];
  const closed: Followed[] = [];
  for (const { thread, incident } of followed(planning)) {
    for (const inbox of planning.input.inboxesOf(thread.identity.repositoryId)) {
      const { last, isOpen, storm } = threadStanding(thread, inbox.scope);
      if (last === null) continue;
      const ending = isOpen ? endingOf(planning, incident, storm) : null;
      const incidentNumbers = storm?.incidentNumbers ?? [incident.number];
      if (ending !== null) planning.say({ word: "recovered", reason: ending, incidentNumbers }, inbox);
      else (isOpen ? open : closed).push({ thread, incident, inbox, last });
    }
  }
  for (const each of closed) if (hasComeBack(each)) push(planning, each, "grown", "came-back");
  const calm = open.filter((each) => {
    const growth = growthOf(planning, each);
    if (growth !== null) push(planning, each, "grown", growth);
    return growth === null;
  });
  for (const each of calm) {
    const reason = reminderFor(planning, each);
    if (reason !== null) push(planning, each, "reminder", reason);
  }
}

function push(
  planning: Planning,
  { incident, inbox }: Followed,
  word: "grown" | "reminder",
  reason: AlertReason,
): void {
  const { number } = incident;
  if (planning.hasRoom(inbox)) planning.say({ word, reason, incidentNumbers: [number] }, inbox);
  else planning.hold({ incidentNumber: number, word, inbox: inbox.name, why: "no-room" });
}

/**
 * The threads with the incident that each is about by now. One whose incident was merged goes on as that of the other, where nothing
 * was said of that yet; else it ends.
 */
function followed(planning: Planning): readonly { readonly thread: AlertThread; readonly incident: Incident }[] {
  return planning.input.ledger.threads.flatMap((thread) => {
    const { incidentNumber } = thread;
    const incident = incidentNumber === null ? undefined : planning.incident(incidentNumber);
    // the second of two about one incident
    if (incident === undefined || planning.thread(incident.number)?.key !== thread.key) return [];
    const survivor = survivorOf(planning, incident);
    if (survivor === null || planning.thread(survivor.number) !== undefined) return [{ thread, incident }];
    planning.move(thread, survivor.number);
    return [{ thread: planning.thread(survivor.number)!, incident: survivor }];
  });
}

function survivorOf(planning: Planning, incident: Incident): Incident | null {
  let into: Incident | undefined = incident;
  const seen = new Set<number>();
  while (into !== undefined && into.mergedInto !== null && !seen.has(into.number)) {
    seen.add(into.number);
    into = planning.incident(into.mergedInto);
  }
  return into === undefined || into === incident ? null : into;
}

/** Why a thread ends; null while it does not. */
function endingOf(planning: Planning, incident: Incident, storm: SaidMessage | null): AlertReason | null {
  if (storm === null || storm.incidentNumbers.length < 2) {
    const isByPerson = incident.history.some(({ what }) => what === "accepted");
    return incident.state === "accepted" && !isByPerson ? "settled" : (ENDINGS[incident.state] ?? null);
  }
  const members = storm.incidentNumbers.flatMap((number) => planning.incident(number) ?? []);
  const overCount = members.filter(({ isOver }) => isOver).length;
  return overCount >= STORM_OVER_SHARE * members.length ? "recovered" : null;
}

/** It was said to be over, and more was told of it since. What comes back of a storm goes to the digest. */
function hasComeBack({ incident, last }: Followed): boolean {
  if (!isHeard(incident) || last.incidentNumbers.length > 1) return false;
  return (lastNewsMs(incident) ?? 0) > last.plannedAtMs;
}

/** Whether it is so much more than when it was last spoken of that people want to know; silence while it is muted. */
function growthOf(
  { input: { words, nowMs } }: Planning,
  { thread, incident, inbox, last }: Followed,
): AlertReason | null {
  const isMuted = incident.state === "muted" || incident.isOver || incident.state === "suspected";
  if (isMuted || last.deliveredAtMs === null) return null;
  const { storm } = threadStanding(thread, inbox.scope);
  // what was told as one from outside is not told in parts
  if (storm !== null) return null;
  const fleet = incident.history.find(({ what }) => what === "fleet-wide");
  if (fleet !== undefined && fleet.atMs > last.plannedAtMs) return "fleet-wide";
  if (nowMs - last.deliveredAtMs < GROWN_AFTER_MS || (lastNewsMs(incident) ?? 0) <= last.plannedAtMs) return null;
  const before = incidentSize(words, incident, last.plannedAtMs);
  return before > 0 && incidentSize(words, incident, nowMs) >= GROWN_FACTOR * before ? "twice-as-much" : null;
}

/** Whether it is time to say that it goes on: not when nothing ran since, for then nobody knows. */
function reminderFor({ input }: Planning, { thread, incident, inbox, last }: Followed): AlertReason | null {
  const { rules, nowMs, lastRunMs } = input;
  const { storm } = threadStanding(thread, inbox.scope);
  const saidAtMs = last.deliveredAtMs;
  if (!isHeard(incident) || saidAtMs === null || (storm?.incidentNumbers.length ?? 0) > 1) return null;
  if ((lastRunMs(incident) ?? 0) <= saidAtMs) return null;
  // who takes a mute back waits for no end of it
  const decision = incident.history.findLast(({ what }) => what === "muted" || what === "reopened");
  const mutedUntilMs = decision?.what === "muted" ? decision.untilMs : null;
  if (mutedUntilMs !== null && mutedUntilMs > saidAtMs && mutedUntilMs <= nowMs) return "mute-ended";
  const { remindAfterDays } = rules;
  return remindAfterDays !== null && nowMs - saidAtMs >= remindAfterDays * DAY_MS ? "goes-on" : null;
}
