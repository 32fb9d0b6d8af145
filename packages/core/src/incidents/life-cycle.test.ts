import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { seriesId } from "../change-points/index.ts";
import {
  type Decision,
  type IncidentEvent,
  incidentAt,
  incidentName,
  incidentNumber,
  INCIDENT_STATES,
  whyNot,
} from "./index.ts";
import { aRecord, anEvent, aSeries, DAY_MS, HOUR_MS, START } from "./incidents.contract.ts";

const at = (days: number): number => START + days * DAY_MS;
const JOB = { change: { seriesId: seriesId(aSeries({ scope: "job", job: "test" })), changeNumber: 1 } };
const state = (events: readonly IncidentEvent[], nowMs: number) => incidentAt(aRecord(events), nowMs).state;

test("a suspicion is suspected until it is told or withdrawn", () => {
  const suspected = anEvent("suspected", at(1));
  assert.equal(state([suspected], at(1)), "suspected");
  assert.equal(state([suspected, anEvent("told", at(2))], at(2)), "new");
  assert.equal(state([suspected, anEvent("withdrawn", at(2))], at(2)), "withdrawn");
});

test("what is new is ongoing after a day; what grows is news again for a day", () => {
  const told = anEvent("told", at(1));
  assert.equal(state([told], at(1) + 23 * HOUR_MS), "new");
  assert.equal(state([told], at(2)), "ongoing");
  const grown = [told, anEvent("grown", at(5))];
  assert.equal(state(grown, at(5)), "grown");
  assert.equal(state(grown, at(6)), "ongoing");
});

test("a job that is told after the run is no news, a second workflow is", () => {
  const told = anEvent("told", at(1));
  assert.equal(state([told, anEvent("told", at(4), JOB)], at(4)), "ongoing");
  const other = { change: { seriesId: seriesId(aSeries({ workflowId: 71 })), changeNumber: 1 } };
  assert.equal(state([told, anEvent("told", at(4), other)], at(4)), "grown");
});

test("it has recovered when the whole runs have, whatever their jobs do; without runs when all its jobs have", () => {
  const told = [anEvent("told", at(1)), anEvent("told", at(1), JOB)];
  assert.equal(state([...told, anEvent("recovered", at(4), JOB)], at(4)), "ongoing");
  const over = incidentAt(aRecord([...told, anEvent("recovered", at(4))]), at(9));
  assert.deepEqual([over.state, over.isOver, over.overAtMs], ["recovered", true, at(4)]);
  assert.equal(state([anEvent("told", at(1), JOB), anEvent("recovered", at(4), JOB)], at(4)), "recovered");
});

test("of many changes one in ten that is never told to have recovered keeps none open", () => {
  const of = (count: number, what: "told" | "recovered", day: number) =>
    Array.from({ length: count }, (_, index) =>
      anEvent(what, at(day), { change: { seriesId: seriesId(aSeries({ workflowId: 70 + index })), changeNumber: 1 } }),
    );
  assert.equal(state([...of(20, "told", 1), ...of(18, "recovered", 5)], at(5)), "recovered");
  assert.equal(state([...of(20, "told", 1), ...of(17, "recovered", 5)], at(5)), "ongoing");
  assert.equal(state([...of(9, "told", 1), ...of(8, "recovered", 5)], at(5)), "ongoing");
});

test("what comes back after it had recovered is grown, and no more acknowledged or muted", () => {
  const events = [
    anEvent("told", at(1)),
    anEvent("acknowledged", at(2)),
    anEvent("muted", at(2), { untilMs: at(90) }),
    anEvent("recovered", at(4)),
    anEvent("told", at(5)),
  ];
  assert.equal(state(events.slice(0, 4), at(4)), "recovered");
  assert.equal(state(events, at(5)), "grown");
  assert.equal(state(events, at(7)), "ongoing");
});

test("a level that settled is accepted by nobody but the program", () => {
  const settled = incidentAt(aRecord([anEvent("told", at(1)), anEvent("settled", at(40))]), at(41));
  assert.deepEqual([settled.state, settled.overAtMs], ["accepted", at(40)]);
  assert.match(whyNot("reopened", settled)!, /by itself/);
  assert.match(whyNot("acknowledged", settled)!, /by itself/);
});

test("acknowledged holds until it is over; muted until its time, and then what was before", () => {
  const told = anEvent("told", at(1));
  const acknowledged = anEvent("acknowledged", at(2));
  const muted = anEvent("muted", at(3), { untilMs: at(10) });
  assert.equal(state([told, acknowledged], at(30)), "acknowledged");
  const mutedNow = incidentAt(aRecord([told, muted]), at(9));
  assert.deepEqual([mutedNow.state, mutedNow.mutedUntilMs], ["muted", at(10)]);
  assert.equal(state([told, muted], at(10)), "ongoing");
  assert.equal(state([told, acknowledged, muted], at(9)), "muted");
  assert.equal(state([told, acknowledged, muted], at(10)), "acknowledged");
  assert.equal(state([told, muted, anEvent("acknowledged", at(4))], at(5)), "acknowledged");
  assert.equal(state([told, anEvent("recovered", at(4)), muted], at(5)), "recovered");
});

test("a suspicion that was acknowledged is new once it is told", () => {
  const suspected = [anEvent("suspected", at(1)), anEvent("acknowledged", at(1) + 1)];
  assert.equal(state(suspected, at(2)), "acknowledged");
  assert.equal(state([...suspected, anEvent("told", at(2))], at(2)), "new");
});

test("what a person accepted or rejected stays so, whatever is told later; reopening takes it back", () => {
  for (const decision of ["accepted", "rejected"] as const) {
    const events = [anEvent("told", at(1)), anEvent(decision, at(2)), anEvent("told", at(3), JOB)];
    assert.equal(state(events, at(3)), decision);
    assert.equal(state([...events, anEvent("reopened", at(4))], at(4)), "ongoing");
  }
});

test("merged is merged for good, and names the other incident", () => {
  const merged = incidentAt(
    aRecord([anEvent("told", at(1)), anEvent("merged", at(2), { other: 5 }), anEvent("acknowledged", at(3))]),
    at(4),
  );
  assert.deepEqual([merged.state, merged.mergedInto, merged.isOver, merged.overAtMs], ["merged", 5, true, at(2)]);
});

test("fleet-wide is news", () => {
  const fleet = incidentAt(aRecord([anEvent("told", at(1)), anEvent("fleet-wide", at(4))]), at(4));
  assert.deepEqual([fleet.state, fleet.isFleetWide], ["grown", true]);
});

test("which decision can be taken in which state, and a reason where it cannot", () => {
  const allowed: Record<Decision, string> = {
    acknowledged: "suspected new grown ongoing muted",
    muted: "suspected new grown ongoing acknowledged muted",
    accepted: "new grown ongoing acknowledged muted",
    rejected: "suspected new grown ongoing acknowledged muted recovered",
    reopened: "acknowledged muted accepted rejected",
  };
  for (const decision of Object.keys(allowed) as Decision[]) {
    for (const each of INCIDENT_STATES) {
      const history = [anEvent("told", at(1)), anEvent("accepted", at(2))];
      const why = whyNot(decision, { state: each, history, mergedInto: each === "merged" ? 3 : null });
      if (allowed[decision].split(" ").includes(each)) assert.equal(why, null, `${decision} of ${each}`);
      else assert.ok(why !== null && why.length > 10, `${decision} of ${each}`);
    }
  }
  assert.match(whyNot("acknowledged", { state: "merged", history: [], mergedInto: 3 })!, /INC-3/);
});

test("the order in which a history was heard of does not matter", () => {
  const words = fc.constantFrom("suspected", "told", "grown", "recovered", "settled", "withdrawn", "fleet-wide");
  const line = fc.record({ what: words, day: fc.integer({ min: 0, max: 5 }), isJob: fc.boolean() });
  const histories = fc.uniqueArray(line, { selector: (each) => JSON.stringify(each), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(histories, fc.integer({ min: 0, max: 8 }), fc.infiniteStream(fc.nat()), (lines, day, keys) => {
      const events = lines.map(({ what, day: on, isJob }) =>
        anEvent(what, at(on), isJob && what !== "fleet-wide" ? JOB : {}),
      );
      const order = keys[Symbol.iterator]();
      const shuffled = events
        .map((event) => ({ event, key: order.next().value as number }))
        .toSorted((one, other) => one.key - other.key)
        .map(({ event }) => event);
      assert.equal(state(shuffled, at(day)), state(events, at(day)));
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("an incident is waiting where waiting is most of what its runs take longer, and named by its runs otherwise", () => {
  const queue = { seriesId: seriesId(aSeries({ measure: "queue-time" })), changeNumber: 1 };
  const record = aRecord([anEvent("told", at(1)), anEvent("told", at(1), { change: queue })]);
  assert.equal(incidentAt(record, at(1)).kind, "queueing");
  const changes = record.changes.map((change) =>
    change.seriesId === queue.seriesId ? { ...change, latest: { ...change.latest, level: 310_000 } } : change,
  );
  assert.equal(incidentAt({ ...record, changes }, at(1)).kind, "slower");
});

test("an incident is called by its number", () => {
  assert.equal(incidentName(7), "INC-7");
  assert.deepEqual(["INC-7", "inc7", " 7 "].map(incidentNumber), [7, 7, 7]);
  assert.deepEqual(["INC-0", "7.5", "", "INC", "-7", "9".repeat(16)].map(incidentNumber), [
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
