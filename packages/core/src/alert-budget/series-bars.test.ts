import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { seriesId } from "../change-points/index.ts";
import { DEFAULT_BAR_OPTIONS, seriesBars } from "./index.ts";

const { falseAlarmsARun, falseShare, scoreTail, barMin, barMax } = DEFAULT_BAR_OPTIONS;
const idOf = (event: string): string =>
  seriesId({
    repositoryId: 1,
    workflowId: 1,
    branches: "default",
    event,
    scope: "run",
    measure: "duration",
    job: "",
    part: "",
  });
const load = (event: string, minutesAWeek: number, runsAWeek = 100) => ({
  seriesId: idOf(event),
  minutesAWeek,
  runsAWeek,
});

test("among many series a bar grows with ln(1 / share) of the minutes", () => {
  const loads = Array.from({ length: 400 }, (_, at) => load(`${at}`, at === 0 ? 10 : at === 1 ? 20 : 40, 5));
  const bars = seriesBars(loads, 5);
  const step = Math.log(2) / scoreTail.level;
  assert.ok(bars.get(idOf("0"))! < barMax);
  assert.ok(Math.abs(bars.get(idOf("0"))! - bars.get(idOf("1"))! - step) < 1e-9);
  assert.ok(Math.abs(bars.get(idOf("1"))! - bars.get(idOf("2"))! - step) < 1e-9);
});

test("few series that run seldom have the lowest bar of their measure", () => {
  assert.deepEqual([...seriesBars([load("a", 300, 10), load("b", 100, 10)], 1).values()], [barMin.level, barMin.level]);
});

test("where no bar meets the highest, the false alarms of all series together keep to their part of the budget", () => {
  const loads = fc.array(
    fc.record({ minutes: fc.integer({ min: 0, max: 10_000 }), runs: fc.integer({ min: 0, max: 3000 }) }),
    {
      minLength: 1,
      maxLength: 50,
    },
  );
  fc.assert(
    fc.property(loads, fc.double({ min: 0.1, max: 20, noNaN: true }), (raw, budget) => {
      const series = raw.map(({ minutes, runs }, at) => load(`${at}`, minutes, runs));
      const bars = seriesBars(series, budget, { options: { ...DEFAULT_BAR_OPTIONS, barMax: 1e9 } });
      const expected = series.reduce(
        (sum, { seriesId, runsAWeek }) =>
          sum + runsAWeek * falseAlarmsARun * Math.exp(-scoreTail.level * (bars.get(seriesId)! - 1)),
        0,
      );
      // a share of nothing is still a millionth of the budget
      assert.ok(expected <= budget * falseShare * (1 + 1e-6 * series.length) + 1e-9);
    }),
  );
});

test("a raise lifts every bar, and none above the highest", () => {
  const bars = seriesBars([load("dear", 1000, 10), load("cheap", 0.001, 4000)], 1, { raise: 0.5 });
  assert.equal(bars.get(idOf("dear")), barMin.level + 0.5);
  assert.equal(bars.get(idOf("cheap")), barMax);
});

test("a raise below 0 lowers bars, and none below the lowest", () => {
  const loads = Array.from({ length: 400 }, (_, at) => load(`${at}`, 40, 5));
  const [bar = assert.fail()] = seriesBars(loads, 1).values();
  assert.ok(bar > barMin.level + 0.1);
  const lowered = [...seriesBars(loads, 1, { raise: -0.1 }).values()];
  assert.ok(Math.abs(lowered[0]! - (bar - 0.1)) < 1e-9);
  assert.deepEqual(new Set(seriesBars(loads, 1, { raise: -9 }).values()), new Set([barMin.level]));
});
