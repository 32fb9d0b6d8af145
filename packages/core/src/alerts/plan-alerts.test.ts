import assert from "node:assert/strict";
import { test } from "node:test";
import { alertWorld, type Happening } from "./alert-world.contract.ts";
import { messageName } from "./alert-thread.ts";

/** One incident with these happenings. */
const one = (...happenings: readonly Happening[]) => [{ number: 1, happenings }];
const TOLD: Happening = { day: 2, what: "told" };

test("what is new is said once, whatever passes follow", () => {
  const world = alertWorld({ incidents: one(TOLD) });
  assert.deepEqual(world.pass(1), []);
  assert.deepEqual(world.pass(2.1), ["new 1"]);
  assert.deepEqual([world.pass(2.1), world.pass(2.2), world.pass(9)], [[], [], []]);
});

test("a suspicion is not said, nor that it came to nothing", () => {
  const world = alertWorld({ incidents: one({ day: 2, what: "suspected" }, { day: 3, what: "withdrawn" }) });
  assert.deepEqual([world.pass(2.1), world.pass(3.1)], [[], []]);
});

test("what was told before watching began is new to nobody, but that it comes back is", () => {
  const world = alertWorld({
    incidents: one({ day: -3, what: "told" }, { day: 3, what: "recovered" }, { day: 5, what: "told" }),
  });
  assert.deepEqual([world.pass(1), world.pass(3.1), world.pass(5.1)], [[], [], ["new 1"]]);
});

test("that it is over is said once, and only where something was said of it", () => {
  const ended = { day: 4, what: "recovered" } as const;
  const world = alertWorld({ incidents: one(TOLD, ended) });
  assert.deepEqual(
    [world.pass(2.1), world.pass(4.1), world.pass(4.2), world.pass(30)],
    [["new 1"], ["recovered 1"], [], []],
  );
  const unsaid = alertWorld({ incidents: one({ ...TOLD, score: 0.5 }, ended) });
  assert.deepEqual([unsaid.pass(2.1), unsaid.pass(4.1)], [[], []]);
  assert.equal(alertWorld({ incidents: one(TOLD, ended) }).pass(4.1).length, 0);
});

for (const what of ["accepted", "rejected", "settled", "withdrawn"] as const) {
  test(`once it is ${what}, its thread ends with that reason`, () => {
    const world = alertWorld({ incidents: one(TOLD, { day: 4, what }) });
    world.pass(2.1);
    assert.deepEqual([world.pass(4.1), world.pass(20)], [["recovered 1"], []]);
    assert.equal(world.said.at(-1)?.reason, what);
  });
}

test("twice as much is said two days after the last word at the earliest, and less than that not", () => {
  const world = alertWorld({
    incidents: one(
      TOLD,
      { day: 3, what: "grown", times: 3.5 },
      { day: 14, what: "grown", times: 4.9 },
      { day: 24, what: "grown", times: 6.1 },
    ),
  });
  assert.deepEqual([world.pass(2.1), world.pass(3.1)], [["new 1"], []]);
  // the week is full until then
  assert.deepEqual([world.pass(4.2), world.pass(9.2)], [[], ["grown 1"]]);
  assert.equal(world.said.at(-1)?.reason, "twice-as-much");
  assert.deepEqual([world.pass(16.5), world.pass(23), world.pass(24.1)], [[], [], ["grown 1"]]);
});

test("what comes back after it was said to be over goes on in its thread", () => {
  const world = alertWorld({
    incidents: one(TOLD, { day: 4, what: "recovered" }, { day: 11, what: "told" }, { day: 13, what: "recovered" }),
  });
  const passes = [2.1, 4.1, 11.1, 11.2, 13.1, 14].map((day) => world.pass(day));
  assert.deepEqual(passes, [["new 1"], ["recovered 1"], ["grown 1"], [], ["recovered 1"], []]);
  assert.deepEqual(
    world.said.map(({ id }) => messageName(id)!).map(({ word, count }) => `${word} ${count}`),
    ["new 1", "recovered 1", "grown 1", "recovered 2"],
  );
});

test("reminders come every so many days, and not when nothing ran since", () => {
  const world = alertWorld({ incidents: one(TOLD), quietFromDay: 20 });
  assert.deepEqual(
    [world.pass(2.1), world.pass(16), world.pass(16.2), world.pass(17)],
    [["new 1"], [], ["reminder 1"], []],
  );
  assert.deepEqual([world.pass(30.3), world.pass(40), world.pass(60)], [["reminder 1"], [], []]);
  const none = alertWorld({ incidents: one(TOLD), rules: { remindAfterDays: null } });
  assert.deepEqual([none.pass(2.1), none.pass(90)], [["new 1"], []]);
});

test("who knows hears no more of it until it has grown or is over", () => {
  const world = alertWorld({
    incidents: one(
      TOLD,
      { day: 3, what: "acknowledged" },
      { day: 40, what: "grown", times: 4 },
      { day: 50, what: "recovered" },
    ),
  });
  const passes = [2.1, 17, 31, 40.1, 50.1].map((day) => world.pass(day));
  assert.deepEqual(passes, [["new 1"], [], [], ["grown 1"], ["recovered 1"]]);
  const known = alertWorld({ incidents: one(TOLD, { day: 2.05, what: "acknowledged" }) });
  assert.deepEqual([known.pass(2.1), known.pass(30)], [[], []]);
});

test("a mute that was taken back ends without a word", () => {
  const world = alertWorld({
    incidents: one(TOLD, { day: 3, what: "muted", untilDay: 20 }, { day: 4, what: "reopened" }),
    rules: { remindAfterDays: null },
  });
  assert.deepEqual([world.pass(2.1), world.pass(10), world.pass(20.5)], [["new 1"], [], []]);
});

test("what is muted is silent, and is brought to mind when that is over", () => {
  const muted = { day: 3, what: "muted", untilDay: 20 } as const;
  const world = alertWorld({
    incidents: one(TOLD, muted, { day: 10, what: "grown", times: 9 }),
    rules: { remindAfterDays: null },
  });
  assert.deepEqual([world.pass(2.1), world.pass(10.1), world.pass(19)], [["new 1"], [], []]);
  assert.deepEqual([world.pass(20.1), world.pass(21)], [["grown 1"], []]);
  const calm = alertWorld({ incidents: one(TOLD, muted), rules: { remindAfterDays: null } });
  assert.deepEqual(
    [calm.pass(2.1), calm.pass(19), calm.pass(20.1), calm.pass(21)],
    [["new 1"], [], ["reminder 1"], []],
  );
  assert.equal(calm.said.at(-1)?.reason, "mute-ended");
});

test("a thread whose incident became part of another ends with a pointer, or goes on as the other's", () => {
  const merged = { day: 10, what: "merged", into: 2 } as const;
  const other = {
    number: 2,
    repositoryId: 2,
    happenings: [
      { day: 2, what: "told" },
      { day: 20, what: "recovered" },
    ] as const,
  };
  const both = alertWorld({ incidents: [...one(TOLD, merged), other] });
  assert.deepEqual(
    [both.pass(2.1), both.pass(10.1), both.pass(20.1)],
    [["new 1", "new 2"], ["recovered 1"], ["recovered 2"]],
  );
  assert.equal(both.said[2]?.reason, "merged");
  const unsaid = {
    ...other,
    happenings: [
      { day: 2, what: "told", score: 0.5 },
      { day: 11, what: "grown" },
      { day: 20, what: "recovered" },
    ] as const,
  };
  const taken = alertWorld({ incidents: [...one(TOLD, merged), unsaid] });
  assert.deepEqual(
    [taken.pass(2.1), taken.pass(10.1), taken.pass(11.1), taken.pass(20.1)],
    [["new 1"], [], [], ["recovered 2"]],
  );
});

test("many at once are one message, and their ends are one", () => {
  const incidents = Array.from({ length: 12 }, (_, at) => ({
    number: at + 1,
    happenings: [TOLD, { day: at < 9 ? 5 : 15, what: "recovered" }] as const,
  }));
  const world = alertWorld({ incidents });
  const all = incidents.map(({ number }) => number).join();
  assert.deepEqual([world.pass(2.1), world.pass(2.2), world.pass(4)], [[`storm ${all}`], [], []]);
  assert.deepEqual([world.pass(5.1), world.pass(15.1)], [[`recovered ${all}`], []]);
  const few = alertWorld({ incidents: incidents.slice(0, 9) });
  assert.deepEqual(few.pass(2.1), ["new 1"]);
});

test("a fleet-wide incident is a storm, in the widest inbox alone", () => {
  const fleet = [TOLD, { day: 2.05, what: "fleet-wide" }, { day: 8, what: "recovered" }] as const;
  const world = alertWorld({ incidents: one(...fleet), isShared: true });
  assert.deepEqual([world.pass(2.1), world.pass(8.1)], [["storm 1"], ["recovered 1"]]);
  assert.deepEqual(
    world.said.map(({ scope }) => scope),
    ["organisation", "organisation"],
  );
});

test("each inbox hears of it once, and has a budget of its own", () => {
  const incidents = [1, 2].map((number) => ({ number, repositoryId: number, happenings: [TOLD] }));
  const world = alertWorld({ incidents, isShared: true });
  assert.deepEqual(world.pass(2.1), ["new 1", "new 1", "new 2"]);
  assert.deepEqual(
    world.said.map(({ inbox }) => inbox),
    ["repository 1", "organisation octo", "repository 2"],
  );
  assert.deepEqual(world.pass(2.2), []);
});

test("the dearest gets the room, what waits takes it up, the rest is for the digest", () => {
  const incidents = [
    { number: 1, happenings: [{ ...TOLD, times: 2 }] },
    { number: 2, happenings: [{ ...TOLD, times: 5 }] },
    { number: 3, happenings: [{ day: 12, what: "told" }] as const },
  ];
  const world = alertWorld({ incidents, rules: { digest: { weekday: 1, hour: 8 } } });
  const { held } = world.plan(2.1);
  assert.deepEqual(
    held.map(({ incidentNumber, why }) => [incidentNumber, why]),
    [[1, "no-room"]],
  );
  assert.deepEqual(world.pass(2.1, { delivered: false }), ["new 2"]);
  assert.deepEqual(world.pass(7.4), ["digest 1"]);
  // nobody has read it yet
  assert.deepEqual(world.pass(12.1), []);
  assert.deepEqual([world.pass(14.4), world.pass(14.5), world.pass(21.4)], [["digest 3"], [], []]);
});

test("a digest that is late is sent once; one with nothing to say is not sent", () => {
  const quiet = { day: 2, what: "told", score: 0.5 } as const;
  const world = alertWorld({ incidents: one(quiet), rules: { digest: { weekday: 1, hour: 8 } } });
  assert.deepEqual([world.pass(1), world.pass(3)], [[], []]);
  assert.deepEqual([world.pass(26), world.pass(26.1), world.pass(28.4)], [["digest 1"], [], []]);
  const none = alertWorld({ incidents: [], rules: { digest: { weekday: 1, hour: 8 } } });
  assert.deepEqual([none.pass(7.4), none.pass(14.4)], [[], []]);
});
