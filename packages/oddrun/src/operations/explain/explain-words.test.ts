import assert from "node:assert/strict";
import { test } from "node:test";
import type { MinutesAccount, MinutesPart, Suspect } from "@oddrun/core";
import * as fc from "fast-check";
import { accountMarkdown, accountText } from "./explain-run-text.ts";
import { suspectWords } from "./explain-suspects.ts";
import { accountLines, categories, differenceSeconds, signedText, spanText } from "./explain-words.ts";

const HOSTILE = "\u001b[31m`x`| <img src=//evil> @everyone \u202e\nnew";

function account(parts: readonly Partial<MinutesPart>[], beforeMs = 100_000): MinutesAccount {
  const whole = parts.map((part): MinutesPart => {
    const rest = {
      kind: "work",
      job: "test",
      step: "Test",
      labels: null,
      ms: 0,
      beforeMs: 1000,
      afterMs: 2000,
    } as const;
    return { ...rest, ...part };
  });
  const differenceMs = whole.reduce((sum, { ms }) => sum + ms, 0);
  return {
    detail: "steps",
    beforeMs,
    afterMs: beforeMs + differenceMs,
    differenceMs,
    errorMs: null,
    beforeRuns: 5,
    afterRuns: 5,
    parts: whole,
    pathMoves: [],
    unexplainedMs: 0,
  };
}

test("spans are told to the second", () => {
  assert.deepEqual([0, 999, 59_500, 3_725_000].map(spanText), ["0 s", "1 s", "1 min 00 s", "1 h 02 min 05 s"]);
  assert.deepEqual([-42_000, 400, 61_000].map(signedText), ["-42 s", "0 s", "+1 min 01 s"]);
});

test("whatever the parts, the lines add up to the difference of the spans as they are read", () => {
  const kind = fc.constantFrom("work", "queue", "path", "unexplained", "re-runs", "between-jobs", "cache");
  const parts = fc.array(fc.record({ kind, ms: fc.integer({ min: -400_000, max: 400_000 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(parts, fc.integer({ min: 8_000_000, max: 9_000_000 }), (some, beforeMs) => {
      const one = account(some, beforeMs);
      const seconds = accountLines(one).reduce((sum, { ms }) => sum + ms, 0) / 1000;
      assert.equal(seconds, differenceSeconds(one));
      assert.equal(seconds, Math.round(one.afterMs / 1000) - Math.round(one.beforeMs / 1000));
      assert.equal(
        categories(one).reduce((sum, [, ms]) => sum + ms, 0),
        one.differenceMs,
      );
    }),
  );
});

test("names from outside do no harm in a terminal or in Markdown", () => {
  const one = account([
    { ms: 60_000, job: HOSTILE, step: HOSTILE },
    { kind: "queue", ms: 50_000, job: HOSTILE, step: null, labels: HOSTILE },
  ]);
  const text = accountText(one).join("\n");
  assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
  assert.equal(text.split("\n").length, 2 + accountLines(one).length + 1);
  for (const row of accountMarkdown(one).slice(2)) assert.equal(row.replaceAll("\\|", "").split("|").length, 4, row);
  const known = { runCount: 9, newCount: 9 };
  const kinds = ["job", "step", "action", "runner-labels", "matrix-size", "commits", "workflow-file", "cache"] as const;
  for (const kind of kinds) {
    const told: Suspect = {
      kind,
      jobs: [HOSTILE],
      step: HOSTILE,
      from: HOSTILE,
      to: HOSTILE,
      before: known,
      since: known,
      offsetRuns: -1,
      score: 1,
    };
    assert.ok(!/[\u001b\u202e\n]/.test(suspectWords(told)), kind);
  }
});
