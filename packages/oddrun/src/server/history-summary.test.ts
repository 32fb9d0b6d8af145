import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunStore } from "../operations/ports.ts";
import { summaryReader } from "./history-summary.ts";
import { temporaryStore } from "./page/odd-runs.contract.ts";

test("counts are kept for a second, longer where counting took long, and not at all where it failed", async () => {
  const temporary = await temporaryStore();
  const { store } = temporary;
  let nowMs = 0;
  let counts = 0;
  let costMs = 0;
  let fails = false;
  const counting: RunStore = {
    ...store,
    countVerdicts: async () => {
      counts++;
      nowMs += costMs;
      if (fails) throw new Error("disk");
      return store.countVerdicts();
    },
  };
  const read = summaryReader(counting, () => nowMs);
  const countsAfter = async (waitMs: number): Promise<number> => {
    nowMs += waitMs;
    await read();
    return counts;
  };
  await Promise.all([read(), read(), read()]);
  assert.equal(counts, 1);
  assert.equal(await countsAfter(999), 1);
  costMs = 100;
  assert.equal(await countsAfter(1), 2);
  assert.equal(await countsAfter(4999), 2);
  fails = true;
  await assert.rejects(countsAfter(1));
  fails = false;
  assert.equal(await countsAfter(0), 4);
  await temporary.remove();
});
