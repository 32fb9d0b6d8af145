import type { Logger } from "../ports.ts";
import type { AlertChannel, Delivery, EarlierDelivery } from "./alert-channel.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { AlertStore, StoredAlert, StoredAlerts, StoredDelivery } from "./alert-store.ts";
import type { SaidInPass, UnsaidInPass } from "./alerts-pass.ts";

export interface DeliverDeps {
  readonly store: AlertStore;
  readonly channels: readonly AlertChannel[];
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: { readonly aborted: boolean };
}

/** A process that took a delivery and said nothing for so long has died. */
const TAKEN_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A message that nobody took for so long is no news any more: the digest has what it was about. */
const GIVEN_UP_MS = 7 * DAY_MS;
const RETRY_FIRST_MS = 5 * MINUTE_MS;
const RETRY_MAX_MS = 6 * 3_600_000;
/** A person may have mended it by tomorrow. */
const RETRY_REFUSED_MS = DAY_MS;

export interface Delivered {
  readonly said: readonly SaidInPass[];
  readonly unsaid: readonly UnsaidInPass[];
}

/**
 * Brings what is queued to those channels, in the order in which it was planned: of one thread nothing overtakes what was planned
 * before it. What each channel answered is kept before the next is asked.
 */
export async function deliverAlerts(
  deps: DeliverDeps,
  stored: StoredAlerts,
  isFor: (channel: AlertChannel) => boolean,
): Promise<Delivered> {
  const all: Delivered[] = [];
  for (const channel of deps.channels.filter(isFor)) {
    for (const alerts of Map.groupBy(stored.alerts, ({ threadKey: key }) => key).values()) {
      all.push(await deliverThread(deps, channel, alerts));
    }
  }
  return { said: all.flatMap(({ said }) => said), unsaid: all.flatMap(({ unsaid }) => unsaid) };
}

/** Tells a channel what it does not have yet of one thread, until something has to wait. */
async function deliverThread(
  { store, log, now, signal }: DeliverDeps,
  channel: AlertChannel,
  alerts: readonly StoredAlert[],
): Promise<Delivered> {
  const earlier: EarlierDelivery[] = [];
  const said: SaidInPass[] = [];
  const unsaid: UnsaidInPass[] = [];
  for (const alert of alerts) {
    const delivery = alert.deliveries.find((one) => one.channel === channel.name);
    const { id: messageId, word, plannedAtMs } = alert;
    if (delivery === undefined || delivery.state === "given-up") continue;
    if (delivery.state === "delivered") {
      earlier.push({ messageId, word, receipt: delivery.receipt });
      continue;
    }
    const message = signal.aborted ? null : await store.alertMessage(messageId);
    const takenBeforeMs = now() - TAKEN_MS;
    const taken = message === null ? null : await store.takeDelivery(delivery, { nowMs: now(), takenBeforeMs });
    if (message === null || taken === null) break;
    const answer = await channel.deliver(message, { earlier: [...earlier], mayRepeat: taken.mayRepeat });
    const settled = settledBy(answer, { delivery, plannedAtMs, tries: taken.tries, nowMs: now() });
    await store.settleDelivery(settled);
    log.info("alert", { id: messageId, channel: channel.name, state: settled.state });
    const about = inPass(alert, message, channel.name);
    if (settled.state === "delivered") {
      earlier.push({ messageId, word, receipt: settled.receipt });
      said.push({ ...about, receipt: settled.receipt });
    } else unsaid.push({ ...about, ...unsaidBy(settled) });
    if (settled.state === "pending" || settled.state === "refused") break;
  }
  return { said, unsaid };
}

const inPass = (
  { id, word, reason, incidentNumbers, inbox }: StoredAlert,
  { title }: AlertMessage,
  channel: string,
): Omit<SaidInPass, "receipt"> => ({ messageId: id, word, reason, title, incidentNumbers, inbox, channel });

const unsaidBy = ({
  state,
  why,
  nextTryAtMs,
}: Omit<StoredDelivery, "tries">): Pick<UnsaidInPass, "state" | "why" | "nextTryAtMs"> => ({
  state: state === "refused" || state === "given-up" ? state : "waits",
  why: why ?? "",
  nextTryAtMs: state === "given-up" ? null : nextTryAtMs,
});

function settledBy(
  answer: Delivery,
  at: {
    readonly delivery: StoredDelivery;
    readonly plannedAtMs: number;
    readonly tries: number;
    readonly nowMs: number;
  },
): Omit<StoredDelivery, "tries"> {
  const { delivery, plannedAtMs, tries, nowMs } = at;
  const { messageId, channel } = delivery;
  const settled = { messageId, channel, atMs: nowMs, nextTryAtMs: nowMs, receipt: null, why: null, isNoted: false };
  if (answer.kind === "delivered") return { ...settled, state: "delivered", receipt: answer.receipt };
  const { why } = answer;
  if (nowMs - plannedAtMs >= GIVEN_UP_MS) return { ...settled, state: "given-up", why };
  if (answer.kind === "refused") return { ...settled, state: "refused", why, nextTryAtMs: nowMs + RETRY_REFUSED_MS };
  const waitMs = answer.retryAfterMs ?? Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(10, tries - 1));
  return { ...settled, state: "pending", why, nextTryAtMs: nowMs + waitMs };
}
