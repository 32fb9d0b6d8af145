import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesId } from "../change-points/index.ts";
import { acceptedIn, barsAfter, incidentAt, type IncidentEvent, type IncidentRecord } from "./index.ts";
import { aRecord, anEvent, aSeries, DAY_MS, START } from "./incidents.contract.ts";

const JOB = { seriesId: seriesId(aSeries({ scope: "job", job: "test" })), changeNumber: 1 };
const RUN = seriesId(aSeries());
const at = (days: number): number => START + days * DAY_MS;
const told = [anEvent("told", at(1)), anEvent("told", at(1), { change: JOB })];
const stands = (events: readonly IncidentEvent[], score = 1.2, number = 1) =>
  incidentAt(scored(aRecord(events, { number }), score), at(9));
const scored = (record: IncidentRecord, score: number): IncidentRecord => ({
  ...record,
  changes: record.changes.map((change) => ({ ...change, latest: { ...change.latest, score } })),
});
const rejected = (score: number, number: number) => stands([...told, anEvent("rejected", at(2))], score, number);

test("a rejection raises the bar of every series of the incident above what they reached, and kept within bounds", () => {
  assert.equal(barsAfter([rejected(1.2, 1)]).get(RUN)?.bar, 1.1 * 1.2);
  assert.equal(barsAfter([rejected(1.2, 1)]).get(JOB.seriesId)?.bar, 1.1 * 1.2);
  assert.equal(barsAfter([rejected(1, 1)]).get(RUN)?.bar, 1.25, "at least a quarter");
  assert.equal(barsAfter([rejected(30, 1)]).get(RUN)?.bar, 1.5, "at most by half");
  const many = Array.from({ length: 20 }, (_, index) => rejected(30, index + 1));
  assert.deepEqual(barsAfter(many).get(RUN), { bar: 4, sinceMs: at(2) });
  assert.deepEqual(barsAfter(many), barsAfter(many.toReversed()));
});

test("only what is rejected now raises a bar: reopened, withdrawn and accepted changes do not", () => {
  const reopened = stands([...told, anEvent("rejected", at(2)), anEvent("reopened", at(3))]);
  assert.equal(barsAfter([reopened, stands(told)]).size, 0);
  const part = stands([...told, anEvent("withdrawn", at(2), { change: JOB }), anEvent("rejected", at(2))]);
  assert.deepEqual([...barsAfter([part]).keys()], [RUN]);
});

test("accepting names the changes that still hold, and when it was said", () => {
  const events = [...told, anEvent("recovered", at(2), { change: JOB }), anEvent("accepted", at(3))];
  assert.deepEqual(acceptedIn([stands(events)]), [{ seriesId: RUN, changeNumber: 1, acceptedAtMs: at(3) }]);
  assert.deepEqual(acceptedIn([stands([...events, anEvent("reopened", at(4))]), rejected(1, 2)]), []);
  assert.deepEqual(acceptedIn([stands([anEvent("told", at(1)), anEvent("settled", at(3))])]), []);
});
