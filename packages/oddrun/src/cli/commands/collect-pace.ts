import type { RequestBudget } from "../../operations/collect/run-source.ts";

/** How many requests a millisecond are answered at present. */
export interface Pace {
  /** null before that can be told. */
  observe(atMs: number, sent: number): number | null;
}

const MEASURED_MS = 20_000;
/** What lies further apart has a wait in between. */
const APART_MS = 60_000;
const HOUR_MS = 3_600_000;

export function requestPace(): Pace {
  let from: { readonly atMs: number; readonly sent: number } | null = null;
  let seenAtMs = 0;
  let perMs: number | null = null;
  return {
    observe(atMs, sent) {
      if (from === null || atMs - seenAtMs > APART_MS) from = { atMs, sent };
      seenAtMs = atMs;
      if (atMs - from.atMs < MEASURED_MS) return perMs;
      if (sent > from.sent) perMs = (sent - from.sent) / (atMs - from.atMs);
      from = { atMs, sent };
      return perMs;
    },
  };
}

/** How long so many requests take at this pace, with the waits for what GitHub grants in an hour; null when that cannot be told. */
export function timeLeftMs(
  requests: number,
  perMs: number | null,
  { remaining, limit, renewedAtMs, clockAheadMs }: RequestBudget,
  nowMs: number,
): number | null {
  if (perMs === null || requests <= 0) return null;
  if (remaining === null || limit === null || limit <= 0 || requests <= remaining) return requests / perMs;
  const beyond = requests - remaining;
  const renewalMs = Math.max(0, (renewedAtMs ?? nowMs) - clockAheadMs - nowMs);
  return (
    Math.max(renewalMs, remaining / perMs) +
    Math.floor((beyond - 1) / limit) * HOUR_MS +
    (((beyond - 1) % limit) + 1) / perMs
  );
}
