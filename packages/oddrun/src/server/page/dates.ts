const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const DATE = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit" });

/** "Sunday 22 November 2026" */
export function dayInWords(ms: number): string {
  return DAY.format(ms).replace(",", "");
}

/** "22 Nov 2026" */
export function dateInWords(ms: number): string {
  return DATE.format(ms);
}

/** "10:43 UTC" */
export function clockInWords(ms: number): string {
  return `${CLOCK.format(ms)} UTC`;
}

const STEPS = [
  { ms: 86_400_000, one: "day", many: "days" },
  { ms: 3_600_000, one: "hour", many: "hours" },
  { ms: 60_000, one: "minute", many: "minutes" },
] as const;

/** "3 hours ago"; "just now" below a minute and for times ahead of the clock. */
export function agoInWords(ms: number, nowMs: number): string {
  for (const step of STEPS) {
    const count = Math.floor((nowMs - ms) / step.ms);
    if (count >= 1) return `${count} ${count === 1 ? step.one : step.many} ago`;
  }
  return "just now";
}

/** "12,345" */
export function countInWords(count: number): string {
  return count.toLocaleString("en-GB");
}
