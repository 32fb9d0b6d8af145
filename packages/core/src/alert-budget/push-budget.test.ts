import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePushRate } from "./index.ts";

test("a budget is pushes a day, week or month", () => {
  assert.equal(parsePushRate("1/week"), 1);
  assert.equal(parsePushRate(" 0.5/week "), 0.5);
  assert.equal(parsePushRate("1/day")?.toFixed(6), "7.000000");
  assert.equal(parsePushRate("2/month")?.toFixed(3), "0.460");
});

test("what is no rate above 0 is no budget", () => {
  for (const text of ["", "1", "week", "1/year", "0/week", "-1/week", "1e3/week", "2000/week", "1,5/week", "1/Week"])
    assert.equal(parsePushRate(text), null, text);
});
