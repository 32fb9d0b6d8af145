import assert from "node:assert/strict";
import { test } from "node:test";
import { waitTeller } from "./github-wait.ts";

test("a wait is said once, whenever it comes; a retry is progress like any other, with what failed", () => {
  const shown: (readonly [string, boolean])[] = [];
  const logged: string[] = [];
  const silent = () => {};
  const waits = waitTeller({
    progress: (line, isDue = false) => shown.push([line, isDue]),
    log: { debug: silent, warn: silent, error: silent, info: (message) => logged.push(message) },
  });
  const untilMs = Date.UTC(2026, 5, 1, 14, 5);
  waits.tell({ reason: "retry", untilMs: 5, why: "api.github.com: ENOTFOUND, try 2 of 5" });
  assert.equal(waits.untilMs(), 0);
  waits.tell({ reason: "rate-limit", untilMs });
  waits.tell({ reason: "rate-limit", untilMs: untilMs + 900 });
  waits.tell({ reason: "overload", untilMs: untilMs + 60_000 });
  assert.deepEqual(shown, [
    ["No answer from api.github.com: ENOTFOUND, try 2 of 5", false],
    ["GitHub's rate limit is reached: going on at 14:05 UTC (Ctrl-C stops; the same command goes on later)", true],
    ["GitHub asks for a pause: going on at 14:06 UTC (Ctrl-C stops; the same command goes on later)", true],
  ]);
  assert.equal(logged.length, 2);
  assert.equal(waits.untilMs(), untilMs + 60_000);
});
