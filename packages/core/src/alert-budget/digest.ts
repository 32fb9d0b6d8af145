import type { ChangeEvent } from "../change-points/index.ts";

/** What has become of the earlier alerts of a series, once they were measured again. */
export interface HindsightRecord {
  readonly realCount: number;
  readonly judgedCount: number;
}

/** How a score becomes a probability: 1 / (1 + exp(-(intercept + slope x ln score))). */
export interface SurenessOptions {
  readonly level: { readonly intercept: number; readonly slope: number };
  readonly failure: { readonly intercept: number; readonly slope: number };
  /** The record of the series weighs as much as the score once this many of its alerts were judged. */
  readonly recordWeight: number;
}

/** Fitted to what alerts on whole real histories turned out to be: benchmarks/results/budget.md. */
export const DEFAULT_SURENESS: SurenessOptions = {
  level: { intercept: 1.56, slope: 1.08 },
  failure: { intercept: 1.54, slope: 0.03 },
  recordWeight: 20,
};

/**
 * The chance, 0 to 1, that a change will be real in hindsight: from its score, and from what the earlier alerts of the same
 * series turned out to be.
 */
export function sureness(
  { score }: Pick<ChangeEvent, "score">,
  measure: "level" | "failure",
  record: HindsightRecord = { realCount: 0, judgedCount: 0 },
  options: SurenessOptions = DEFAULT_SURENESS,
): number {
  const { intercept, slope } = options[measure];
  const byScore = 1 / (1 + Math.exp(-(intercept + slope * Math.log(Math.max(1e-6, score)))));
  const { recordWeight } = options;
  return (byScore * recordWeight + record.realCount) / (recordWeight + record.judgedCount);
}

/**
 * Minutes a week that a change costs; below 0 where it saves them. Levels in ms; of failures in shares of runs: then what the
 * runs take that fail now and did not before.
 */
export function extraMinutesAWeek(
  measure: "level" | "failure",
  { usual, level }: Pick<ChangeEvent, "usual" | "level">,
  { runsAWeek, usualRunMs }: { readonly runsAWeek: number; readonly usualRunMs: number },
): number {
  if (measure === "level") return ((level - usual) * runsAWeek) / MINUTE_MS;
  return ((level - usual) * usualRunMs * runsAWeek) / MINUTE_MS;
}

const MINUTE_MS = 60_000;

/** What a line of the digest is ranked by. */
export interface DigestEntry {
  /** Minutes a week; null where they can't be told. */
  readonly extraMinutesAWeek: number | null;
  /** 0 to 1. */
  readonly sureness: number;
}

/** Dearest first: minutes a week, lost or saved, times sureness. What has no minutes comes last, the surest first. */
export function rankDigest<Entry extends DigestEntry>(entries: readonly Entry[]): readonly Entry[] {
  const worth = (entry: Entry): number => Math.abs(entry.extraMinutesAWeek ?? 0) * entry.sureness;
  return [...entries].sort((one, other) => worth(other) - worth(one) || other.sureness - one.sureness);
}
