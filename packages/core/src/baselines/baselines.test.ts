import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ownHistory } from "./own-history.ts";
import { rollingWindow } from "./rolling-window.ts";
import { usualLevel } from "./usual-level.ts";

const OPTIONS = { windowRuns: 100, neighbourRank: 3, runCountMin: 10, halfWidthMin: 0.05 };

test("a rolling window answers as the plain definitions do over its last values", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: -25, max: 25 }),
      fc.integer({ min: 1, max: 5 }),
      (values, capacity, value, rank) => {
        const window = rollingWindow(capacity);
        for (const one of values) window.push(one);
        const last = values.slice(-capacity).sort((a, b) => a - b);
        assert.equal(window.size, last.length);
        assert.equal(window.quantile(0), last[0]);
        assert.equal(window.quantile(1), last.at(-1));
        const distances = last.map((one) => Math.abs(one - value)).sort((a, b) => a - b);
        assert.equal(window.nearestDistance(value, rank), distances[rank - 1] ?? Number.POSITIVE_INFINITY);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test("too short a past gives no answer", () => {
  const history = ownHistory(OPTIONS);
  for (let run = 0; run < 9; run++) history.learn(5, false);
  assert.equal(history.read(9), null);
  history.learn(5, false);
  assert.equal(history.read(9)?.distance, 9 - 5.05);
});

test("one spike does not make the next spike usual, a third one does", () => {
  const history = ownHistory(OPTIONS);
  for (let run = 0; run < 60; run++) history.learn(5 + (run % 5) * 0.01, false);
  for (let spike = 0; spike < 3; spike++) {
    assert.ok(history.read(6.1)!.distance > 1);
    history.learn(6.1, true);
  }
  assert.equal(history.read(6.1)!.distance, 0);
  assert.ok(history.read(6.1)!.range.high < 5.2, "odd runs never widen what is usual");
});

test("a level that moves is provisional after eight runs and in force after forty more", () => {
  const level = usualLevel({ windowRuns: 100, halfWidthMin: 0.05 });
  for (let run = 0; run < 60; run++) level.learn(5, false);
  for (let run = 0; run < 7; run++) level.learn(6, run < 3);
  assert.equal(level.range()?.usual, 5);
  level.learn(6, false);
  assert.equal(level.range()?.usual, 6);
  for (let run = 0; run < 40; run++) level.learn(6, false);
  level.learn(5, false);
  assert.equal(level.range()?.usual, 6);
});

test("the old level that comes back within the forty runs is in force again", () => {
  const level = usualLevel({ windowRuns: 100, halfWidthMin: 0.05 });
  for (let run = 0; run < 60; run++) level.learn(5, false);
  for (let run = 0; run < 15; run++) level.learn(6, run < 3);
  assert.equal(level.range()?.usual, 6);
  for (let run = 0; run < 8; run++) level.learn(5, false);
  assert.deepEqual(level.range(), { low: 4.95, usual: 5, high: 5.05 });
});

test("a second mode joins the level without replacing it", () => {
  const level = usualLevel({ windowRuns: 100, halfWidthMin: 0.05 });
  for (let run = 0; run < 60; run++) level.learn(5, false);
  for (let run = 0; run < 80; run++) level.learn(run % 4 === 0 ? 4 : 5, false);
  assert.deepEqual(level.range(), { low: 4, usual: 5, high: 5.05 });
});
