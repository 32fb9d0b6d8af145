import assert from "node:assert/strict";
import { test } from "node:test";
import { isoInstant, readRunsQuery, writeCursor } from "./odd-runs.ts";

test("a cursor reads back as written, and anything else in the query is refused or passed over", () => {
  const before = { finishedAtMs: 1_700_000_000_001, repositoryId: -3, runId: 9_000_000_000_000_001, runAttempt: 2 };
  assert.deepEqual(readRunsQuery({ before: writeCursor(before), limit: "200", other: "x" }), { limit: 200, before });
  assert.deepEqual(readRunsQuery({}), { limit: 50, before: null });
  for (const limit of ["-1", "0", "201", "1e9", "1000000000", "name;drop", "", " 5", "5.0", ["5", "6"]]) {
    assert.ok("mistake" in readRunsQuery({ limit }), String(limit));
  }
  for (const before of [
    "x",
    "",
    "1.x",
    "1",
    "1.1.1",
    "1.1.1.1.1",
    "1.1.1.-1",
    `${"9".repeat(30)}.1.1.1`,
    "1.1.9999999999999999.1",
    "' or 1=1 --",
    ["1.1.1.1", "2.1.1.1"],
    "a".repeat(5000),
  ]) {
    assert.ok("mistake" in readRunsQuery({ before }), String(before));
  }
});

test("an instant that no calendar has is unknown", () => {
  assert.equal(isoInstant(0), "1970-01-01T00:00:00.000Z");
  for (const ms of [null, Number.NaN, 1e300, Number.NEGATIVE_INFINITY]) assert.equal(isoInstant(ms), null);
});
