import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isDeeperThan, nestsDeeperThan } from "./nesting.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("both ways of telling depth agree on any JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 1, max: 6 }), (value, depthMax) => {
      const text = JSON.stringify(value);
      assert.equal(nestsDeeperThan(bytes(text), depthMax), isDeeperThan(JSON.parse(text), depthMax), text);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("brackets inside text do not nest", () => {
  assert.equal(nestsDeeperThan(bytes(String.raw`["[[[[\"[[[[\\"]`), 1), false);
});

test("a bomb of brackets neither overflows nor is walked to its end", () => {
  assert.equal(nestsDeeperThan(bytes("[".repeat(1_000_000)), 16), true);
  let deep: unknown = 0;
  for (let level = 0; level < 200_000; level++) deep = [deep];
  assert.equal(isDeeperThan(deep, 16), true);
});

test("text without an end is read to its end and no further", () => {
  for (const text of ['"abc', '"abc\\', "", "]]]", "{"]) assert.equal(nestsDeeperThan(bytes(text), 16), false);
});
