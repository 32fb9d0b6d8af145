import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped } from "./grouped-number.ts";

test("whole numbers are grouped as the language's own function groups them", () => {
  for (const value of [
    0,
    7,
    999,
    1000,
    34_210,
    100_000,
    1_234_567,
    -1,
    -999,
    -1000,
    -123_456,
    Number.MAX_SAFE_INTEGER,
  ]) {
    assert.equal(grouped(value), value.toLocaleString("en-US"));
  }
});
