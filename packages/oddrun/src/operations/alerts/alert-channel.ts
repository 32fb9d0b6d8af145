import type { AlertMessage } from "./alert-message.ts";

/** How a delivery ended. */
export type Delivery =
  /** `receipt`: how the channel finds what it said again, such as an issue's number; null where it can't. */
  | { readonly kind: "delivered"; readonly receipt: string | null }
  /** Trying again brings nothing until a person mends something: a wrong address, a missing permission. `why` holds no secret. */
  | { readonly kind: "refused"; readonly why: string }
  /** Not now: the message stays queued. */
  | { readonly kind: "later"; readonly why: string; readonly retryAfterMs: number | null };

/** What was delivered of the same incident before, latest last: an answer in the same thread, an edit of the same issue. */
export interface EarlierDelivery {
  readonly messageId: string;
  readonly word: AlertMessage["word"];
  readonly receipt: string | null;
}

/**
 * Brings messages to people. Whatever the other side answers, `deliver` settles with a `Delivery` and never throws but for a stop;
 * it follows no redirect, tries at most three times, makes every text from outside harmless in its own format, stays below the
 * receiver's limits, and never shows its address or key in an answer, an error or a log.
 */
export interface AlertChannel {
  /** As the settings call it. */
  readonly name: string;
  readonly kind: "github-issue" | "slack" | "teams" | "webhook";
  /**
   * Whether delivering one message id again leaves one copy: true where the channel, or who receives it, tells repeats by the id. Where
   * false, a message that may have arrived just before a kill is sent again and says so (`mayRepeat`).
   */
  readonly isIdempotent: boolean;
  deliver(
    message: AlertMessage,
    context: { readonly earlier: readonly EarlierDelivery[]; readonly mayRepeat: boolean },
  ): Promise<Delivery>;
}
