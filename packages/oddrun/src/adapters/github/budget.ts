import type { RequestBudget } from "../../operations/collect/run-source.ts";
import { type Outcome, renewalMs, untilRenewalMs } from "./outcome.ts";
import type { ServerClock } from "./server-clock.ts";

/** Counts what was sent, and keeps what the server last said is left. */
export interface BudgetCount {
  /** `isAgain`: the same question was sent before. */
  count(isAgain: boolean): void;
  /** Takes an answer's headers; gives how long the limit lasts when this answer used up the last of it, else null. */
  observe(headers: Headers, atMs: number, outcome: Outcome): number | null;
  now(): RequestBudget;
}

export function requestBudget(clock: ServerClock): BudgetCount {
  let sent = 0;
  let unchanged = 0;
  let sentAgain = 0;
  let limit: number | null = null;
  let remaining: number | null = null;
  let renewedAtMs: number | null = null;
  return {
    count(isAgain) {
      sent += 1;
      if (isAgain) sentAgain += 1;
    },
    observe(headers, atMs, outcome) {
      if (outcome.kind === "unchanged") unchanged += 1;
      const left = wholeNumber(headers.get("x-ratelimit-remaining"));
      if (left === null) return null;
      const renewed = renewalMs(headers);
      // Answers may overtake each other: within one hour it only gets less.
      remaining = renewed !== null && renewed === renewedAtMs && remaining !== null ? Math.min(remaining, left) : left;
      renewedAtMs = renewed;
      limit = wholeNumber(headers.get("x-ratelimit-limit"));
      return left === 0 ? untilRenewalMs(headers, atMs) : null;
    },
    now: () => ({ sent, unchanged, sentAgain, remaining, limit, renewedAtMs, clockAheadMs: clock.aheadMs() }),
  };
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
