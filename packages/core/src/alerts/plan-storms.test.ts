import assert from "node:assert/strict";
import { test } from "node:test";
import { alertWorld, type Happening, type PlannedIncident } from "./alert-world.contract.ts";

const TOLD: Happening = { day: 2, what: "told" };
const DIGEST = { weekday: 1, hour: 8 };
const ALL = "1,2,3,4,5,6,7,8,9,10";

/** Ten incidents new at once, some of which go on as given. */
const ten = (more: (number: number) => readonly Happening[] = () => []): readonly PlannedIncident[] =>
  Array.from({ length: 10 }, (_, at) => ({ number: at + 1, happenings: [TOLD, ...more(at + 1)] }));

test("a storm is over once, when three quarters of it are", () => {
  const incidents = ten((number) => [{ day: number <= 6 ? 5 : 8, what: "recovered" }]);
  const world = alertWorld({ incidents, pushesAWeek: 5 });
  assert.deepEqual(
    [world.pass(2.1), world.pass(5.1), world.pass(8.1), world.pass(8.2)],
    [[`storm ${ALL}`], [], [`recovered ${ALL}`], []],
  );
});

test("what was told as one is told no further in parts: not as new, not as grown, not as a reminder", () => {
  const incidents = ten((number) => (number <= 2 ? [{ day: 6, what: "grown", times: 9 }] : []));
  const world = alertWorld({ incidents, pushesAWeek: 5 });
  world.pass(2.1);
  assert.deepEqual([world.pass(6.1), world.pass(20), world.pass(40)], [[], [], []]);
});

test("what is left of a storm is in the digest once that is over, and what comes back of it is no message of its own", () => {
  const incidents = ten((number) =>
    number === 1
      ? [
          { day: 9, what: "recovered" },
          { day: 11, what: "told" },
        ]
      : number <= 8
        ? [{ day: 9, what: "recovered" }]
        : [],
  );
  const world = alertWorld({ incidents, pushesAWeek: 5, rules: { digest: DIGEST } });
  world.pass(2.1);
  assert.deepEqual(
    [world.pass(7.5), world.pass(9.1), world.pass(11.1), world.pass(14.5)],
    [[], [`recovered ${ALL}`], [], ["digest 9,10"]],
  );
});

test("one that turns out to be fleet-wide is told as grown, at once", () => {
  const incidents = [{ number: 1, happenings: [TOLD, { day: 2.5, what: "fleet-wide" } as const] }];
  const world = alertWorld({ incidents, pushesAWeek: 5 });
  assert.deepEqual([world.pass(2.1), world.pass(2.6), world.pass(2.7)], [["new 1"], ["grown 1"], []]);
  assert.equal(world.said.at(-1)?.reason, "fleet-wide");
});

test("with room to spare, twice as much within two days is still no growth, and is said after them", () => {
  const incidents = [{ number: 1, happenings: [TOLD, { day: 3, what: "grown", times: 9 } as const] }];
  const world = alertWorld({ incidents, pushesAWeek: 5 });
  assert.deepEqual([world.pass(2.1), world.pass(3.1), world.pass(4.2)], [["new 1"], [], ["grown 1"]]);
});

test("what the settings do not watch is neither pushed nor in the digest", () => {
  const world = alertWorld({
    incidents: [
      { number: 1, happenings: [TOLD] },
      { number: 2, happenings: [{ ...TOLD, score: 0.5 }] },
    ],
    rules: { digest: DIGEST },
    unwatched: [1, 2],
  });
  assert.deepEqual([world.pass(2.1), world.pass(7.5)], [[], []]);
});
