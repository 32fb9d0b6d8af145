import { type Incident, incidentName } from "@oddrun/core";
import { decideIncident } from "../incidents/incidents-decide.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { stateWords } from "../incidents/incidents-words.ts";
import { Problem } from "../problems.ts";
import type { AlertMirror, MirroredIncident, MirrorOrder, OrderOutcome } from "./alert-mirror.ts";
import type { AlertStore, StoredThread } from "./alert-store.ts";
import type { OrderInPass } from "./alerts-pass.ts";

/** An issue of a repository with the incident that it is about. */
export interface MirroredThread {
  readonly repository: string;
  readonly issue: MirroredIncident;
  readonly thread: StoredThread;
}

/** Who closed an issue without a word. */
const CLOSED_BY = "who closed the issue";

/**
 * Does what people asked for on issues, each order once: into a store that was lost it is put again, and answered no second time. A
 * closed issue says that somebody knows, not that it is right.
 */
export async function carryOutOrders(
  { store, mirror }: { readonly store: AlertStore & IncidentStore; readonly mirror: AlertMirror },
  threads: readonly MirroredThread[],
  nowMs: number,
): Promise<readonly OrderInPass[]> {
  const done: OrderInPass[] = [];
  for (const { repository, issue, thread } of threads) {
    const number = thread.incidentNumber;
    if (number === null) continue;
    const orders = [...issue.orders, ...closingOf(issue, await store.incident(number, nowMs), nowMs)];
    const stored = new Map((await store.storedOrders(orders.map(({ id }) => id))).map((order) => [order.id, order]));
    for (const order of orders) {
      const known = stored.get(order.id);
      if (known?.isAnswered === true) continue;
      const outcome = known?.outcome ?? (await carryOut(store, number, order));
      if (known === undefined) {
        await store.saveOrder({ id: order.id, outcome, isAnswered: false });
        done.push({ incidentNumber: number, decision: order.decision, who: order.who, outcome });
      }
      if (order.who !== CLOSED_BY) await mirror.answer(repository, issue.receipt, order, outcome);
      await store.saveOrder({ id: order.id, outcome, isAnswered: true });
    }
  }
  return done;
}

async function carryOut(store: IncidentStore, number: number, order: MirrorOrder): Promise<OrderOutcome> {
  const { decision, who, note, untilMs, atMs } = order;
  const incident = await store.incident(number, atMs);
  const isDone = incident?.history.some(
    (line) => line.what === decision && line.who === who && line.atMs === atMs && line.untilMs === untilMs,
  );
  if (incident !== null && isDone === true) return { isDone, text: standingWords(incident) };
  try {
    const decided = await decideIncident(store, number, { decision, who, note, untilMs, nowMs: atMs });
    return { isDone: true, text: standingWords(decided) };
  } catch (error) {
    if (error instanceof Problem && error.code === "incident-decision") return { isDone: false, text: error.message };
    throw error;
  }
}

const standingWords = (incident: Incident): string => `${incidentName(incident.number)} is ${stateWords(incident)}.`;

/** A person closed it, and no order says so: they know. */
function closingOf(
  { state, orders, receipt, said }: MirroredIncident,
  incident: Incident | null,
  nowMs: number,
): readonly MirrorOrder[] {
  const isHeard = incident !== null && ["new", "grown", "ongoing", "muted"].includes(incident.state);
  if (state !== "closed-by-person" || !isHeard || orders.some(({ decision }) => decision !== "reopened")) return [];
  // it may be opened again by further news, and be closed again
  const id = `closed ${receipt} after ${said.at(-1)?.messageId ?? "nothing"}`;
  return [{ id, decision: "acknowledged", who: CLOSED_BY, note: null, untilMs: null, atMs: nowMs }];
}
