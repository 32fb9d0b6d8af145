import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { actionsInLog } from "./actions-in-log.ts";
import { cachesCompared, cachesInLog } from "./caches-in-log.ts";
import { hostedLog } from "./logs.contract.ts";
import { runnerInLog } from "./runner-in-log.ts";

const NONE = { hits: 0, partialHits: 0, misses: 0, failures: 0, cachedLayers: 0 };
const counted = (...steps: readonly string[]) => cachesInLog(hostedLog({ steps })).counts;

test("a look-up counts once, however many lines it writes", () => {
  const hit = ["Cache hit for: npm-1", "Received 10 of 10 (100.0%)", "Cache restored successfully"];
  const restored = "Cache restored from key: npm-1";
  const post = "Cache hit occurred on the primary key npm-1, not saving cache.";
  assert.deepEqual(counted(...hit, restored, post), { ...NONE, hits: 1 });
  assert.deepEqual(counted(restored, post), { ...NONE, hits: 1 });
  assert.deepEqual(counted(post), { ...NONE, hits: 1 });
  assert.deepEqual(counted(...hit, restored, ...hit, restored), { ...NONE, hits: 2 });
});

test("an older key is a partial hit", () => {
  assert.deepEqual(counted("Cache hit for restore-key: gradle-1", "Cache restored from key: gradle-1"), {
    ...NONE,
    partialHits: 1,
  });
  assert.deepEqual(
    counted(
      'Restored from cache key "rust-1" full match: false.',
      'Restored from cache key "rust-2" full match: true.',
    ),
    { ...NONE, hits: 1, partialHits: 1 },
  );
});

test("each action's words for a miss are known, with the first key", () => {
  const steps = [
    "Cache not found for input keys: node-1, node-",
    "pip cache is not found",
    "Cache is not found",
    "Gradle User Home cache not found. Will initialize empty.",
    "No cache found.",
    "No GitHub Actions cache found for key: uv-1",
    "##[error]Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: strict-1",
  ];
  const { counts, missedKeys } = cachesInLog(hostedLog({ steps }));
  assert.deepEqual(counts, { ...NONE, misses: 7 });
  assert.deepEqual(missedKeys, ["node-1", "pip cache", "Cache", "Gradle User Home cache", "No cache found"]);
});

test("a cache service that fails is counted apart", () => {
  const steps = ["##[warning]Failed to restore: Cache service responded with 503", "Cache not found for input keys: a"];
  assert.deepEqual(counted(...steps), { ...NONE, failures: 1, misses: 1 });
});

test("layers of container builds are counted", () => {
  assert.deepEqual(counted("#8 [2/5] RUN make", "#8 CACHED", "#9 CACHED", " ---> Using cache"), {
    ...NONE,
    cachedLayers: 3,
  });
});

test("the listing of a step's commands is no look-up, and neither is talk of caches", () => {
  assert.deepEqual(
    counted(
      "##[group]Run grep -q 'Cache restored from key' log",
      "Cache not found for input keys: listed",
      "##[endgroup]",
      "ok: Cache not found for input keys: quoted",
      "ccache hit rate 10 %",
    ),
    NONE,
  );
});

test("hostile lines cost little and are cut", () => {
  const key = "k".repeat(100_000);
  const { missedKeys } = cachesInLog(hostedLog({ steps: [`Cache not found for input keys: ${key}`] }));
  assert.ok(missedKeys[0]!.length <= 160);
  const many = Array.from({ length: 1000 }, (_, at) => `Cache hit for: ${at}`);
  assert.equal(counted(...many).hits, 1000);
});

test("a comparison is made where one of the jobs uses caches", () => {
  const none = cachesInLog(hostedLog());
  const missed = cachesInLog(hostedLog({ steps: ["Cache not found for input keys: a"] }));
  assert.equal(cachesCompared(none, none, false), null);
  assert.equal(cachesCompared(null, none, false), null);
  assert.deepEqual(cachesCompared(none, missed, true), {
    now: { ...NONE, misses: 1 },
    before: NONE,
    missedKeys: ["a"],
    isCut: true,
  });
});

test("no log makes a reader stumble, and none counts more than there are lines", () => {
  const pieces = fc.constantFrom(
    "##[group]",
    "Run ",
    "##[endgroup]",
    "\n",
    "\r",
    "Cache hit for: ",
    "cache",
    "'",
    ": ",
    "#1 CACHED",
  );
  const logs = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }).map((parts) => parts.join(""));
  const isSound = (log: string): boolean => {
    runnerInLog(log);
    actionsInLog(log);
    const { counts } = cachesInLog(log);
    return Object.values(counts).reduce((sum, count) => sum + count, 0) <= log.split("\n").length;
  };
  fc.assert(fc.property(logs, isSound), { seed: 7, numRuns: 1000 });
});
