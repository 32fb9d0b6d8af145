import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random/index.ts";
import { type InjectableRun, inject, injectShift } from "./injection.ts";

const flat = (runCount: number, failedEvery = Number.POSITIVE_INFINITY): readonly (InjectableRun & { id: number })[] =>
  Array.from({ length: runCount }, (_, id) => ({
    id,
    durationMs: 100,
    hasFailed: id % failedEvery === failedEvery - 1,
  }));
const durations = (runs: readonly InjectableRun[]) => runs.map(({ durationMs }) => Math.round(durationMs));

test("a shift multiplies durations from its onset on, for as long as it lasts, and keeps everything else", () => {
  const runs = flat(6, 3);
  assert.deepEqual(durations(injectShift(runs, { onset: 4, factor: 1.5 })), [100, 100, 100, 100, 150, 150]);
  const passing = injectShift(runs, { onset: 1, factor: 2, runCount: 2 });
  assert.deepEqual(durations(passing), [100, 200, 200, 100, 100, 100]);
  assert.deepEqual(
    passing.map(({ id, hasFailed }) => ({ id, hasFailed })),
    runs.map(({ id, hasFailed }) => ({ id, hasFailed })),
  );
});

test("each injection says where it is", () => {
  const random = seededRandom(1);
  const put = (injection: Parameters<typeof inject>[1]) => {
    const { runs, stretches } = inject(flat(8, 4), injection, 3, random);
    return { durations: durations(runs), stretches: stretches.map(({ firstRun, lastRun }) => [firstRun, lastRun]) };
  };
  assert.deepEqual(put({ kind: "ramp", factor: 2, runCount: 4 }), {
    durations: [100, 100, 100, 125, 150, 175, 200, 200],
    stretches: [[3, 7]],
  });
  assert.deepEqual(put({ kind: "two-steps", factor: 2, runCount: 3 }), {
    durations: [100, 100, 100, 200, 200, 200, 400, 400],
    stretches: [
      [3, 5],
      [6, 7],
    ],
  });
  assert.deepEqual(put({ kind: "odd-run", factor: 3, gap: 2 }).stretches, [
    [3, 3],
    [5, 5],
  ]);
  const hollow = inject(flat(8, 4), { kind: "hollow", factor: 0.1, runCount: 3 }, 2, random);
  assert.deepEqual(durations(hollow.runs), [100, 100, 10, 10, 10, 100, 100, 100]);
  assert.deepEqual(
    hollow.runs.map(({ hasFailed }) => hasFailed),
    [false, false, false, false, false, false, false, true],
  );
});

test("failures rise by the share asked for, and last as long as failed runs of this history do", () => {
  const runs = flat(4000, 10).map((run) => ({ ...run, durationMs: run.hasFailed ? 40 : 100 }));
  const { runs: changed } = inject(runs, { kind: "failures", rise: 0.3, runCount: 2000 }, 1000, seededRandom(3));
  const failed = changed.slice(1000, 3000).filter(({ hasFailed }) => hasFailed);
  // 0.4 of 2000, give or take four standard deviations of a coin thrown as often
  assert.ok(Math.abs(failed.length - 800) < 80, `${failed.length}`);
  assert.ok(failed.every(({ durationMs }) => durationMs === 40));
  assert.deepEqual(changed.slice(3000), runs.slice(3000));
  assert.throws(() => inject(flat(9), { kind: "failures", rise: 0.3, runCount: 5 }, 2, seededRandom(3)), RangeError);
});

test("a wider spread leaves the level alone", () => {
  const runs = flat(200).map((run, place) => ({ ...run, durationMs: place % 2 === 0 ? 90 : 100 / 0.9 }));
  const { runs: wider } = inject(runs, { kind: "variance", factor: 2 }, 100, seededRandom(1));
  const logs = wider.slice(120, 180).map(({ durationMs }) => Math.log(durationMs / 100));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  assert.ok(Math.abs(mean) < 0.11, `${mean}`);
  assert.ok(Math.max(...logs) > 0.2 && Math.min(...logs) < -0.2);
  assert.deepEqual(wider.slice(0, 100), runs.slice(0, 100));
});

test("an onset outside the history is refused", () => {
  for (const onset of [-1, 8, 1.5, Number.NaN])
    assert.throws(() => inject(flat(8), { kind: "step", factor: 2 }, onset, seededRandom(1)), /onset must be a run/);
});

test("a spread that grows around runs of no time at all makes numbers", () => {
  const none = Array.from({ length: 40 }, (_, at) => ({ durationMs: at % 8 === 0 ? 900 : 0, hasFailed: false }));
  const { runs } = inject(none, { kind: "variance", factor: 2 }, 10, seededRandom(1));
  assert.ok(runs.every(({ durationMs }) => Number.isFinite(durationMs)));
});
