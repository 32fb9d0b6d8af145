import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Series, seriesId, seriesOf } from "./index.ts";

const series: fc.Arbitrary<Series> = fc.record(
  {
    repositoryId: fc.integer(),
    workflowId: fc.nat(),
    branches: fc.constantFrom("default", "topic"),
    event: fc.string(),
    scope: fc.constantFrom("run", "job", "step"),
    measure: fc.constantFrom("duration", "failure"),
    job: fc.string(),
    part: fc.string(),
  },
  { noNullPrototype: true },
);

test("a series is found again from its id, whatever its names hold: two series never share one", () => {
  fc.assert(fc.property(series, (one) => assert.deepEqual(seriesOf(seriesId(one)), one)));
});
