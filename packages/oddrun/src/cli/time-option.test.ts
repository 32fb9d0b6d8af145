import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../operations/problems.ts";
import { sinceOption, timeWindow } from "./time-option.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

const inputOf = (given: Readonly<Record<string, string>>) => ({
  args: [],
  text: (name: string) => given[name],
  texts: (name: string) => (given[name] === undefined ? [] : [given[name]]),
  isSet: (name: string) => given[name] !== undefined,
});
const read = (text: string) => sinceOption(inputOf({ since: text }), "since", NOW);

function refusal(work: () => unknown): string {
  let message = "";
  assert.throws(work, (error) => {
    assert.ok(error instanceof Problem);
    assert.equal(error.exitCode, 2);
    message = error.message;
    return true;
  });
  return message;
}

test("a span counts back from now, a day is its midnight in UTC, an instant is reckoned with its zone", () => {
  assert.equal(sinceOption(inputOf({}), "since", NOW), undefined);
  assert.equal(read("12h"), NOW - DAY_MS / 2);
  assert.equal(read("90d"), NOW - 90 * DAY_MS);
  assert.equal(read("8w"), NOW - 56 * DAY_MS);
  assert.equal(read("2026-11-01"), Date.UTC(2026, 10, 1));
  assert.equal(read("2024-02-29"), Date.UTC(2024, 1, 29));
  assert.equal(read("2026-11-01T06:00Z"), Date.UTC(2026, 10, 1, 6));
  assert.equal(read("2026-11-01T06:00:30.5+02:00"), Date.UTC(2026, 10, 1, 4, 0, 30, 500));
});

test("a time that is none is refused with the forms that are taken, and never rolled over", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["2026-02-30", /no such day/],
    ["2025-02-29T10:00Z", /no such day/],
    ["2026-13-01", /no such day/],
    ["2026-11-01T25:00Z", /no such time of day/],
    ["2026-11-01T24:00Z", /no such time of day/],
    ["2026-11-01T10:61Z", /no such time of day/],
    ["2026-11-01T10:00", /no time zone/],
    ["2026-11-01 10:00Z", /takes/],
    ["1793620800000", /milliseconds/],
    ["1793620800", /seconds/],
    ["yesterday", /takes/],
    ["", /takes/],
    ["-3d", /takes/],
    ["3m", /takes/],
    ["2026-11", /takes/],
    ["2026-11-01T10:00+25:00", /takes/],
    ["x".repeat(500), /…/],
  ];
  for (const [text, words] of cases) {
    const message = refusal(() => read(text));
    assert.match(message, words);
    assert.match(message, /^--since takes .*30d.*2026-01-31 .*2026-01-31T06:00Z/);
  }
});

test("a window ends after it begins", () => {
  assert.deepEqual(timeWindow(inputOf({}), NOW), {});
  assert.deepEqual(timeWindow(inputOf({ since: "2026-11-01", until: "1d" }), NOW), {
    sinceMs: Date.UTC(2026, 10, 1),
    untilMs: NOW - DAY_MS,
  });
  assert.match(
    refusal(() => timeWindow(inputOf({ since: "1d", until: "2d" }), NOW)),
    /2026-11-21T12:00:00\.000Z.* is not before --until/,
  );
  refusal(() => timeWindow(inputOf({ since: "2026-11-01", until: "2026-11-01" }), NOW));
  // what lies ahead is no mistake of form: it is empty
  assert.equal(timeWindow(inputOf({ since: "2030-01-01" }), NOW).sinceMs, Date.UTC(2030, 0, 1));
});
