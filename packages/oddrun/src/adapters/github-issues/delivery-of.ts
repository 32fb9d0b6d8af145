import type { Delivery } from "../../operations/alerts/alert-channel.ts";
import { Problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** What a person has to mend first. */
const REFUSALS = new Set<Problem["code"]>([
  "github-issues-forbidden",
  "github-issues-off",
  "github-write-refused",
  "github-token-refused",
  "github-app-refused",
  "github-sso-needed",
  "github-forbidden",
  "github-not-found",
  "github-refused",
  "github-redirect-refused",
]);

/** How a delivery ended that failed; only what stops us is thrown on. */
export function deliveryOf(error: unknown, signal: AbortSignal): Delivery {
  signal.throwIfAborted();
  const why = printable(error instanceof Error ? error.message : String(error), 500);
  if (error instanceof Problem && REFUSALS.has(error.code)) return { kind: "refused", why };
  return { kind: "later", why, retryAfterMs: error instanceof Problem ? error.retryAfterMs : null };
}
