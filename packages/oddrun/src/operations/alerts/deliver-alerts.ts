import type { Logger } from "../ports.ts";
import type { AlertChannel, EarlierDelivery } from "./alert-channel.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { AlertStore, StoredAlert, StoredAlerts, StoredDelivery } from "./alert-store.ts";
import type { SaidInPass, UnsaidInPass } from "./alerts-pass.ts";
import { GIVEN_UP_MS, givenUp, type SettledDelivery, settledBy } from "./settled-delivery.ts";

export interface DeliverDeps {
  readonly store: AlertStore;
  readonly channels: readonly AlertChannel[];
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: { readonly aborted: boolean };
  /** A person started it, perhaps because what refused is mended: that is asked again at once. */
  readonly isByHand?: boolean;
}

/** A process that took a delivery and said nothing for so long has died. */
const TAKEN_MS = 10 * 60_000;
const OVER = "it was over before it could be told";
const GONE = "the settings have no such channel any more";

export interface Delivered {
  readonly said: readonly SaidInPass[];
  readonly unsaid: readonly UnsaidInPass[];
}

/**
 * Brings what is queued to those channels, in the order in which it was planned: of one thread nothing overtakes what was planned
 * before it. What each channel answered is kept before the next is asked. What was over before a channel could be told is not told there.
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
  { store, log, now, signal, isByHand }: DeliverDeps,
  channel: AlertChannel,
  alerts: readonly StoredAlert[],
): Promise<Delivered> {
  const earlier: EarlierDelivery[] = [];
  const said: SaidInPass[] = [];
  const unsaid: UnsaidInPass[] = [];
  /** Something was sent that nobody answered. */
  let isMaybeHeard = false;
  for (const [at, alert] of alerts.entries()) {
    const delivery = alert.deliveries.find((one) => one.channel === channel.name);
    const { id: messageId, word, scope, plannedAtMs } = alert;
    if (delivery === undefined || delivery.state === "given-up") continue;
    if (delivery.state === "delivered") {
      earlier.push({ messageId, word, receipt: delivery.receipt });
      continue;
    }
    const message = signal.aborted ? null : await store.alertMessage(messageId);
    const taken = message === null ? null : await take(store, delivery, now(), isByHand);
    if (message === null || taken === null) break;
    const { mayRepeat, tries } = taken;
    const isOver = alerts.slice(at + 1).some((later) => later.word === "recovered" && later.scope === scope);
    const isUnheard = word === "recovered" && earlier.length === 0 && !isMaybeHeard;
    if (isOver && delivery.state === "pending" && delivery.tries > 0) isMaybeHeard = true;
    const settled =
      (isOver || isUnheard) && !mayRepeat
        ? givenUp(delivery, now(), OVER)
        : settledBy(await channel.deliver(message, { earlier: [...earlier], mayRepeat }), {
            delivery,
            plannedAtMs,
            tries,
            nowMs: now(),
          });
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

/**
 * Gives up what has waited long enough for a channel that the settings have no more, so that it takes no room in its inbox for ever. Until
 * then the channel may come back: another workflow's settings may have it.
 */
export async function giveUpForGone({ store, channels, log, now }: DeliverDeps): Promise<void> {
  const known = new Set(channels.map(({ name }) => name));
  const { alerts } = await store.storedAlerts();
  for (const { deliveries } of alerts.filter(({ plannedAtMs }) => now() - plannedAtMs >= GIVEN_UP_MS)) {
    for (const delivery of deliveries.filter(({ channel }) => !known.has(channel))) {
      const { state, channel, messageId: id } = delivery;
      if (state === "delivered" || state === "given-up" || (await take(store, delivery, now())) === null) continue;
      await store.settleDelivery(givenUp(delivery, now(), GONE));
      log.info("alert", { id, channel, state: "given-up" });
    }
  }
}

const take = (store: AlertStore, delivery: StoredDelivery, nowMs: number, isByHand = false) =>
  store.takeDelivery(delivery, { nowMs, takenBeforeMs: nowMs - TAKEN_MS, isByHand });

const inPass = (
  { id, word, reason, incidentNumbers, inbox }: StoredAlert,
  { title }: AlertMessage,
  channel: string,
): Omit<SaidInPass, "receipt"> => ({ messageId: id, word, reason, title, incidentNumbers, inbox, channel });

const unsaidBy = ({
  state,
  why,
  nextTryAtMs,
}: SettledDelivery): Pick<UnsaidInPass, "state" | "why" | "nextTryAtMs"> => ({
  state: state === "refused" || state === "given-up" ? state : "waits",
  why: why ?? "",
  nextTryAtMs: state === "given-up" ? null : nextTryAtMs,
});
