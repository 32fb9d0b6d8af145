/** JSON as it came, not yet looked at. Whole numbers beyond 2^53 are bigints: as numbers they would silently be others. */
export type Json = unknown;

export type JsonObject = Readonly<Record<string, Json>>;

/** A whole number of 16 digits or more where JSON may have one; all others are safe. */
const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;

/** Throws SyntaxError when the text is not JSON. */
export function parseJson(text: string): Json {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  // Reading the source of each number is several times slower, and hardly ever needed.
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context!.source!)
      : value;
  return JSON.parse(text, revive);
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number from 1 that a double holds exactly, else null. */
export function readId(value: Json): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** Why `readId` had none. */
export function whyNoId(what: string, value: Json): string {
  if (typeof value === "bigint") return `${what} is above 2^53`;
  return value === undefined || value === null ? `${what} is missing` : `${what} is no whole number above 0`;
}

/** A text of at most `charsMax` UTF-16 units that any store can keep; null when there is none or it is blank. */
export function readText(value: Json, charsMax: number): string | null {
  if (typeof value !== "string" || value.trim() === "") return null;
  const sound = value
    .slice(0, charsMax + 1)
    .toWellFormed()
    .replaceAll("\0", "\ufffd");
  return sound.length <= charsMax ? sound : `${sound.slice(0, charsMax - 1)}…`.toWellFormed();
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/** Milliseconds since 1970 UTC of an ISO 8601 instant with its zone, else null. A day that no month has is none. */
export function readInstant(value: Json): number | null {
  if (typeof value !== "string" || value.length > 40) return null;
  const parts = INSTANT.exec(value);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (day > 28 && !hasDay(year, month, day)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}

/** `Date.parse` takes the 30th of February for a day in March. */
function hasDay(year: number, month: number, day: number): boolean {
  const dayOfMonth = new Date(0);
  dayOfMonth.setUTCFullYear(year, month - 1, day);
  return dayOfMonth.getUTCMonth() === month - 1 && dayOfMonth.getUTCDate() === day;
}
