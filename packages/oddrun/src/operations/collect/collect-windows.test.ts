import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type ClosedWindow, cutWindows, DAY_S, gapsIn, lengthS, overlapsIn, pieceOf } from "./collect-windows.ts";

const REPEATED = { seed: 20_261_122, numRuns: 300 };

test("windows never overlap and never leave a second out, whatever totals the server tells", () => {
  const answers = fc.array(
    fc.oneof(
      fc.constant("many" as const),
      fc.constant(null),
      fc.integer({ min: 0, max: 999 }),
      fc.integer({ min: 1000, max: 2_000_000 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.record({
        fromS: fc.integer({ min: 1, max: 400 * DAY_S }),
        length: fc.integer({ min: 1, max: 100 * DAY_S }),
        runsPerSecond: fc.option(fc.double({ min: 0, max: 50, noNaN: true })),
        isAligned: fc.boolean(),
        isOpen: fc.boolean(),
        answers,
        guesses: fc.array(
          fc.record({
            fromS: fc.integer({ min: 0, max: 500 * DAY_S }),
            toS: fc.integer({ min: 0, max: 500 * DAY_S }),
            runCount: fc.integer({ min: 0, max: 100 }),
          }),
          { maxLength: 7 },
        ),
      }),
      ({ fromS, length, runsPerSecond, isAligned, isOpen, answers, guesses }) => {
        const nowS = fromS + length - 1;
        const cutter = cutWindows({ fromS, toS: isOpen ? null : nowS }, { nowS, runsPerSecond, isAligned });
        let nextToS = nowS;
        let asked = 0;
        for (let window = cutter.next(); window !== null; window = cutter.next()) {
          const total = answers[asked++] ?? 0;
          if (nextToS === nowS && isOpen) assert.equal(window.toS, null);
          else assert.equal(window.toS, nextToS);
          assert.ok(window.fromS <= nextToS);
          assert.ok(isAligned || window.fromS >= fromS);
          const isTooFull = total === "many" || (total !== null && total >= 1000);
          const newest = guesses[asked % 7] ?? null;
          if (isTooFull && cutter.cut(total, newest)) continue;
          assert.ok(!isTooFull || window.fromS === nextToS, "only one second cannot be cut");
          cutter.done(total === null || total === "many" ? 1000 : Math.min(total, 1000));
          nextToS = window.fromS - 1;
          if (asked > 20_000) return;
        }
        assert.ok(isAligned ? nextToS < fromS : nextToS === fromS - 1);
      },
    ),
    REPEATED,
  );
});

test("gaps and overlaps together are the range, and have nothing in common", () => {
  const window = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
    .map(([fromS, more]): ClosedWindow => ({ fromS, toS: fromS + more }));
  fc.assert(
    fc.property(fc.record({ range: window, covered: fc.array(window, { maxLength: 6 }) }), ({ range, covered }) => {
      const isCovered = (second: number) => covered.some(({ fromS, toS }) => fromS <= second && second <= toS);
      const seconds = Array.from({ length: lengthS(range) }, (_, at) => range.toS - at);
      const spread = (windows: readonly ClosedWindow[]) =>
        windows.flatMap((window) => Array.from({ length: lengthS(window) }, (_, at) => window.toS - at));
      assert.deepEqual(
        spread(gapsIn(range, covered)),
        seconds.filter((second) => !isCovered(second)),
      );
      assert.deepEqual(spread(overlapsIn(range, covered)), seconds.filter(isCovered));
    }),
    REPEATED,
  );
});

test("windows are sized by how many runs there were, to about 900", () => {
  const cutter = cutWindows({ fromS: 0, toS: 9999 }, { nowS: 9999, runsPerSecond: 1, isAligned: false });
  assert.deepEqual(cutter.next(), { fromS: 9100, toS: 9999 });
  cutter.done(450);
  assert.deepEqual(cutter.next(), { fromS: 7300, toS: 9099 });
  assert.ok(cutter.cut(3600));
  assert.deepEqual(cutter.next(), { fromS: 8650, toS: 9099 });
  assert.ok(cutter.cut("many"));
  assert.deepEqual(cutter.next(), { fromS: 8875, toS: 9099 });
});

test("a burst is met at once, wherever in the window it lies", () => {
  const cutter = cutWindows({ fromS: 0, toS: 10 * DAY_S }, { nowS: 10 * DAY_S, runsPerSecond: 0, isAligned: false });
  const burst = { fromS: 5 * DAY_S - 9, toS: 5 * DAY_S, runCount: 100 };
  assert.ok(cutter.cut(1500, burst));
  assert.deepEqual(cutter.next(), { fromS: 5 * DAY_S - 89, toS: 10 * DAY_S });
  assert.ok(cutter.cut(1500, burst));
  assert.ok(Number(cutter.next()?.fromS) > 7 * DAY_S, "the second guess would be the same");
});

test("aligned windows are cut at the same places, wherever the look begins", () => {
  const windowsFrom = (midnight: number) => {
    const cutter = cutWindows(
      { fromS: midnight - 31 * DAY_S, toS: midnight - 1 },
      { nowS: midnight, runsPerSecond: 200 / DAY_S, isAligned: true },
    );
    const windows: string[] = [];
    for (let window = cutter.next(); window !== null; window = cutter.next()) {
      windows.push(`${window.fromS}..${window.toS}`);
      cutter.done((200 * (cutter.next() === null ? 1 : 1) * (Number(window.toS) - window.fromS + 1)) / DAY_S);
    }
    return windows;
  };
  const today = windowsFrom(20_000 * DAY_S);
  const tomorrow = windowsFrom(20_001 * DAY_S);
  assert.ok(today.length >= 8 && today.length <= 10, today.join(" "));
  assert.ok(tomorrow.filter((window) => !today.includes(window)).length <= 2, tomorrow.join(" "));
});

test("a quiet gap is listed at once, a busy one as far as asked for", () => {
  const gap = { fromS: 0, toS: 90 * DAY_S - 1 };
  const tierFromS = 85 * DAY_S;
  assert.deepEqual(pieceOf(gap, tierFromS, 0), gap);
  assert.deepEqual(pieceOf(gap, tierFromS, 10 / DAY_S), { fromS: 80 * DAY_S, toS: gap.toS });
  assert.deepEqual(pieceOf(gap, tierFromS, 500 / DAY_S), { fromS: tierFromS, toS: gap.toS });
  assert.deepEqual(pieceOf(gap, tierFromS, null), { fromS: tierFromS, toS: gap.toS });
  assert.equal(pieceOf({ fromS: 0, toS: 10 }, tierFromS, 0), null);
});
