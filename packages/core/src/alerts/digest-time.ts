const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** The latest instant, not after `atMs`, at which a digest was due: each week on that day (1 Monday to 7 Sunday) and hour, UTC. */
export function digestDueMs(
  { weekday, hour }: { readonly weekday: number; readonly hour: number },
  atMs: number,
): number {
  const firstMs = FIRST_MONDAY_MS + (weekday - 1) * DAY_MS + hour * HOUR_MS;
  return firstMs + Math.floor((atMs - firstMs) / WEEK_MS) * WEEK_MS;
}
