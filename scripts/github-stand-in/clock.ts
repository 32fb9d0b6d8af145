/** The stand-in's own clock: milliseconds since 1970 UTC. */
export interface ServerClock {
  nowMs(): number;
  /** Moves it ahead. */
  advance(ms: number): void;
}

/**
 * Starts at `startMs` and runs `1 / waitScale` times as fast as real time: with a wait scale of 0.001, a client that multiplies its
 * waits by 0.001 sees a limit of one hour end after 3.6 real seconds, and every wait can still be proved in the stand-in's seconds.
 */
export function serverClock(startMs: number, waitScale: number): ServerClock {
  if (!(waitScale > 0)) throw new RangeError(`The wait scale must be above 0; it is ${waitScale}.`);
  const begun = performance.now();
  let advancedMs = 0;
  return {
    nowMs: () => Math.floor(startMs + advancedMs + (performance.now() - begun) / waitScale),
    advance(ms) {
      advancedMs += ms;
    },
  };
}
