import { strictEqual, deepStrictEqual } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Series, seriesId, seriesOf } from "./index.ts";

const series: fc.Arbitrary<Series> = fc.record({
  repositoryId: fc.integer(),
  workflowId: fc.nat(),
  branches: fc.constantFrom("default", "topic"),
  event: fc.string(),
  scope: fc.constantFrom("run", "job", "step"),
  measure: fc.constantFrom("duration", "failure"),
  job: fc.string(),
  part: fc.string(),
});

test("a series is found again from its id, whatever its names hold", () => {
  fc.assert(fc.property(series, (one) => deepStrictEqual(seriesOf(seriesId(one)), one)));
});

test("two series share an id only when they are the same", () => {
  fc.assert(
    fc.property(series, series, (one, other) => {
      strictEqual(seriesId(one) === seriesId(other), JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
