import type { Logger } from "../ports.ts";
import type { AlertChannel, Delivery } from "./alert-channel.ts";
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
export const TAKEN_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A message that nobody took for so long is no news any more: the digest has what it was about. */
const GIVEN_UP_MS = 7 * DAY_MS;
const RETRY_FIRST_MS = 5 * MINUTE_MS;
const RETRY_MAX_MS = 6 * 3_600_000;
/** A person may have mended it by tomorrow. */
const RETRY_REFUSED_MS = DAY_MS;

/**
 * Brings what is queued to those channels, in the order in which it was planned: of one thread nothing overtakes what was planned
 * before it. What each channel answered is kept before the next is asked.
 */
export async function deliverAlerts(
  { store, channels, log, now, signal }: DeliverDeps,
  stored: StoredAlerts,
  isFor: (channel: AlertChannel) => boolean,
): Promise<{ readonly said: readonly SaidInPass[]; readonly unsaid: readonly UnsaidInPass[] }> {
  const said: SaidInPass[] = [];
  const unsaid: UnsaidInPass[] = [];
  for (const channel of channels.filter(isFor)) {
    /** Of each thread what the channel has, in order. */
    const earlier = new Map<string, { messageId: string; word: StoredAlert["word"]; receipt: string | null }[]>();
    const stuck = new Set<string>();
    for (const alert of stored.alerts) {
      if (signal.aborted) return { said, unsaid };
      const delivery = alert.deliveries.find((one) => one.channel === channel.name);
      const { id, threadKey: key, word } = alert;
      const had = earlier.get(key) ?? [];
      earlier.set(key, had);
      if (delivery === undefined || delivery.state === "given-up") continue;
      if (delivery.state === "delivered") {
        had.push({ messageId: id, word, receipt: delivery.receipt });
        continue;
      }
      const message = stuck.has(key) ? null : await store.alertMessage(id);
      const nowMs = now();
      const taken =
        message === null ? null : await store.takeDelivery(delivery, { nowMs, takenBeforeMs: nowMs - TAKEN_MS });
      if (message === null || taken === null) {
        stuck.add(key);
        continue;
      }
      const answer = await channel.deliver(message, { earlier: had, mayRepeat: taken.mayRepeat });
      const settled = settledBy(answer, { delivery, plannedAtMs: alert.plannedAtMs, tries: taken.tries, nowMs: now() });
      await store.settleDelivery(settled);
      const about = inPass(alert, message, channel.name);
      log.info("alert", { id, channel: channel.name, state: settled.state });
      if (settled.state === "delivered") {
        had.push({ messageId: id, word, receipt: settled.receipt });
        said.push({ ...about, receipt: settled.receipt });
      } else {
        if (settled.state !== "given-up") stuck.add(key);
        unsaid.push({ ...about, ...unsaidBy(settled) });
      }
    }
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
