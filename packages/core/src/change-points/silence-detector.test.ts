import assert from "node:assert/strict";
import { test } from "node:test";
import { silenceDetector, type SilenceState } from "./index.ts";

const DAY_MS = 86_400_000;
const NIGHT_MS = Date.UTC(2026, 0, 5, 2);
const mark = (atMs: number) => ({ runId: Math.round(atMs / 1000), runAttempt: 1, atMs });

/** Nightly on working days: five days a week, so that a weekend is no silence. */
function weekdays(count: number): number[] {
  return Array.from({ length: count }, (_, at) => NIGHT_MS + (Math.floor(at / 5) * 7 + (at % 5)) * DAY_MS);
}

function fed(times: readonly number[], state?: SilenceState) {
  const detector = silenceDetector(state === undefined ? {} : { state });
  const events = times.flatMap((atMs) => [...detector.observe({ startedAtMs: atMs, mark: mark(atMs) })]);
  return { detector, events };
}

test("a weekend without runs is no silence", () => {
  assert.deepEqual(fed(weekdays(60)).events, []);
});

test("a schedule that stopped is told once the wait is over, and not twice", () => {
  const times = weekdays(40);
  const { detector } = fed(times);
  const last = times.at(-1)!;
  assert.deepEqual(detector.check(last + 7 * DAY_MS), []);
  const [told] = detector.check(last + 8 * DAY_MS);
  assert.equal(told!.state, "told");
  assert.equal(told!.onset.atMs, last);
  assert.equal(told!.at.atMs, last + 2.5 * 3 * DAY_MS);
  assert.deepEqual(detector.check(last + 9 * DAY_MS), []);
});

test("the run that ends a silence says that it was silent and that it is back", () => {
  const times = weekdays(40);
  const { events, detector } = fed([...times, times.at(-1)! + 20 * DAY_MS]);
  assert.deepEqual(
    events.map(({ state }) => state),
    ["told", "recovered"],
  );
  assert.equal(Math.max(...detector.state().gapsMs), 3 * DAY_MS);
});

test("too few gaps are no schedule yet", () => {
  const { detector } = fed(weekdays(20));
  assert.deepEqual(detector.check(NIGHT_MS + 300 * DAY_MS), []);
});

test("a state that went through JSON goes on as if nothing had happened", () => {
  const times = weekdays(50).filter((_, at) => at < 30 || at > 42);
  const whole = fed(times).events;
  for (const stop of [1, 25, 30, 31]) {
    const first = fed(times.slice(0, stop));
    const state = JSON.parse(JSON.stringify(first.detector.state())) as SilenceState;
    assert.deepEqual([...first.events, ...fed(times.slice(stop), state).events], whole);
  }
});

/** Every so many hours from 8 to 18 o'clock, on working days. */
function workingHours(weekCount: number, everyHours: number): number[] {
  const times: number[] = [];
  for (let day = 0; day < 7 * weekCount; day++) {
    if (day % 7 > 4) continue;
    for (let hour = 8; hour < 18; hour += everyHours) times.push(NIGHT_MS + (day + hour / 24) * DAY_MS);
  }
  return times;
}

test("nights and weekends of a schedule of working hours are told twice at most, then they are its rhythm", () => {
  for (const everyHours of [1, 0.25]) {
    const told = fed(workingHours(12, everyHours)).events.filter(({ state }) => state === "told");
    assert.ok(told.length <= 4, `${told.length} times, every ${everyHours} hours`);
    assert.ok(told.every(({ at }) => at.atMs < NIGHT_MS + 14 * DAY_MS));
  }
});

test("a schedule of working hours that stops is told all the same", () => {
  const times = workingHours(12, 1);
  const { detector } = fed(times);
  const [told] = detector.check(times.at(-1)! + 4 * DAY_MS);
  assert.equal(told!.onset.atMs, times.at(-1));
});

test("runs that all started at one instant are no schedule", () => {
  const { events, detector } = fed([...Array.from({ length: 60 }, () => NIGHT_MS), NIGHT_MS + 1000]);
  assert.deepEqual([...events, ...detector.check(NIGHT_MS + 1000)], []);
});
