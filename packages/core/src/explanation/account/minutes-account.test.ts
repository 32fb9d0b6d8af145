import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type PlannedJob, timedRun } from "./account.contract.ts";
import { accountForMinutes, breakDownRun, type MinutesAccount, namedCause, type TimedRun } from "./index.ts";

const job = (name: string, steps: PlannedJob["steps"], made = 0, start = made + 5): PlannedJob => ({
  name,
  made,
  start,
  steps,
});
const times = (count: number, make: (at: number) => TimedRun): readonly TimedRun[] =>
  Array.from({ length: count }, (_, at) => make(at));
const sum = ({ parts }: MinutesAccount): number => parts.reduce((total, { ms }) => total + ms, 0);
function account(before: readonly TimedRun[], after: readonly TimedRun[]): MinutesAccount {
  const found = accountForMinutes(before, after) ?? assert.fail("no account");
  assert.equal(sum(found), found.differenceMs);
  return found;
}
const seconds = ({ parts }: MinutesAccount): Readonly<Record<string, number>> =>
  Object.fromEntries(
    parts.flatMap(({ kind, job: name, step, ms }) =>
      ms === 0 ? [] : [[[kind, name, step].filter((word) => word !== null).join(" / "), ms / 1000]],
    ),
  );

describe("the account of a slower pipeline", () => {
  test("names the step that grew, and the wait for a runner apart from it", () => {
    const before = times(8, (at) => timedRun(at, [job("test", { "Set up job": 2, "npm ci": 30, "npm test": 100 })]));
    const after = times(8, (at) =>
      timedRun(at, [{ ...job("test", { "Set up job": 2, "npm ci": 31, "npm test": 160 }), start: 15 }]),
    );
    const found = account(before, after);
    assert.deepEqual(seconds(found), {
      "work / test / npm test": 60,
      "queue / test": 10,
      "dependencies / test / npm ci": 1,
    });
    const cause = namedCause(found);
    assert.equal(cause?.kind === "part" && cause.part.step, "npm test");
  });

  test("what a longer job hid before is told as a change of the critical path", () => {
    const lint = job("lint", { Lint: 300 });
    const before = times(6, (at) => timedRun(at, [lint, job("test", { Test: 120 })]));
    const after = times(6, (at) => timedRun(at, [lint, job("test", { Test: 720 })]));
    const found = account(before, after);
    assert.deepEqual(seconds(found), { "work / test / Test": 600, path: -180 });
    assert.deepEqual(
      found.pathMoves.map(({ job: name, before: was, after: is }) => [name, was, is]),
      [
        ["lint", 1, 0],
        ["test", 0, 1],
      ],
    );
    // the way back is the same with the signs turned
    assert.deepEqual(seconds(account(after, before)), { "work / test / Test": -600, path: 180 });
  });

  test("jobs that need one another lie on the path one after the other, with what is between them", () => {
    const chain = (gap: number): readonly PlannedJob[] => [
      job("build", { Build: 60 }),
      job("docs", { Docs: 20 }),
      job("deploy", { Deploy: 30 }, 65 + gap, 70 + gap),
    ];
    const found = account(
      times(4, (at) => timedRun(at, chain(2))),
      times(4, (at) => timedRun(at, chain(32))),
    );
    assert.deepEqual(seconds(found), { "between-jobs / deploy": 30 });
    const { path } = breakDownRun(timedRun(1, chain(2)), "steps")!;
    assert.deepEqual(
      path.map(({ job: { name } }) => name),
      ["build", "deploy"],
    );
  });

  test("cells of a matrix stand in for each other: whichever ends last, its step is named", () => {
    const cells = (first: number, second: number): readonly PlannedJob[] => [
      job("unit (1/2)", { Test: first }),
      job("unit (2/2)", { Test: second }),
    ];
    const before = times(8, (at) => timedRun(at, at % 2 === 0 ? cells(100, 90) : cells(90, 100)));
    const after = times(8, (at) => timedRun(at, at % 2 === 0 ? cells(150, 140) : cells(140, 150)));
    assert.deepEqual(seconds(account(before, after)), { "work / unit / Test": 50 });
  });

  test("a job that is new on the path is a change of the path, and is named", () => {
    const found = account(
      times(4, (at) => timedRun(at, [job("test", { Test: 60 })])),
      times(4, (at) => timedRun(at, [job("test", { Test: 60 }), job("e2e", { E2e: 100 }, 66, 70)])),
    );
    assert.deepEqual(seconds(found), { path: 105 });
    assert.deepEqual(found.pathMoves, [{ job: "e2e", before: 0, after: 1, isNew: true, isGone: false }]);
  });

  test("earlier attempts are re-runs, and time that no step or job covers is unexplained", () => {
    const test1 = job("test", { Test: 60 });
    const found = account(
      times(4, (at) => timedRun(at, [test1])),
      times(4, (at) => timedRun(at, [{ ...test1, gap: 7 }], { earlierSeconds: 90, tailSeconds: 4 })),
    );
    assert.deepEqual(seconds(found), { "re-runs": 90, "unexplained / test": 7, unexplained: 4 });
    assert.equal(found.unexplainedMs, 11_000);
  });

  test("without steps the job's own work is named, without jobs only the queue can be told", () => {
    const slower = (length: number, hasSteps: boolean): readonly TimedRun[] =>
      times(4, (at) => timedRun(at, [job("test", { Test: length })], { hasSteps }));
    const byJob = account(slower(60, true), slower(90, false));
    assert.equal(byJob.detail, "jobs");
    assert.deepEqual(seconds(byJob), { "work / test": 30 });
    const bare = slower(90, false).map((run) => ({ ...run, jobs: [] }));
    const byRun = account(slower(60, true), bare);
    assert.deepEqual([byRun.detail, seconds(byRun)], ["runs", { unexplained: 30 }]);
  });

  test("a step is the same one under another version, number or end of its command", () => {
    const steps = (version: string, tests: string) => ({
      [`Run actions/checkout@${version}`]: 3,
      "Set up Python 3.12": 4,
      [`Run make test ONLY="a very long list of tests that people add to: ${tests}"`]: 50,
    });
    const before = times(4, (at) => timedRun(at, [job("test", steps("v4", "one"))]));
    const after = times(4, (at) =>
      timedRun(at, [job("test", { ...steps("v5", `one, two, ${at}`), "Set up Python 3.12": 9 })]),
    );
    assert.deepEqual(seconds(account(before, after)), { "set-up / test / Set up Python 3.12": 5 });
  });

  test("one odd run on either side does not move the account", () => {
    const plain = (length: number) => (at: number) => timedRun(at, [job("test", { Test: at === 3 ? 5000 : length })]);
    assert.deepEqual(seconds(account(times(8, plain(60)), times(8, plain(90)))), { "work / test / Test": 30 });
  });

  test("when every step takes longer alike, that is the cause, not the longest step", () => {
    const paced = (pace: number) => (at: number) =>
      timedRun(at, [job("test", { Install: 20 * pace, Build: 50 * pace, Test: 80 * pace })]);
    const cause = namedCause(account(times(4, paced(1)), times(4, paced(2))));
    assert.deepEqual(cause?.kind === "everything" && [cause.ratio, cause.ms], [2, 150_000]);
  });

  test("runs of unknown duration are no side of a difference", () => {
    const open = timedRun(1, [job("test", { Test: 1 })]);
    const unknown = { ...open, run: { ...open.run, duration: { ms: null, unknown: "held-back" as const } } };
    assert.equal(accountForMinutes([unknown], [open]), null);
  });
});

const plannedJob: fc.Arbitrary<PlannedJob> = fc
  .record({
    name: fc.constantFrom("a", "b", "c", "d (1)", "d (2)", "e / f"),
    made: fc.integer({ min: -20, max: 900 }),
    waits: fc.integer({ min: -8, max: 400 }),
    steps: fc.dictionary(fc.constantFrom("Set up job", "npm ci", "Test", "Build"), fc.integer({ min: 0, max: 500 })),
    gap: fc.integer({ min: -3, max: 20 }),
  })
  .map(({ waits, ...planned }) => ({ ...planned, start: planned.made + waits }));
const anyRun: fc.Arbitrary<TimedRun> = fc
  .tuple(
    fc.integer({ min: 1, max: 1e6 }),
    fc.array(plannedJob, { maxLength: 7 }),
    fc.record({
      hasSteps: fc.boolean(),
      earlierSeconds: fc.integer({ min: 0, max: 900 }),
      tailSeconds: fc.integer({ min: 0, max: 9 }),
    }),
  )
  .map(([id, jobs, options]) => timedRun(id, jobs, options));

test("whatever the times, the account adds up to the difference and a breakdown to its run", () => {
  const runs = fc.array(anyRun, { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(runs, runs, (before, after) => {
      account(before, after);
      for (const run of before) {
        const found = breakDownRun(run, "steps")!;
        const path = found.path.flatMap(({ parts }) => parts.map(({ ms }) => ms));
        const total = [...path, found.queueMs, found.restMs, found.earlierAttemptsMs].reduce((a, b) => a + b, 0);
        assert.equal(total, found.totalMs);
      }
    }),
    { numRuns: 500 },
  );
});
