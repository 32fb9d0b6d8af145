/** What is played: an organisation of six repositories, its past, and ninety days that are watched hour by hour. */
export const SEED = 1;
export const HISTORY_DAYS = 28;
export const WATCHED_DAYS = 90;
export const HOUR_MS = 3_600_000;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
export const FIRST_HOUR = HISTORY_DAYS * 24;
export const LAST_HOUR = (HISTORY_DAYS + WATCHED_DAYS) * 24;
export const hourMs = (hour: number): number => START + hour * HOUR_MS;
