import { hasRoom } from "../alert-budget/index.ts";
import type { Incident } from "../incidents/index.ts";
import {
  type AlertThread,
  isPush,
  messageId,
  type SaidMessage,
  threadKey,
  threadStanding,
  timesPlanned,
} from "./alert-thread.ts";
import { identityOf } from "./incident-identity.ts";
import type { AlertInbox, AlertPlan, DueAlert, HeldAlert, PlanAlertsInput } from "./plan-input.ts";

/** A plan while it is made: what is due so far, and what room is left. */
export interface Planning {
  readonly input: PlanAlertsInput;
  incident(number: number): Incident | undefined;
  thread(incidentNumber: number): AlertThread | undefined;
  /** The storm that told of an incident, alone or among others; undefined where none did. */
  stormOf(incidentNumber: number): { readonly thread: AlertThread; readonly storm: SaidMessage } | undefined;
  /** Whether an inbox was told of an incident, in whatever words, or is by this plan. */
  isTold(incidentNumber: number, inbox: AlertInbox): boolean;
  hasRoom(inbox: AlertInbox): boolean;
  say(alert: Pick<DueAlert, "word" | "reason" | "incidentNumbers">, inbox: AlertInbox): void;
  hold(held: HeldAlert): void;
  /** Another incident goes on with a thread. */
  move(thread: AlertThread, incidentNumber: number): void;
}

export function newPlanning(input: PlanAlertsInput): {
  readonly planning: Planning;
  readonly plan: () => Omit<AlertPlan, "digestsDone">;
} {
  const { ledger, nowMs, inboxesOf } = input;
  const incidents = new Map(input.incidents.map((incident) => [incident.number, incident]));
  const threads = new Map<number, AlertThread>();
  const storms = new Map<number, { readonly thread: AlertThread; readonly storm: SaidMessage }>();
  const pushed = new Map<string, { readonly atMs: number }[]>();
  const told = new Set<string>();
  const due: DueAlert[] = [];
  const held: HeldAlert[] = [];
  const moved: { readonly key: string; readonly incidentNumber: number }[] = [];

  const countPush = (inbox: string, atMs: number): void => {
    const list = pushed.get(inbox) ?? [];
    pushed.set(inbox, list);
    list.push({ atMs });
  };
  for (const thread of ledger.threads) {
    const { incidentNumber, identity, said } = thread;
    // of two about one incident, as when a person copied an issue, the one that says more counts
    const known = incidentNumber === null ? undefined : threads.get(incidentNumber);
    if (incidentNumber !== null && (known?.said.length ?? -1) < said.length) threads.set(incidentNumber, thread);
    for (const message of said) {
      if (message.isGivenUp) continue;
      if (message.word === "storm")
        for (const number of message.incidentNumbers) storms.set(number, { thread, storm: message });
      const inbox = inboxesOf(identity.repositoryId).find(({ scope }) => scope === message.scope);
      // what waits arrives at the earliest now
      if (inbox !== undefined && isPush(message)) countPush(inbox.name, message.deliveredAtMs ?? nowMs);
    }
  }
  const toldKey = (number: number, inbox: string): string => `${number} ${inbox}`;

  const planning: Planning = {
    input,
    incident: (number) => incidents.get(number),
    thread: (number) => threads.get(number),
    stormOf: (number) => storms.get(number),
    isTold: (number, inbox) =>
      told.has(toldKey(number, inbox.name)) ||
      storms.has(number) ||
      threadStanding(threads.get(number), inbox.scope).isSaid,
    hasRoom: (inbox) => hasRoom(inbox, pushed.get(inbox.name) ?? [], nowMs),
    say({ word, reason, incidentNumbers }, { name: inbox, scope }) {
      const first = incidents.get(incidentNumbers[0]!)!;
      const thread = threads.get(first.number);
      const key = thread?.key ?? threadKey(identityOf(first));
      const id = messageId({ key, word, scope, count: timesPlanned(thread, word, scope) + 1 });
      const { repositoryId } = thread?.identity ?? first;
      due.push({ id, word, key, scope, inbox, repositoryId, incidentNumbers, reason, atMs: nowMs });
      for (const number of incidentNumbers) told.add(toldKey(number, inbox));
      if (isPush({ word })) countPush(inbox, nowMs);
    },
    hold: (one) => void held.push(one),
    move(thread, incidentNumber) {
      moved.push({ key: thread.key, incidentNumber });
      threads.set(incidentNumber, { ...thread, incidentNumber });
    },
  };
  return { planning, plan: () => ({ due, held, moved }) };
}
