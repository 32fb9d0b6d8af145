import { seededRandom } from "@oddrun/core";

const DAY_MS = 86_400_000;
const HISTORY_MS = 90 * DAY_MS;
/** As many runs as GitHub lets a repository queue: 500 in ten seconds. */
const BURST_PER_SECOND = 50;

/** When the runs of a repository were created: whole seconds, oldest first, mostly in working hours, up to now. */
export function createdTimes(
  seed: number,
  repositoryAt: number,
  count: number,
  nowMs: number,
  burst: number,
): Float64Array {
  const random = seededRandom((seed % 1_000_000) * 1000 + repositoryAt);
  const startMs = nowMs - HISTORY_MS;
  const spread = count - burst;
  const times = new Float64Array(count);
  for (let at = 0; at < spread; at++) {
    const even = startMs + ((at + random.next()) / spread) * HISTORY_MS;
    times[at] = Math.floor(inWorkingHours(even, startMs, nowMs) / 1000) * 1000;
  }
  // The burst is 40 days old and begins on a whole minute.
  const burstMs = Math.floor((nowMs - 40 * DAY_MS) / 60_000) * 60_000;
  for (let at = 0; at < burst; at++) times[spread + at] = burstMs + Math.floor(at / BURST_PER_SECOND) * 1000;
  return times.sort();
}

/** Within a whole day, eight tenths of the time become the hours from 7 to 19; order is kept. */
function inWorkingHours(ms: number, startMs: number, nowMs: number): number {
  const dayMs = Math.floor(ms / DAY_MS) * DAY_MS;
  if (dayMs < startMs || dayMs + DAY_MS > nowMs) return ms;
  const part = (ms - dayMs) / DAY_MS;
  const hour = part < 0.1 ? part * 70 : part < 0.9 ? 7 + (part - 0.1) * 15 : 19 + (part - 0.9) * 50;
  return dayMs + (hour / 24) * DAY_MS;
}
