import { seededRandom } from "../random/index.ts";
import type { RunMark } from "./index.ts";

export interface SyntheticSeries {
  readonly seed: number;
  readonly runCount: number;
  /** Of one run, in seconds. */
  readonly usual: number;
  /** Of ln duration. */
  readonly spread: number;
  /** What the duration of run `at` is multiplied by; 1 unless told. */
  readonly factor?: (at: number) => number;
}

/** Durations around a level with noise that is near a normal one, a hanging run in a hundred among them. */
export function syntheticDurations({ seed, runCount, usual, spread, factor = () => 1 }: SyntheticSeries): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: runCount }, (_, at) => {
    const noise = random.next() + random.next() + random.next() + random.next() - 2;
    const hang = random.next() < 0.01 ? 1.2 : 0;
    return usual * 1000 * Math.exp(spread * Math.sqrt(3) * noise + hang) * factor(at);
  });
}

export function markOf(at: number): RunMark {
  return { runId: 1000 + at, runAttempt: 1, atMs: 1_700_000_000_000 + at * 3_600_000 };
}
