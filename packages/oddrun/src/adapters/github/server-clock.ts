/** The server's clock as far as its answers tell it: our own may be days off. */
export interface ServerClock {
  /** Takes the `Date` header of an answer that has just come; gives its instant, or the best guess when it has none. */
  observe(date: string | null): number;
  readonly nowMs: () => number;
  /** How far the server's clock is ahead of ours; 0 before the first answer. */
  readonly aheadMs: () => number;
}

/**
 * A `Date` header names a whole second that has begun, and it was written before it came: so this clock is never ahead of the
 * server's, and what is waited for by it is never asked for too early. Between answers it goes on with `elapsedMs`, not with our own
 * clock, which may be set meanwhile.
 */
export function serverClock(now: () => number, elapsedMs: () => number): ServerClock {
  let aheadMs = 0;
  let known = { dateMs: now(), atMs: elapsedMs() };
  const nowMs = (): number => known.dateMs + (elapsedMs() - known.atMs);
  return {
    observe(date) {
      const dateMs = date === null ? Number.NaN : Date.parse(date);
      if (Number.isNaN(dateMs)) return nowMs();
      aheadMs = dateMs - now();
      known = { dateMs, atMs: elapsedMs() };
      return dateMs;
    },
    nowMs,
    aheadMs: () => aheadMs,
  };
}
