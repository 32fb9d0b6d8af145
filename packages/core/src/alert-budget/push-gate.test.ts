import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Series } from "../change-points/index.ts";
import { seriesId } from "../change-points/index.ts";
import { decidePushes, type IncidentMember, planPushes, type PushCandidate, pushGate } from "./index.ts";

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

const idOf = (series: Partial<Series> = {}): string =>
  seriesId({
    repositoryId: 1,
    workflowId: 1,
    branches: "default",
    event: "push",
    scope: "run",
    measure: "duration",
    job: "",
    part: "",
    ...series,
  });

function member(
  series: Partial<Series> = {},
  event: Partial<IncidentMember["event"]> = {},
  minutes = 300,
  runsSinceTold = 12,
): IncidentMember {
  return {
    seriesId: idOf(series),
    event: {
      state: "told",
      changeNumber: 1,
      direction: "up",
      onset: { runId: 1, runAttempt: 1, atMs: 0 },
      at: { runId: 12, runAttempt: 1, atMs: DAY_MS },
      usual: 60_000,
      level: 90_000,
      score: 2,
      runCount: 12,
      isYoung: false,
      ...event,
    },
    extraMinutesAWeek: minutes,
    runsSinceTold,
  };
}

const candidate = (incidentId: string, atDay: number, members = [member()], repositoryId = 1): PushCandidate => ({
  incidentId,
  repositoryId,
  atMs: atDay * DAY_MS,
  members,
});

/** One repository, or as many as asked for, of one organisation; every bar is 1 but where one is named. */
const inboxes =
  (pushesAWeek = 1, bars: ReadonlyMap<string, number> = new Map()) =>
  (repositoryId: number) => [{ name: `repository ${repositoryId}`, pushesAWeek, bars, barOfOthers: 1 }];
const fates = (candidates: readonly PushCandidate[], of = inboxes()) =>
  decidePushes(candidates, of).map(({ incidentId, fate, why }) => [incidentId, fate, why]);

test("a change of whole runs alarms by right; a step never, a cheap job and what is better do not", () => {
  const cases: [string, IncidentMember][] = [
    ["run", member()],
    ["failing", member({ measure: "failure" }, { usual: 0.05, level: 0.4 })],
    ["silent", member({ measure: "schedule" }, { direction: "down" })],
    ["dear job", member({ scope: "job", job: "build" }, {}, 500)],
    ["dear job of the hour", member({ scope: "job", job: "build" }, {}, 500, 3)],
    ["cheap job", member({ scope: "job", job: "build" }, {}, 5)],
    ["step", member({ scope: "step", job: "build", part: "Compile" }, {}, 5000)],
    ["faster", member({}, { direction: "down", level: 40_000 }, -300)],
    ["hollow", member({}, { direction: "down", level: 5_000 }, -300)],
    ["coverage", member({ measure: "metric", part: "coverage" })],
  ];
  const pushed = cases.filter(([id, only]) => fates([candidate(id, 1, [only])])[0]![1] === "push").map(([id]) => id);
  assert.deepEqual(pushed, ["run", "failing", "silent", "dear job", "hollow"]);
  assert.deepEqual(fates([candidate("a", 1, [cases[6]![1]])]), [["a", "digest", "not-by-right"]]);
});

test("an incident that is not sure enough waits in the digest until it has grown, and is pushed once", () => {
  const bars = new Map([[idOf(), 3]]);
  const growing = [2, 2.9, 3.1, 9].map((score, day) => candidate("a", day, [member({}, { score })]));
  assert.deepEqual(fates(growing.slice(0, 2), inboxes(1, bars)), [["a", "digest", "below-bar"]]);
  const gate = pushGate(inboxes(1, bars));
  assert.deepEqual(
    growing.map((word) => gate.offer(word).map(({ fate }) => fate)),
    [["digest"], ["digest"], ["push"], []],
  );
});

test("what finds no room goes to the digest, and a rare budget is one push in its time", () => {
  const week = [candidate("a", 0), candidate("b", 3), candidate("c", 6.9), candidate("d", 7.1)];
  assert.deepEqual(
    fates(week).map(([id, fate]) => [id, fate]),
    [
      ["a", "push"],
      ["b", "digest"],
      ["c", "digest"],
      ["d", "push"],
    ],
  );
  assert.deepEqual(
    fates(week, inboxes(0.5)).map(([, fate]) => fate),
    ["push", "digest", "digest", "digest"],
  );
});

test("in no seven days an inbox gets more than its budget, wherever the gate was restarted", () => {
  const words = fc.array(fc.record({ id: fc.nat(30), day: fc.double({ min: 0, max: 60, noNaN: true }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 4 }), fc.nat(60), (raw, budget, restartAt) => {
      const sorted = raw.map(({ id, day }) => candidate(`${id}`, day)).sort((one, other) => one.atMs - other.atMs);
      let gate = pushGate(inboxes(budget));
      const pushes = sorted.flatMap((word, at) => {
        if (at === restartAt) gate = pushGate(inboxes(budget), { state: JSON.parse(JSON.stringify(gate.state())) });
        return gate.offer(word).filter(({ fate }) => fate === "push");
      });
      for (const { atMs } of pushes)
        assert.ok(pushes.filter((push) => push.atMs > atMs - WEEK_MS && push.atMs <= atMs).length <= budget);
      assert.equal(new Set(pushes.map(({ incidentId }) => incidentId)).size, pushes.length);
    }),
  );
});

test("an organisation has an inbox of its own beside those of its repositories, with a budget of its own", () => {
  const loads = [1, 2, 3].map((repositoryId) => ({
    seriesId: idOf({ repositoryId }),
    minutesAWeek: 100,
    runsAWeek: 20,
  }));
  const plan = planPushes(
    loads,
    { repositoryAWeek: 1, organisationAWeek: 2 },
    { organisationOf: (id) => (id === 3 ? "other" : "octo") },
  );
  assert.deepEqual(
    plan.inboxesOf(2).map(({ name }) => name),
    ["repository 2", "organisation octo"],
  );
  assert.deepEqual(
    plan.inboxesOf(3).map(({ name }) => name),
    ["repository 3"],
  );
  const decisions = decidePushes(
    [0, 1, 2, 3].map((day) => candidate(`${day}`, day, [member({ repositoryId: 1 + (day % 2) })], 1 + (day % 2))),
    plan.inboxesOf,
  );
  const pushed = (inbox: string) => decisions.filter((one) => one.inbox === inbox && one.fate === "push").length;
  assert.deepEqual(["repository 1", "repository 2", "organisation octo"].map(pushed), [1, 1, 2]);
});
