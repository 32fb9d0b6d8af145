import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeatureUnit } from "../isolation-forest/index.ts";
import { featureUnit } from "./feature-unit.ts";
import { formatRange, formatValue } from "./format-value.ts";

const values: readonly [value: number, unit: FeatureUnit, text: string][] = [
  [0, "seconds", "0 s"],
  [4.2, "seconds", "4.2 s"],
  [4.04, "seconds", "4 s"],
  [9.96, "seconds", "10 s"],
  [42, "seconds", "42 s"],
  [0.042, "seconds", "0.042 s"],
  [89.4, "seconds", "89 s"],
  [90, "seconds", "1.5 min"],
  [252, "seconds", "4.2 min"],
  [300, "seconds", "5 min"],
  [900, "seconds", "15 min"],
  [930, "seconds", "16 min"],
  [5399, "seconds", "90 min"],
  [7200, "seconds", "2 h"],
  [7500, "seconds", "2 h 05 min"],
  [7199, "seconds", "2 h"],
  [180_000, "seconds", "50 h"],
  [36_000_000, "seconds", "10,000 h"],
  [1e300, "seconds", "2.8e+296 h"],
  [0.45, "share", "45 %"],
  [0.055, "share", "5.5 %"],
  [0.001, "share", "0.1 %"],
  [1, "share", "100 %"],
  [81.4, "percent", "81 %"],
  [3, "count", "3"],
  [1234, "count", "1234"],
  [12_345_678, "count", "12,345,678"],
  [-12_345, "none", "-12,345"],
  [0.3333, "none", "0.33"],
  [1e21, "none", "1e+21"],
  [512, "bytes", "512 B"],
  [1_500_000, "bytes", "1.5 MB"],
  [250, "megabytes", "250 MB"],
  [5120, "megabytes", "5.1 GB"],
  [0.5, "megabytes", "0.5 MB"],
  [Math.log(3.2), "ln-ratio", "3.2 times"],
  [0, "ln-ratio", "1 times"],
  [Number.NaN, "seconds", "unknown"],
  [Number.POSITIVE_INFINITY, "count", "unknown"],
];

test("values read as a person would say them", () => {
  for (const [value, unit, text] of values) assert.equal(formatValue(value, unit), text);
});

const ranges: readonly [low: number, high: number, unit: FeatureUnit, text: string][] = [
  [240, 360, "seconds", "4 to 6 min"],
  [75, 300, "seconds", "1.3 to 5 min"],
  [45, 300, "seconds", "45 s to 5 min"],
  [4, 7500, "seconds", "4 s to 2 h 05 min"],
  [0, 300, "seconds", "0 to 5 min"],
  [20, 40, "seconds", "20 to 40 s"],
  [0, 0.1, "share", "0 to 10 %"],
  [5, 5, "seconds", "5 s"],
  [1800, 7500, "seconds", "30 min to 2 h 05 min"],
  [0, 0, "share", "0 %"],
  [Math.log(0.9), Math.log(1.1), "ln-ratio", "0.9 to 1.1 times"],
  [900, 5120, "megabytes", "0.9 to 5.1 GB"],
  [-3, 2, "none", "-3 to 2"],
];

test("both ends of a range share one unit, unless the low one is seconds", () => {
  for (const [low, high, unit, text] of ranges) assert.equal(formatRange(low, high, unit), text);
});

test("a feature's name tells its unit where it can", () => {
  const units = ["duration", "failure_rate", "peak_memory_mb", "size_bytes", "queue_seconds", "test_count", "coverage"];
  assert.deepEqual(units.map(featureUnit), ["seconds", "share", "megabytes", "bytes", "seconds", "count", "none"]);
});
