/** What is played: an organisation of six repositories, its past, and ninety days that are watched every three hours. */
export const SEED = 1;
export const HISTORY_DAYS = 28;
export const WATCHED_DAYS = 90;
export const HOUR_MS = 3_600_000;
/** From one pass to the next. */
export const STEP_HOURS = 3;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
export const FIRST_HOUR = HISTORY_DAYS * 24;
export const LAST_HOUR = (HISTORY_DAYS + WATCHED_DAYS) * 24;
export const hourMs = (hour: number): number => START + hour * HOUR_MS;
/** Of the waits for GitHub; its stand-in's clock runs as much faster. */
export const WAIT_SCALE = 0.001;
