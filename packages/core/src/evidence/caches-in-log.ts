import type { CacheCounts, CacheFound } from "./evidence.ts";
import { logLines } from "./log-lines.ts";

const KEYS_MAX = 5;
const KEY_CHARS_MAX = 160;

export interface CachesInLog {
  readonly counts: CacheCounts;
  readonly missedKeys: readonly string[];
}

type Outcome = "hits" | "partialHits" | "misses";

/** What actions/cache, the setup actions and others write; the first group is the key, where they name it. */
const OUTCOMES: readonly (readonly [Outcome, RegExp])[] = [
  ["hits", /^Cache hit for: (.+)$/],
  ["partialHits", /^Cache hit for restore-key: (.+)$/],
  ["hits", /^Cache found and can be restored from key: (.+)$/],
  ["hits", /^Restored from cache key "(.+)" full match: true\.?$/],
  ["partialHits", /^Restored from cache key "(.+)" full match: false\.?$/],
  ["misses", /^Cache not found for input keys: ([^,]+)/],
  ["misses", /^No GitHub Actions cache found for key: (.+)$/],
  ["misses", /^##\[error\]Failed to restore cache entry\. Exiting as fail-on-cache-miss is set\. Input key: (.+)$/],
  ["misses", /^([\w-]{1,30} cache) is not found$/i],
  ["misses", /^(Cache) is not found$/],
  ["misses", /^(Gradle User Home cache) not found\./],
  ["misses", /^(No cache found)\.?$/],
];

/** These follow on a line above, unless an older version of the action wrote the log. */
const RESTORED = /^Cache restored from key: (.+)$/;
const RESTORED_BEFORE = /^Cache hit occurred on the primary key (.+), not saving cache\.$/;
const FAILED = /^##\[warning\]Failed to restore: /;
const LAYER = /^(?:#\d+ CACHED| ---> Using cache)$/;

/**
 * How the caches of a job fared, as far as its log tells. Steps write these lines themselves, so they are believed as much as the
 * workflow is; the listings of commands, which may hold the same words, are passed over.
 */
export function cachesInLog(log: string): CachesInLog {
  const counts = { hits: 0, partialHits: 0, misses: 0, failures: 0, cachedLayers: 0 };
  const missedKeys: string[] = [];
  /** By key, the look-ups that found it and did not yet say that it was restored. */
  const unrestored = new Map<string, number>();
  for (const { text, group, isSetUp } of logLines(log)) {
    if (isSetUp || group?.startsWith("Run ") === true) continue;
    if (LAYER.test(text)) counts.cachedLayers++;
    else if (FAILED.test(text)) counts.failures++;
    if (!/cache/i.test(text)) continue;

    const restored = RESTORED.exec(text)?.[1];
    const restoredBefore = RESTORED_BEFORE.exec(text)?.[1];
    const lookup = outcomeOf(text);
    if (restored !== undefined) {
      const waiting = unrestored.get(restored) ?? 0;
      if (waiting === 0) counts.hits++;
      unrestored.set(restored, Math.max(0, waiting - 1));
    } else if (restoredBefore !== undefined) {
      if (!unrestored.has(restoredBefore)) counts.hits++;
      unrestored.set(restoredBefore, 0);
    } else if (lookup?.outcome === "misses") {
      counts.misses++;
      if (missedKeys.length < KEYS_MAX) missedKeys.push(lookup.key.slice(0, KEY_CHARS_MAX));
    } else if (lookup !== null) {
      counts[lookup.outcome]++;
      unrestored.set(lookup.key, (unrestored.get(lookup.key) ?? 0) + 1);
    }
  }
  return { counts, missedKeys };
}

function outcomeOf(text: string): { readonly outcome: Outcome; readonly key: string } | null {
  for (const [outcome, pattern] of OUTCOMES) {
    const key = pattern.exec(text)?.[1];
    if (key !== undefined) return { outcome, key };
  }
  return null;
}

/** Both jobs' caches side by side; null when neither used any. */
export function cachesCompared(before: CachesInLog | null, now: CachesInLog, isCut: boolean): CacheFound | null {
  if (!usesCaches(now.counts) && (before === null || !usesCaches(before.counts))) return null;
  return { now: now.counts, before: before?.counts ?? null, missedKeys: now.missedKeys, isCut };
}

const usesCaches = (counts: CacheCounts): boolean => Object.values(counts).some((count) => count > 0);
