import { limitTooLong } from "./gate.ts";
import type { Waits } from "./waits.ts";

export interface WritePaceOptions {
  readonly waits: Waits;
  /** The longest wait for the hour's allowance before giving up instead. */
  readonly waitLongestMs: number;
}

/** Lets writes out as GitHub wants them: one by one, a second apart, and not too many a minute and an hour. */
export interface WritePace {
  /** Waits for the turn, which must be given back. Throws the problem "github-limit-too-long". */
  enter(): Promise<{ leave(): void }>;
}

/** https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api, "Pause between mutative requests". */
const APART_MS = 1000;
/** What GitHub says that it takes "in general": https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. */
const SPANS = [
  { writes: 80, ms: 60_000 },
  { writes: 500, ms: 3_600_000 },
];
const KEPT = 500;

export function writePace({ waits, waitLongestMs }: WritePaceOptions): WritePace {
  /** By the waits' clock, oldest first. */
  let begun: number[] = [];
  let endedAtMs = Number.NEGATIVE_INFINITY;
  let last: Promise<void> = Promise.resolve();

  const dueMs = (): number => {
    const bySpan = SPANS.map(({ writes, ms }) => (begun.at(-writes) ?? Number.NEGATIVE_INFINITY) + ms);
    return Math.max(endedAtMs + APART_MS, ...bySpan);
  };
  return {
    async enter() {
      const before = last;
      let leave!: () => void;
      last = new Promise((resolve) => {
        leave = resolve;
      });
      await before;
      try {
        const leftMs = dueMs() - waits.elapsedMs();
        if (leftMs > waitLongestMs) throw limitTooLong("secondary-limit", leftMs);
        await waits.pause(leftMs);
      } catch (error) {
        leave();
        throw error;
      }
      begun = [...begun.slice(1 - KEPT), waits.elapsedMs()];
      return {
        leave() {
          endedAtMs = waits.elapsedMs();
          leave();
        },
      };
    },
  };
}
