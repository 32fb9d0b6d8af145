import assert from "node:assert/strict";
import { test } from "node:test";
import { requestPace, timeLeftMs } from "./collect-pace.ts";

test("the pace is that of the last stretch without a wait", () => {
  const pace = requestPace();
  assert.equal(pace.observe(0, 0), null);
  assert.equal(pace.observe(10_000, 50), null);
  assert.equal(pace.observe(20_000, 100), 100 / 20_000);
  assert.equal(pace.observe(3_600_000, 101), 100 / 20_000, "an hour of waiting says nothing of the pace");
  assert.equal(pace.observe(3_620_000, 301), 200 / 20_000);
});

test("the time left counts the waits for what GitHub grants in an hour", () => {
  const budget = {
    sent: 0,
    unchanged: 0,
    sentAgain: 0,
    limit: 1000,
    remaining: 600,
    renewedAtMs: 900_000,
    clockAheadMs: 100_000,
  };
  assert.equal(timeLeftMs(500, null, budget, 0), null);
  assert.equal(timeLeftMs(0, 0.01, budget, 0), null);
  assert.equal(timeLeftMs(500, 0.01, budget, 0), 50_000);
  assert.equal(timeLeftMs(700, 0.01, budget, 0), 800_000 + 10_000);
  assert.equal(timeLeftMs(1600, 0.01, budget, 0), 800_000 + 100_000);
  assert.equal(timeLeftMs(1601, 0.01, budget, 0), 800_000 + 3_600_000 + 100);
  assert.equal(timeLeftMs(5000, 0.01, { ...budget, limit: null, remaining: null }, 0), 500_000);
});
