import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FEATURE_UNITS, type FeatureSpec, type FeatureUnit } from "../isolation-forest/index.ts";
import { describeComparison, featureLabel, metricsReason } from "./reason.ts";

const feature = (name: string, unit: FeatureUnit, usualLow: number, usualHigh: number): FeatureSpec => {
  const usual = (usualLow + usualHigh) / 2;
  return { name, unit, neutral: usual, usualLow, usual, usualHigh };
};
const features = [
  feature("duration", "seconds", 240, 360),
  feature("failure_rate", "share", 0, 0.1),
  feature("peak_memory_mb", "megabytes", 900, 1100),
  feature("coverage", "percent", 80, 90),
  feature("lines", "count", 1000, 2000),
];
const contributions = (...parts: number[]) =>
  parts
    .map((contribution, index) => ({ feature: features[index]!.name, contribution }))
    .sort((one, other) => other.contribution - one.contribution);

test("a comparison reads as the value and what is usual", () => {
  assert.equal(
    describeComparison({ feature: "duration", value: 900, usualLow: 240, usualHigh: 360 }, "seconds"),
    "duration 15 min, usual 4 to 6 min",
  );
});

function duration(value: number): string {
  return describeComparison({ feature: "duration", value, usualLow: 640, usualHigh: 912 }, "seconds");
}

test("a value beyond its range never reads like the end of the range", () => {
  assert.equal(duration(924), "duration 15.4 min, usual 10.7 to 15.2 min");
  assert.equal(duration(636), "duration 10.6 min, usual 10.7 to 15.2 min");
  assert.equal(duration(700), "duration 12 min, usual 11 to 15 min");
  assert.equal(
    describeComparison({ feature: "duration", value: 7505, usualLow: 0, usualHigh: 7500 }, "seconds"),
    "duration 2 h 05 min 05 s, usual 0 min to 2 h 05 min",
  );
});

const comparing = (value: number, usualLow: number, usualHigh: number, unit: FeatureUnit): string =>
  describeComparison({ feature: "x", value, usualLow, usualHigh }, unit);

test("a near value is told in the unit of its range", () => {
  assert.equal(comparing(91, 60, 89.6, "seconds"), "x 91 s, usual 60 to 90 s");
  assert.equal(comparing(60.4, 62, 182, "seconds"), "x 1.01 min, usual 1.03 to 3.03 min");
  assert.equal(comparing(5500, 4800, 5395, "seconds"), "x 92 min, usual 80 to 90 min");
  assert.equal(comparing(999.6, 1000, 1400, "megabytes"), "x 0.9996 GB, usual 1 to 1.4 GB");
  assert.equal(comparing(50, 55, 300, "seconds"), "x 50 s, usual 55 s to 5 min");
  assert.equal(comparing(900, 40, 60, "seconds"), "x 15 min, usual 40 to 60 s");
});

test("a value that even more digits don't tell from the end of its range is just above or below it", () => {
  assert.equal(comparing(7200.4, 3600, 7200, "seconds"), "x 2 h, just above the usual 1 h to 2 h");
  assert.equal(comparing(0.9999999, 1, 1, "none"), "x 1, just below the usual 1");
  assert.equal(comparing(Number.NaN, 1, 2, "none"), "x unknown, usual 1 to 2");
});

test("a value beyond its range reads differently from both of its ends, in any unit", () => {
  const end = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(end, end, end, fc.constantFrom(...FEATURE_UNITS), (value, one, other, unit) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      fc.pre(value < low || value > high);
      const [shown, range] = comparing(value, low, high, unit).slice(2).split(", usual ");
      if (range === undefined) return;
      const ends = range.includes(" to ") ? range.split(" to ") : [range];
      const suffix = / [A-Za-z%]+$/.exec(ends.at(-1)!)?.[0] ?? "";
      assert.ok(!ends.some((text) => text === shown || text + suffix === shown), `${shown} beside ${range}`);
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test("a reason names the features that account for it, the largest part first", () => {
  const row = [900, 0.45, 1000, 85, 1500];
  assert.equal(
    metricsReason({ features }, row, contributions(3, 2, 0.1, 0, -0.2)),
    "duration 15 min, usual 4 to 6 min; failure rate 45 %, usual 0 to 10 %",
  );
  assert.equal(
    metricsReason({ features }, row, contributions(2, 3, 0, 0, 0)),
    "failure rate 45 %, usual 0 to 10 %; duration 15 min, usual 4 to 6 min",
  );
});

test("a reason names three features at most, and none that hardly counts or is usual or unknown", () => {
  const odd = [900, 0.45, 5120, 10, 90_000];
  assert.equal(metricsReason({ features }, odd, contributions(5, 4, 3, 2, 1)).split("; ").length, 3);
  assert.equal(metricsReason({ features }, odd, contributions(5, 0.1, 0, -1, 0)), "duration 15 min, usual 4 to 6 min");
  assert.equal(
    metricsReason({ features }, [Number.NaN, 0.45, 1000, 85, 1500], contributions(5, 4, 3, 0, 0)),
    "failure rate 45 %, usual 0 to 10 %",
  );
});

test("where every value is usual the reason says that it is the combination", () => {
  assert.equal(
    metricsReason({ features }, [250, 0.09, 1000, 85, 1500], contributions(2, 1, 0, 0, 0)),
    "only the combination is unusual: duration 4.2 min, usual 4 to 6 min; failure rate 9 %, usual 0 to 10 %",
  );
  assert.equal(
    metricsReason({ features }, [300, 0, 1000, 85, 1500], contributions(0, 0, 0, 0, 0)),
    "no single value is unusual, only their combination",
  );
});

test("a name out of a file's header brings no control characters into a sentence", () => {
  assert.equal(featureLabel("peak_memory\u001b[31m\u202e mb\n"), "peak memory [31m mb");
});
