import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedPathLength, roundedPathLength, scoreOfPathLengths } from "./path-length.ts";
import { naturalLog, negativePowerOfTwo } from "./plain-arithmetic.ts";

const EULER_GAMMA = 0.5772156649015329;

function assertClose(actual: number, expected: number, relative: number): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);
}

test("expected path lengths have the known values", () => {
  assert.equal(expectedPathLength(0), 0);
  assert.equal(expectedPathLength(1), 0);
  assert.equal(expectedPathLength(2), 1);
  assertClose(expectedPathLength(5), 2 * (Math.log(4) + EULER_GAMMA) - 8 / 5, 1e-15);
  assertClose(expectedPathLength(999), 2 * (Math.log(998) + EULER_GAMMA) - (2 * 998) / 999, 1e-15);
});

test("expected path lengths grow with the samples", () => {
  for (let count = 2; count <= 65_536; count++) assert.ok(roundedPathLength(count) > roundedPathLength(count - 1));
});

test("rounding moves a path length by at most 2^-33, and sums of the results are exact", () => {
  for (const count of [3, 5, 100, 256, 999, 65_536]) {
    const rounded = roundedPathLength(count);
    assert.ok(Math.abs(rounded - expectedPathLength(count)) <= 2 ** -33);
    assert.ok(Number.isInteger(rounded * 2 ** 32));
    assert.ok((rounded + 16) * 10_000 * 2 ** 32 < Number.MAX_SAFE_INTEGER);
  }
});

test("a logarithm that is a few units off in its last place would round path lengths to the same numbers", () => {
  for (let count = 3; count <= 4096; count++) {
    const units = expectedPathLength(count) * 2 ** 32;
    const fromBoundary = Math.abs(units - Math.floor(units) - 0.5);
    assert.ok(fromBoundary > 4 * Number.EPSILON * units, `c(${count}) lies on a rounding boundary`);
  }
});

test("logarithm and power by plain arithmetic agree with Math to the last digits", () => {
  for (let count = 1; count <= 65_536; count++) assertClose(naturalLog(count), Math.log(count), 4.5e-16);
  for (let x = 0; x < 8; x += 1 / 4096) assertClose(negativePowerOfTwo(x), 2 ** -x, 4.5e-16);
  for (let x = 0; x <= 63; x++) assert.equal(negativePowerOfTwo(x), 2 ** -x);
});

test("a score is 2 to minus the mean path over the usual one, on a grid of 12 decimals", () => {
  assert.equal(scoreOfPathLengths(3 * roundedPathLength(256), 3, 256), 0.5);
  assert.equal(scoreOfPathLengths(0, 10, 256), 1);
  const score = scoreOfPathLengths(100 * 4.3, 100, 256);
  assertClose(score, 2 ** (-4.3 / expectedPathLength(256)), 1e-11);
  assert.equal(score, Number(score.toFixed(12)));
});

test("a forest of single samples knows nothing: every score is 0.5", () => {
  assert.equal(scoreOfPathLengths(0, 10, 1), 0.5);
});
