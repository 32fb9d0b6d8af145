import type { CacheCounts, CacheFound } from "./evidence.ts";
import { logLines } from "./log-lines.ts";

const KEYS_MAX = 5;
const KEY_CHARS_MAX = 160;

export interface CachesInLog {
  readonly counts: CacheCounts;
  readonly missedKeys: readonly string[];
}

type Outcome = "hit" | "partial" | "miss";

/** What actions/cache, the setup actions and others write; the first group is the key, where they name it. */
const OUTCOMES: readonly (readonly [Outcome, RegExp])[] = [
  ["hit", /^Cache hit for: (.+)$/],
  ["partial", /^Cache hit for restore-key: (.+)$/],
  ["hit", /^Cache found and can be restored from key: (.+)$/],
  ["hit", /^Restored from cache key "(.+)" full match: true\.?$/],
  ["partial", /^Restored from cache key "(.+)" full match: false\.?$/],
  ["miss", /^Cache not found for input keys: ([^,]+)/],
  ["miss", /^No GitHub Actions cache found for key: (.+)$/],
  ["miss", /^##\[error\]Failed to restore cache entry\. Exiting as fail-on-cache-miss is set\. Input key: (.+)$/],
  ["miss", /^([\w-]{1,30} cache) is not found$/i],
  ["miss", /^(Cache) is not found$/],
  ["miss", /^(Gradle User Home cache) not found\./],
  ["miss", /^(No cache found)\.?$/],
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
  const found: { outcome: Outcome; key: string; isRestored: boolean }[] = [];
  let failures = 0;
  let cachedLayers = 0;
  for (const { text, group, isSetUp } of logLines(log)) {
    if (isSetUp || group?.startsWith("Run ") === true) continue;
    if (LAYER.test(text)) cachedLayers++;
    else if (FAILED.test(text)) failures++;
    else if (/cache/i.test(text)) {
      const restored = RESTORED.exec(text)?.[1];
      const restoredBefore = RESTORED_BEFORE.exec(text)?.[1];
      if (restored !== undefined) {
        const told = found.find((lookup) => lookup.key === restored && !lookup.isRestored);
        if (told === undefined) found.push({ outcome: "hit", key: restored, isRestored: true });
        else told.isRestored = true;
      } else if (restoredBefore !== undefined) {
        if (found.every(({ key }) => key !== restoredBefore)) {
          found.push({ outcome: "hit", key: restoredBefore, isRestored: true });
        }
      } else {
        const lookup = outcomeOf(text);
        if (lookup !== null) found.push({ ...lookup, isRestored: false });
      }
    }
  }
  const count = (outcome: Outcome): number => found.filter((lookup) => lookup.outcome === outcome).length;
  const counts = { hits: count("hit"), partialHits: count("partial"), misses: count("miss"), failures, cachedLayers };
  const missed = found.filter(({ outcome }) => outcome === "miss").map(({ key }) => key.slice(0, KEY_CHARS_MAX));
  return { counts, missedKeys: missed.slice(0, KEYS_MAX) };
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
