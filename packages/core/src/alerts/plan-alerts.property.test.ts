import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { hasRoom } from "../alert-budget/index.ts";
import { isPush } from "./alert-thread.ts";
import { alertWorld, at, DAY_MS, type Happening, type PlannedIncident } from "./alert-world.contract.ts";

const DAYS = 60;
const WEEK_MS = 7 * DAY_MS;

/** What may happen to an incident, in an order in which it may: it comes up, grows, people speak, it ends, it comes back. */
const happenings: fc.Arbitrary<readonly Happening[]> = fc
  .tuple(
    fc.double({ min: 0.5, max: 40, noNaN: true }),
    fc.array(
      fc.record({
        after: fc.double({ min: 0.05, max: 12, noNaN: true }),
        what: fc.constantFrom("grown", "grown", "acknowledged", "muted", "reopened", "recovered", "told", "accepted"),
        times: fc.double({ min: 1.2, max: 20, noNaN: true }),
        score: fc.double({ min: 0.5, max: 4, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
    fc.double({ min: 0.5, max: 4, noNaN: true }),
  )
  .map(([from, further, score]) => {
    const all: Happening[] = [{ day: from, what: "told", score }];
    let day = from;
    for (const { after, what, times, score: later } of further) {
      day += after;
      all.push({ day, what, times, score: later, untilDay: day + 5 });
    }
    return all;
  });

const incidents: fc.Arbitrary<readonly PlannedIncident[]> = fc
  .array(fc.tuple(happenings, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 8 })
  .map((all) => all.map(([own, repositoryId], index) => ({ number: index + 1, repositoryId, happenings: own })));

/** Days of passes: some hours apart, some weeks. */
const passes: fc.Arbitrary<
  readonly { readonly day: number; readonly isLost: boolean; readonly isDelivered: boolean }[]
> = fc
  .array(
    fc.record({
      after: fc.oneof(fc.double({ min: 0, max: 0.2, noNaN: true }), fc.double({ min: 0, max: 9, noNaN: true })),
      isLost: fc.boolean(),
      isDelivered: fc.boolean(),
    }),
    { minLength: 5, maxLength: 60 },
  )
  .map((all) => {
    let day = 0;
    return all.map(({ after, ...rest }) => ({ day: (day += after), ...rest })).filter((each) => each.day <= DAYS);
  });

test("whatever happens and whenever passes run, nothing is said twice, ends follow what was said, and the budget holds", () => {
  fc.assert(
    fc.property(
      incidents,
      passes,
      fc.constantFrom(0.5, 1, 2),
      fc.boolean(),
      fc.constantFrom(2, 10),
      (planned, all, pushesAWeek, isShared, stormFrom) => {
        const rules = { digest: { weekday: 1, hour: 8 }, stormFrom };
        const world = alertWorld({ incidents: planned, pushesAWeek, isShared, rules });
        let lastDay = 0;
        for (const { day, isLost, isDelivered } of all) {
          if (isLost && isDelivered) world.lose(lastDay);
          world.pass(day, { delivered: isDelivered });
          if (isDelivered) world.deliver(day);
          const again = world.plan(day);
          assert.deepEqual([again.due, again.moved], [[], []], "the same pass again has nothing to say");
          lastDay = day;
        }
        const ids = world.said.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, "each message once");
        for (const thread of Map.groupBy(world.said, ({ key, scope }) => `${key} ${scope}`).values()) {
          const words = thread.map(({ word }) => word);
          if (words[0] === "digest") continue;
          assert.match(words.join(" "), /^(new|storm)( (grown|reminder))*( recovered( grown( (grown|reminder))*)?)*$/);
        }
        for (const [inbox, own] of Map.groupBy(world.said.filter(isPush), ({ inbox: name }) => name)) {
          for (const [place, { atMs }] of own.entries()) {
            assert.ok(hasRoom({ pushesAWeek }, own.slice(0, place), atMs), `${inbox} within its budget`);
          }
        }
      },
    ),
    { numRuns: 200, interruptAfterTimeLimit: 20_000 },
  );
});

test("however passes are skipped, killed before they were kept, or run twice, in the end the same was said as by passes every hour", () => {
  // without a budget that makes what comes later depend on what came when
  const ends = fc.record({
    from: fc.double({ min: 1, max: 20, noNaN: true }),
    lasts: fc.option(fc.double({ min: 12, max: 30, noNaN: true })),
  });
  fc.assert(
    fc.property(
      fc.array(ends, { minLength: 1, maxLength: 6 }),
      fc.array(fc.double({ min: 0.3, max: 5, noNaN: true }), { minLength: 20, maxLength: 40 }),
      (all, gaps) => {
        const planned = all.map(
          ({ from, lasts }, index): PlannedIncident => ({
            number: index + 1,
            repositoryId: index + 1,
            happenings: [
              { day: from, what: "told" },
              ...(lasts === null ? [] : [{ day: from + lasts, what: "recovered" } as const]),
            ],
          }),
        );
        const rules = { remindAfterDays: null };
        const hourly = alertWorld({ incidents: planned, rules });
        for (let hour = 0; hour <= DAYS * 24; hour += 6) hourly.pass(hour / 24);
        const skipping = alertWorld({ incidents: planned, rules });
        let day = 0;
        for (let place = 0; day < DAYS; place++) {
          day = Math.min(DAYS, day + gaps[place % gaps.length]!);
          // one that died before anything was kept, then one that lived
          skipping.plan(day);
          skipping.pass(day);
        }
        const idsOf = (world: typeof hourly) => world.said.map(({ id }) => id).toSorted();
        assert.deepEqual(idsOf(skipping), idsOf(hourly));
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});

test("what is told in any week and not pushed is in exactly one digest, once it is two days old and not over by a person's word", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 30, noNaN: true }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.double({ min: 0.05, max: 2, noNaN: true }), { minLength: 40, maxLength: 80 }),
      (days, gaps) => {
        const planned = days.map((day, index) => ({ number: index + 1, happenings: [{ day, what: "told" as const }] }));
        const world = alertWorld({
          incidents: planned,
          rules: { digest: { weekday: 1, hour: 8 }, remindAfterDays: null },
        });
        let day = 0;
        for (const gap of gaps) world.pass((day += gap));
        world.pass(Math.max(day, 43) + 1);
        world.pass(Math.max(day, 43) + 8);
        const told = world.said.flatMap(({ incidentNumbers }) => incidentNumbers);
        assert.deepEqual(
          told.toSorted((one, other) => one - other),
          planned.map(({ number }) => number),
        );
        assert.ok(world.said.every(({ atMs }) => atMs >= at(0) && atMs < at(0) + 20 * WEEK_MS));
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});
