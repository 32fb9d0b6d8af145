import type { FeatureUnit } from "../isolation-forest/index.ts";

const MINUTE = 60;
const HOUR = 3600;
/** Spans below this are told in seconds. */
const MINUTES_FROM = 90;
/** Spans from here on are told in hours and minutes. */
const HOURS_FROM = 90 * MINUTE;
const HOURS_ALONE_FROM = 1000 * HOUR;
const LN_RATIO_MAX = 700;

/** How a value is put into words. */
export interface ValueFormat {
  /** Digits more than usual, to tell a value from a near one. */
  readonly extraDigits?: number;
  /** In the minutes, hours or megabytes that a value of this size is told in, instead of its own. */
  readonly asFor?: number;
}

/** A value in words: "42 s", "4.2 min", "2 h 05 min", "45 %", "3.2 times"; NaN is "unknown". */
export function formatValue(value: number, unit: FeatureUnit, format: ValueFormat = {}): string {
  if (!Number.isFinite(value)) return "unknown";
  const { extraDigits = 0, asFor = value } = format;
  const scale = scaleFor(Math.abs(asFor), unit);
  if (scale === "hours") return formatHours(value, extraDigits);
  return formatNumber(toShown(value, unit) / scale.size, extraDigits) + scale.suffix;
}

/**
 * Two values with one unit: "4 to 6 min", "0 to 10 %"; one value where both read the same. A low end of seconds stays
 * in seconds: "4 s to 6 min".
 */
export function formatRange(low: number, high: number, unit: FeatureUnit, extraDigits = 0): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "unknown";
  const [lowAsFor, highAsFor] = [low, high].map((end) => endAsFor(end, low, high, unit)) as [number, number];
  const from = formatValue(low, unit, { extraDigits, asFor: lowAsFor });
  const to = formatValue(high, unit, { extraDigits, asFor: highAsFor });
  if (from === to) return to;
  const suffix = suffixFor(lowAsFor, unit);
  const isShared = suffix === suffixFor(highAsFor, unit);
  return `${isShared ? from.slice(0, from.length - suffix.length) : from} to ${to}`;
}

/** The size in whose unit an end of a range, or a value near it, is told. */
export function endAsFor(end: number, low: number, high: number, unit: FeatureUnit): number {
  return unit === "seconds" && end > 0 && end < MINUTE ? end : Math.max(Math.abs(low), Math.abs(high));
}

function suffixFor(asFor: number, unit: FeatureUnit): string {
  const scale = scaleFor(Math.abs(asFor), unit);
  return scale === "hours" ? "" : scale.suffix;
}

interface Scale {
  readonly size: number;
  readonly suffix: string;
}

const PLAIN: Scale = { size: 1, suffix: "" };

const SUFFIXES = { share: " %", percent: " %", "ln-ratio": " times", count: "", none: "" } as const;

const BYTE_SCALES: readonly Scale[] = [
  { size: 1e12, suffix: " TB" },
  { size: 1e9, suffix: " GB" },
  { size: 1e6, suffix: " MB" },
  { size: 1e3, suffix: " kB" },
  { size: 1, suffix: " B" },
];

function scaleFor(size: number, unit: FeatureUnit): Scale | "hours" {
  if (unit === "seconds") {
    if (size >= HOURS_FROM) return "hours";
    return size < MINUTES_FROM ? { size: 1, suffix: " s" } : { size: MINUTE, suffix: " min" };
  }
  if (unit === "bytes" || unit === "megabytes") {
    const bytes = Math.abs(toShown(size, unit));
    const least = unit === "bytes" ? 1 : 1e6;
    return BYTE_SCALES.find((scale) => scale.size <= Math.max(bytes, least)) ?? PLAIN;
  }
  return { size: 1, suffix: SUFFIXES[unit] };
}

/** From the unit it is kept in to the one it is shown in, before scaling. */
function toShown(value: number, unit: FeatureUnit): number {
  if (unit === "share") return value * 100;
  if (unit === "megabytes") return value * 1e6;
  if (unit === "ln-ratio") return Math.exp(Math.min(value, LN_RATIO_MAX));
  return value;
}

/** "2 h 05 min", to the second when it is to be finer; so many hours that nobody asks for minutes are told alone. */
function formatHours(value: number, extraDigits: number): string {
  if (Math.abs(value) >= HOURS_ALONE_FROM) return `${formatNumber(value / HOUR, extraDigits)} h`;
  const step = extraDigits > 0 ? 1 : MINUTE;
  const total = Math.round(Math.abs(value) / step) * step;
  const hours = Math.floor(total / HOUR);
  const minutes = Math.floor(total / MINUTE) % 60;
  const seconds = total % MINUTE;
  const parts: string[] = [];
  if (hours > 0) parts.push(`${hours} h`);
  if (minutes > 0 || seconds > 0 || hours === 0) parts.push(`${String(minutes).padStart(hours > 0 ? 2 : 1, "0")} min`);
  if (seconds > 0) parts.push(`${String(seconds).padStart(2, "0")} s`);
  return (value < 0 && total > 0 ? "-" : "") + parts.join(" ");
}

/** Whole numbers from ten on, one decimal below ten, two digits below one; no trailing zeros. */
function formatNumber(value: number, extraDigits: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return String(Number(value.toPrecision(2 + extraDigits)));
  const rounded =
    size < 1 ? Number(value.toPrecision(2 + extraDigits)) : Number(value.toFixed((size < 10 ? 1 : 0) + extraDigits));
  const [whole, decimals] = String(rounded === 0 ? 0 : rounded).split(".");
  const grouped = whole!.length > 4 + (rounded < 0 ? 1 : 0) ? whole!.replace(/\B(?=(\d{3})+$)/g, ",") : whole!;
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}
