import assert from "node:assert/strict";
import { test } from "node:test";
import { describeComparison } from "./reason.ts";

test("a comparison reads as the value and what is usual", () => {
  assert.equal(
    describeComparison({ feature: "duration", value: 900, usualLow: 240, usualHigh: 360 }, "seconds"),
    "duration 15 min, usual 4 to 6 min",
  );
  assert.equal(
    describeComparison({ feature: "failure_rate", value: 0.45, usualLow: 0, usualHigh: 0.1 }, "share"),
    "failure rate 45 %, usual 0 to 10 %",
  );
});

test("a value beyond its range never reads like the end of the range", () => {
  assert.equal(
    describeComparison({ feature: "duration", value: 924, usualLow: 240, usualHigh: 912 }, "seconds"),
    "duration 15.4 min, usual 4 to 15.2 min",
  );
});
