import { type Job, priceOf, type PriceTable, type Repository } from "@oddrun/core";

const MINUTE_MS = 60_000;
const MICROS = 1_000_000;

/**
 * What an attempt cost, in millionths of a US dollar, for all of its jobs, at their prices but not rounded up to whole minutes: a job at
 * the edge of a minute would move up and down by a minute. Null where one of its jobs has no known price or length.
 */
export function runCost(
  visibility: Repository["visibility"],
  table: PriceTable,
): (jobs: readonly Job[]) => number | null {
  // a price is looked up once for all jobs with the same labels that began between two changes of prices
  const changesMs = [...new Set(table.prices.map(({ fromMs }) => fromMs ?? 0))].sort((one, other) => one - other);
  const known = new Map<string, number | null>();
  const perMinute = (job: Job): number | null => {
    const { runnerLabels, runnerGroup, startedAtMs } = job;
    const changes = startedAtMs === null ? -1 : changesMs.filter((ms) => ms <= startedAtMs).length;
    const key = `${changes} ${runnerGroup ?? ""}\n${runnerLabels ?? ""}`;
    let price = known.get(key);
    if (price === undefined) {
      const found = priceOf(job, visibility, table);
      if (typeof found !== "string") price = found.usdPerMinute * MICROS;
      else price = found === "free-public" || found === "self-hosted" ? 0 : null;
      known.set(key, price);
    }
    return price;
  };
  return (jobs) => {
    let microUsd = 0;
    for (const job of jobs) {
      const { ms, unknown } = job.duration;
      if (unknown === "never-ran" || unknown === "inherited-from-earlier-attempt") continue;
      const price = perMinute(job);
      if (ms === null || price === null) return null;
      microUsd += price * Math.max(1, ms / MINUTE_MS);
    }
    return microUsd;
  };
}
