import type { Delivery } from "./alert-channel.ts";
import type { StoredDelivery } from "./alert-store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A message that nobody took for so long is no news any more: the digest has what it was about. */
export const GIVEN_UP_MS = 7 * DAY_MS;
const RETRY_FIRST_MS = 5 * MINUTE_MS;
const RETRY_MAX_MS = 6 * 3_600_000;
/** A person may have mended it by tomorrow; and no receiver is waited for longer, for what waits takes room in the inbox. */
const RETRY_LONGEST_MS = DAY_MS;

export type SettledDelivery = Omit<StoredDelivery, "tries">;

/** Where a delivery stands after what the channel answered. */
export function settledBy(
  answer: Delivery,
  at: {
    readonly delivery: StoredDelivery;
    readonly plannedAtMs: number;
    readonly tries: number;
    readonly nowMs: number;
  },
): SettledDelivery {
  const { delivery, plannedAtMs, tries, nowMs } = at;
  const settled = settledNow(delivery, nowMs);
  if (answer.kind === "delivered") return { ...settled, state: "delivered", receipt: answer.receipt };
  const { why } = answer;
  if (nowMs - plannedAtMs >= GIVEN_UP_MS) return { ...settled, state: "given-up", why };
  if (answer.kind === "refused") return { ...settled, state: "refused", why, nextTryAtMs: nowMs + RETRY_LONGEST_MS };
  const waitMs = answer.retryAfterMs ?? Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(10, tries - 1));
  return { ...settled, state: "pending", why, nextTryAtMs: nowMs + Math.min(RETRY_LONGEST_MS, waitMs) };
}

/** A delivery that is not tried again. */
export const givenUp = (delivery: StoredDelivery, nowMs: number, why: string): SettledDelivery => ({
  ...settledNow(delivery, nowMs),
  state: "given-up",
  why,
});

const settledNow = ({ messageId, channel }: StoredDelivery, nowMs: number) => ({
  messageId,
  channel,
  atMs: nowMs,
  nextTryAtMs: nowMs,
  receipt: null,
  why: null,
  isNoted: false,
});
