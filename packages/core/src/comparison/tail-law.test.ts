import assert from "node:assert/strict";
import { test } from "node:test";
import { streamOfNormals } from "./made-values.contract.ts";
import { studentBelow, tailLaw } from "./tail-law.ts";

test("Student's law is that of the tables", () => {
  // 99.5 % points: 5.841 with three degrees of freedom, 4.032 with five; 95 %: 2.353 and 2.015
  for (const [degrees, value, share] of [
    [3, 5.841, 0.995],
    [3, 2.353, 0.95],
    [5, 4.032, 0.995],
    [5, 2.015, 0.95],
    [5, 0, 0.5],
  ] as const) {
    assert.ok(Math.abs(studentBelow(value, degrees) - share) < 2e-4);
  }
});

test("the chance falls with the distance, and the distance of a chance has that chance", () => {
  const law = tailLaw(streamOfNormals(3, 80).map((each) => each * 0.1));
  let before = 1;
  for (let deviation = -0.5; deviation < 3; deviation += 0.01) {
    const chance = law.chanceAbove(deviation);
    assert.ok(chance <= before + 1e-12 && chance > 0, `${deviation}`);
    before = chance;
  }
  for (const chance of [0.01, 0.005, 0.0005]) {
    const deviation = law.deviationAt(chance);
    assert.ok(Math.abs(law.chanceAbove(deviation) / chance - 1) < 1e-6);
  }
});

test("a few runs far out widen the tail, one alone does not", () => {
  const quiet = streamOfNormals(5, 80).map((each) => each * 0.03);
  const usual = tailLaw(quiet).deviationAt(0.005);
  const withOne = tailLaw([...quiet.slice(1), 1]).deviationAt(0.005);
  const withFour = tailLaw([...quiet.slice(4), 0.6, 0.7, 0.8, 0.9]).deviationAt(0.005);
  assert.ok(withOne < 1.6 * usual, `${withOne} of ${usual}`);
  assert.ok(withFour > 0.7, `${withFour}`);
});

test("fewer values than the rank of the tail are refused", () => {
  assert.throws(() => tailLaw([0.1, 0.2]), RangeError);
});
