import { strictEqual, deepStrictEqual } from "node:assert/strict";
import { test } from "node:test";
import { assert, constantFrom, integer, nat, property, record, string, type Arbitrary } from "fast-check";
import { type Series, seriesId, seriesOf } from "./index.ts";

const series: Arbitrary<Series> = record({
  repositoryId: integer(),
  workflowId: nat(),
  branches: constantFrom("default", "topic"),
  event: string(),
  scope: constantFrom("run", "job", "step"),
  measure: constantFrom("duration", "failure"),
  job: string(),
  part: string(),
});

test("a series is found again from its id, whatever its names hold", () => {
  assert(property(series, (one) => deepStrictEqual(seriesOf(seriesId(one)), one)));
});

test("two series share an id only when they are the same", () => {
  assert(
    property(series, series, (one, other) => {
      strictEqual(seriesId(one) === seriesId(other), JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
