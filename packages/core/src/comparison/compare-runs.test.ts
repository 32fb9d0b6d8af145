import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRuns, type CompareInput, type ComparedRuns, type TimedValue } from "./compare-runs.ts";
import { streamOfNormals } from "./made-values.contract.ts";

const HOUR_MS = 3_600_000;
const LEVEL_MS = 300_000;

/** Runs an hour apart with that scatter in ln. */
const runs = (seed: number, count: number, { level = LEVEL_MS, scatter = 0.05, from = 0 } = {}): TimedValue[] =>
  streamOfNormals(seed, count).map((each, at) => ({
    atMs: (from + at) * HOUR_MS,
    value: level * Math.exp(scatter * each),
  }));

const at = (ratio: number, hour = 1000): TimedValue => ({ atMs: hour * HOUR_MS, value: LEVEL_MS * ratio });

const compared = (change: Partial<CompareInput>): ComparedRuns => {
  const result = compareRuns({ own: [at(1)], usual: runs(1, 80), peers: [], isSameEvent: true, ...change });
  assert.notEqual(result.kind, "too-little-history");
  return result as ComparedRuns;
};

test("with fewer than fifteen runs of the default branch nothing is said", () => {
  const result = compareRuns({ own: [at(3)], usual: runs(1, 14), peers: [], isSameEvent: true });
  assert.deepEqual(result, { kind: "too-little-history", usualRunCount: 14, usualRunCountMin: 15 });
});

test("a run like the others is within noise, one far off is slower or faster, and the bound lies between", () => {
  assert.equal(compared({}).kind, "within-noise");
  const slower = compared({ own: [at(1.6)] });
  assert.equal(slower.kind, "slower");
  assert.ok(slower.chance < 0.006 && Math.abs(slower.ratio - 1.6) < 0.1);
  assert.equal(compared({ own: [at(0.5)] }).kind, "faster");
  const bound = slower.ratioSeen * (slower.usual / LEVEL_MS);
  assert.equal(compared({ own: [at(bound * 1.01)] }).kind, "slower");
  assert.equal(compared({ own: [at(bound * 0.99)] }).kind, "within-noise");
});

test("three runs show a smaller slow-down than one", () => {
  const [one, three] = [compared({}), compared({ own: [at(1), at(1, 1001), at(1, 1002)] })];
  assert.ok(three.ratioSeen < one.ratioSeen);
  const ratio = (Math.sqrt(three.ratioSeen * one.ratioSeen) * one.usual) / LEVEL_MS;
  assert.equal(compared({ own: [at(ratio)] }).kind, "within-noise");
  assert.equal(compared({ own: [at(ratio), at(ratio, 1001), at(ratio, 1002)] }).kind, "slower");
});

test("one slow run of three is no slow-down", () => {
  assert.equal(compared({ own: [at(1), at(3, 1001), at(1, 1002)] }).kind, "within-noise");
});

test("a default branch that has become slower is what a run is held against", () => {
  const usual = [...runs(1, 80), ...runs(2, 25, { level: 1.5 * LEVEL_MS, from: 80 })];
  assert.equal(compared({ usual, own: [at(1.5)] }).kind, "within-noise");
});

test("what other branches take more than the default branch is not held against one of them", () => {
  const peers = Array.from({ length: 12 }, (_, branch) =>
    runs(100 + branch, 2, { level: 1.4 * LEVEL_MS, from: 20 + 5 * branch }),
  );
  const [without, among] = [compared({ own: [at(1.4)] }), compared({ own: [at(1.4)], peers })];
  assert.deepEqual([without.kind, among.kind], ["slower", "within-noise"]);
  assert.equal(among.peerRunCount, 24);
  assert.equal(compared({ own: [at(2.2)], peers }).kind, "slower");
});

test("another event alone is given a margin where no other branch tells what it makes of a run", () => {
  const slower = compared({ own: [at(1.26)] });
  assert.equal(slower.kind, "slower");
  assert.equal(compared({ own: [at(1.26)], isSameEvent: false }).kind, "within-noise");
});

test("seconds are never told, however sure", () => {
  const usual = runs(1, 80, { level: 4000, scatter: 0.01 });
  assert.equal(compared({ usual, own: [{ atMs: 1000 * HOUR_MS, value: 8000 }] }).kind, "within-noise");
});

test("of unchanged runs no more than one in a hundred are called slower, with tails as heavy as those of real histories", () => {
  let slower = 0;
  const tries = 1500;
  for (let seed = 1; seed <= tries; seed++) {
    // one run in twelve is on a slow machine or without a cache
    const made = runs(seed, 61, { scatter: 0.06 }).map((run, place) =>
      (seed * 31 + place * 17) % 12 === 0 ? { ...run, value: run.value * 1.35 } : run,
    );
    const result = compareRuns({ own: made.slice(60), usual: made.slice(0, 60), peers: [], isSameEvent: true });
    if (result.kind === "slower") slower++;
  }
  assert.ok(slower / tries <= 0.01, `${slower} of ${tries}`);
});
