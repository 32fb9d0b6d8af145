import assert from "node:assert/strict";
import { test } from "node:test";
import { type IncidentIdentity, isSameIncident } from "./incident-identity.ts";

const HOUR_MS = 3_600_000;
const ONE: IncidentIdentity = { repositoryId: 7, family: "more time", seriesIds: ["a", "b"], anchorMs: 0, slackMs: 0 };

test("an incident is the same with a series in common and an onset within two days, or within what either may be off by", () => {
  const at = (hours: number, slackHours = 0): IncidentIdentity => ({
    ...ONE,
    seriesIds: ["b", "c"],
    anchorMs: hours * HOUR_MS,
    slackMs: slackHours * HOUR_MS,
  });
  assert.ok(isSameIncident(ONE, at(48)) && isSameIncident(at(-48), ONE));
  assert.ok(!isSameIncident(ONE, at(49)));
  assert.ok(isSameIncident(ONE, at(60, 72)) && isSameIncident(at(60, 72), ONE));
});

test("another family, another repository, or no series in common is another incident", () => {
  for (const other of [{ family: "more failures" }, { repositoryId: 8 }, { seriesIds: ["c"] }])
    assert.ok(!isSameIncident(ONE, { ...ONE, ...other }), JSON.stringify(other));
});
