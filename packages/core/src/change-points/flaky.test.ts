import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FLAKY_WAIT_MS, failureVerdicts, type RunVerdict } from "./index.ts";

const MINUTE_MS = 60_000;

interface Attempt {
  readonly runId: number;
  readonly runAttempt?: number;
  readonly atMs: number;
  readonly hasFailed: boolean;
  readonly headSha?: string | null;
}

function verdictsOf(attempts: readonly Attempt[], nowMs: number): readonly string[] {
  let verdicts = failureVerdicts();
  const known: RunVerdict[] = [];
  for (const { runId, runAttempt = 1, atMs, hasFailed, headSha = `sha-${runId}` } of attempts) {
    known.push(...verdicts.add({ hasFailed, headSha, mark: { runId, runAttempt, atMs } }));
    verdicts = failureVerdicts({ state: verdicts.state() });
  }
  known.push(...verdicts.passTime(nowMs));
  return known.map(
    ({ mark, hasFailed, isFlaky, knownAtMs }) =>
      `${mark.runId} ${isFlaky ? "flaky" : hasFailed ? "failed" : "passed"} ${knownAtMs / MINUTE_MS}`,
  );
}
const at = (minutes: number): number => minutes * MINUTE_MS;

test("what fails and passes on the same commit is flaky, as another attempt or as another run", () => {
  const again = { runId: 1, runAttempt: 2, atMs: at(30), hasFailed: false };
  assert.deepEqual(verdictsOf([{ runId: 1, atMs: 0, hasFailed: true }, again], at(30)), ["1 flaky 30"]);
  const other = [
    { runId: 1, atMs: 0, hasFailed: true, headSha: "same" },
    { runId: 2, atMs: at(20), hasFailed: false, headSha: "same" },
  ];
  assert.deepEqual(verdictsOf(other, at(20)), ["1 flaky 20", "2 passed 20"]);
  const unknown = other.map((attempt) => ({ ...attempt, headSha: null }));
  assert.deepEqual(verdictsOf(unknown, at(20)), ["2 passed 20"]);
});

test("a failure is one when it fails again, or when its time to pass is over", () => {
  const first = { runId: 1, atMs: 0, hasFailed: true };
  assert.deepEqual(verdictsOf([first], at(59)), []);
  assert.deepEqual(verdictsOf([first], FLAKY_WAIT_MS), ["1 failed 60"]);
  assert.deepEqual(verdictsOf([first, { ...first, runAttempt: 2, atMs: at(25) }], at(25)), ["1 failed 25"]);
  const late = { ...first, runAttempt: 2, atMs: at(90), hasFailed: false };
  assert.deepEqual(verdictsOf([first, late], at(90)), ["1 failed 60"]);
});

test("each run counts once, and every failed one in the end", () => {
  const attempts = fc.array(
    fc.record({ runId: fc.nat(9), gapMs: fc.integer({ min: 1, max: at(90) }), hasFailed: fc.boolean() }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(attempts, (planned) => {
      const count = new Map<number, number>();
      let atMs = 0;
      const all = planned.map(({ runId, gapMs, hasFailed }) => {
        atMs += gapMs;
        count.set(runId, (count.get(runId) ?? 0) + 1);
        return { runId, runAttempt: count.get(runId)!, atMs, hasFailed };
      });
      const runs = verdictsOf(all, atMs + FLAKY_WAIT_MS).map((line) => Number(line.split(" ")[0]));
      assert.deepEqual(
        runs.toSorted((one, other) => one - other),
        [...count.keys()].sort((one, other) => one - other),
      );
    }),
    { seed: 4, numRuns: 300 },
  );
});
