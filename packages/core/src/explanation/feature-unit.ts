import type { FeatureUnit } from "../isolation-forest/index.ts";

const KNOWN = new Map<string, FeatureUnit>([
  ["duration", "seconds"],
  ["failure_rate", "share"],
]);

const BY_LAST_WORD = new Map<string, FeatureUnit>([
  ["s", "seconds"],
  ["seconds", "seconds"],
  ["mb", "megabytes"],
  ["bytes", "bytes"],
  ["pct", "percent"],
  ["percent", "percent"],
  ["count", "count"],
]);

/**
 * The unit that a feature's name tells: `duration` is in seconds, `failure_rate` a share, `peak_memory_mb` in
 * megabytes.
 */
export function featureUnit(name: string): FeatureUnit {
  return KNOWN.get(name) ?? BY_LAST_WORD.get(/_([a-z]+)$/.exec(name)?.[1] ?? "") ?? "none";
}
