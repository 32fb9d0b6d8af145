import { setTimeout as sleep } from "node:timers/promises";

/** Waits so many milliseconds of GitHub's time. Every wait for GitHub goes through one of these. */
export interface Waits {
  pause(ms: number): Promise<void>;
  /** Milliseconds of waiting time that have gone by since some fixed moment: for pacing. */
  readonly elapsedMs: () => number;
  /** How long one request may take, in real milliseconds. */
  readonly requestTimeoutMs: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** However much waits are shortened for a test, an answer over a real socket takes some real time. */
const REQUEST_TIMEOUT_LEAST_MS = 2_000;

/**
 * Waits of `scale` times their length, from ODDRUN_WAIT_SCALE: 1 in earnest, less in tests, which prove from the server's
 * own log that nothing was sent too early. Aborting the signal ends each of them with the signal's reason.
 */
export function scaledWaits(scaleText: string | undefined, signal: AbortSignal): Waits {
  const asked = Number(scaleText);
  const scale = scaleText !== undefined && asked > 0 && asked <= 1 ? asked : 1;
  return {
    async pause(ms) {
      signal.throwIfAborted();
      if (ms <= 0) return;
      try {
        await sleep(ms * scale, undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
    elapsedMs: () => performance.now() / scale,
    requestTimeoutMs: Math.max(REQUEST_TIMEOUT_MS * scale, Math.min(REQUEST_TIMEOUT_LEAST_MS, REQUEST_TIMEOUT_MS)),
  };
}
