import assert from "node:assert/strict";
import { test } from "node:test";
import { extraMinutesAWeek, rankDigest, sureness } from "./index.ts";

test("the digest is ranked by minutes a week times sureness; what has no minutes comes last", () => {
  const entries = [
    { id: "unknown", extraMinutesAWeek: null, sureness: 0.9 },
    { id: "doubtful", extraMinutesAWeek: 100, sureness: 0.2 },
    { id: "sure", extraMinutesAWeek: 50, sureness: 0.9 },
    { id: "saved", extraMinutesAWeek: -400, sureness: 0.5 },
  ];
  assert.deepEqual(
    rankDigest(entries).map(({ id }) => id),
    ["saved", "sure", "doubtful", "unknown"],
  );
});

test("sureness grows with the score, and a series whose alerts faded is believed less", () => {
  const of = (score: number, record?: { realCount: number; judgedCount: number }) =>
    sureness({ score }, "level", record);
  assert.ok(of(1) < of(5));
  assert.ok(of(5, { realCount: 0, judgedCount: 8 }) < 0.8 * of(5));
  assert.ok(of(1, { realCount: 8, judgedCount: 8 }) > of(1));
  assert.ok(of(0) >= 0 && of(1e9) <= 1);
});

test("a change costs what its runs take longer, or lose by failing", () => {
  const runs = { runsAWeek: 30, usualRunMs: 600_000 };
  assert.equal(extraMinutesAWeek("level", { usual: 600_000, level: 900_000 }, runs), 150);
  assert.equal(extraMinutesAWeek("level", { usual: 600_000, level: 300_000 }, runs), -150);
  assert.ok(Math.abs(extraMinutesAWeek("failure", { usual: 0.1, level: 0.3 }, runs) - 60) < 1e-9);
});
