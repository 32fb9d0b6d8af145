import type { Job, Repository, Span, UnknownTime } from "../pipeline/index.ts";
import { jobCost, type NoPrice } from "./job-cost.ts";
import type { PriceTable } from "./prices.ts";

/** How a span of time spreads over the jobs or runs of which it is known; milliseconds, null where it is known of none. */
export interface Spread {
  readonly knownCount: number;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  /** Of how many it is not known, by reason. */
  readonly unknown: Readonly<Partial<Record<UnknownTime, number>>>;
}

/** What the jobs of one group came to. */
export interface Usage {
  /** Jobs that ran, or may have: those that never ran or were inherited from an earlier attempt are not counted. */
  readonly jobCount: number;
  readonly executionMs: number;
  readonly billedMinutes: number;
  /** What is known of the cost, in millionths of a US dollar. */
  readonly microUsd: number;
  /** Billed minutes that have no price, by reason: they are part of `billedMinutes` and not of `microUsd`. */
  readonly unpricedMinutes: Readonly<Partial<Record<NoPrice, number>>>;
  readonly execution: Spread;
  readonly queue: Spread;
}

export interface UsageSum {
  add(job: Job, visibility: Repository["visibility"]): void;
  usage(): Usage;
}

/** Adds up jobs. Two numbers a job are kept, for the medians. */
export function usageSum(table: PriceTable): UsageSum {
  const execution = spreadSum();
  const queue = spreadSum();
  const unpricedMinutes: Partial<Record<NoPrice, number>> = {};
  let jobCount = 0;
  let executionMs = 0;
  let billedMinutes = 0;
  let microUsd = 0;
  return {
    add(job, visibility) {
      const cost = jobCost(job, visibility, table);
      if (cost.kind === "not-billed") return;
      jobCount += 1;
      execution.add(job.duration);
      queue.add(job.queueTime);
      if (cost.kind === "unknown-time") return;
      executionMs += job.duration.ms ?? 0;
      billedMinutes += cost.minutes;
      if (cost.kind === "priced") microUsd += cost.microUsd;
      else unpricedMinutes[cost.reason] = (unpricedMinutes[cost.reason] ?? 0) + cost.minutes;
    },
    usage: () => ({
      jobCount,
      executionMs,
      billedMinutes,
      microUsd,
      unpricedMinutes,
      execution: execution.spread(),
      queue: queue.spread(),
    }),
  };
}

/** Adds up spans of time; the known ones are kept, for the median. */
export function spreadSum(): { add(span: Span): void; spread(): Spread } {
  const known: number[] = [];
  const unknown: Partial<Record<UnknownTime, number>> = {};
  return {
    add(span) {
      if (span.ms !== null) known.push(span.ms);
      else unknown[span.unknown] = (unknown[span.unknown] ?? 0) + 1;
    },
    spread() {
      const sorted = Float64Array.from(known).sort();
      return { knownCount: sorted.length, medianMs: quantile(sorted, 0.5), p90Ms: quantile(sorted, 0.9), unknown };
    },
  };
}

/** The smallest value that at least this share of the values does not exceed. */
function quantile(sorted: Float64Array, share: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
