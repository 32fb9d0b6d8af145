import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { forecastPushes } from "./index.ts";

const quiet = { weeksAhead: 10, mostAWeek: 1 };

test("nothing in twenty weeks leaves room for a few pushes in the next ten", () => {
  const forecast = forecastPushes(Array<number>(20).fill(0), quiet);
  assert.equal(forecast.meanAWeek, 0);
  assert.equal(forecast.lowAWeek, 0);
  assert.ok(forecast.highAWeek > 0 && forecast.highAWeek <= 0.3);
});

test("a range is never above what the budget lets through, and narrower the longer the time ahead", () => {
  const full = Array<number>(30).fill(1);
  assert.ok(forecastPushes(full, quiet).highAWeek <= 1);
  const mixed = [0, 1, 0, 0, 2, 1, 0, 0, 1, 0, 1, 0];
  const width = (weeksAhead: number) => {
    const { lowAWeek, highAWeek } = forecastPushes(mixed, { weeksAhead, mostAWeek: 9 });
    return highAWeek - lowAWeek;
  };
  assert.ok(width(12) < width(4) && width(4) < width(1));
});

test("spells of pushes widen the range", () => {
  const even = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  const spells = [0, 0, 0, 0, 6, 6, 0, 0, 0, 0, 0, 0];
  const options = { weeksAhead: 6, mostAWeek: 9 };
  assert.ok(forecastPushes(spells, options).highAWeek > forecastPushes(even, options).highAWeek);
});

test("the range holds what comes next about nine times of ten", () => {
  const random = seededRandom(5);
  const week = (rate: number): number => {
    let count = -1;
    for (let left = Math.exp(-rate), product = 1; product > left; product *= random.next()) count++;
    return count;
  };
  let held = 0;
  for (let trial = 0; trial < 600; trial++) {
    const rate = 0.1 + 0.9 * random.next();
    const past = Array.from({ length: 24 }, () => week(rate));
    const next = Array.from({ length: 12 }, () => week(rate)).reduce((sum, count) => sum + count, 0) / 12;
    const { lowAWeek, highAWeek } = forecastPushes(past, { weeksAhead: 12, mostAWeek: 50 });
    if (next >= lowAWeek - 1e-9 && next <= highAWeek + 1e-9) held++;
  }
  assert.ok(held / 600 > 0.88, `${held} of 600`);
});

test("many pushes a week are no trouble, and no past is none", () => {
  const { lowAWeek, highAWeek } = forecastPushes(Array<number>(52).fill(400), { weeksAhead: 26, mostAWeek: 1000 });
  assert.ok(lowAWeek > 390 && highAWeek < 410);
  assert.throws(() => forecastPushes([], quiet), RangeError);
});
