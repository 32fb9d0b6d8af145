import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesId } from "@oddrun/core";
import * as fc from "fast-check";
import type { Store } from "../../adapters/store/index.ts";
import { held, look, newStore, standing, told, WINDOW_MS } from "./change-look.contract.ts";
import { type Arrival, batchOf, changingHistory, HOUR_MS, REPOSITORY, START } from "./changing-history.contract.ts";

const HISTORY = changingHistory();
const END = Math.max(...HISTORY.map(({ run }) => run.completedAtMs!));

/** A person accepts the longer runs, some while after they were told. */
const ACCEPTED_MS = START + 80 * HOUR_MS;
const SERIES = { workflowId: 70, branches: "default", event: "push", scope: "run", measure: "duration" } as const;
const ACCEPTED = {
  seriesId: seriesId({ ...SERIES, repositoryId: REPOSITORY.id, job: "", part: "" }),
  changeNumber: 1,
  acceptedAtMs: ACCEPTED_MS,
};
const feedbackAt = (nowMs: number) => ({ bars: new Map(), accepted: nowMs < ACCEPTED_MS ? [] : [ACCEPTED] });

async function inOneGo(arrivals: readonly Arrival[]) {
  const store = await newStore();
  await store.save(batchOf(arrivals));
  await look(store, END + WINDOW_MS, { feedback: feedbackAt(END + WINDOW_MS) });
  const found = { words: await held(store), standing: await standing(store) };
  await store.close();
  return found;
}

test("a level, a rate and a silence are told with their series and their onset, and nothing else of whole runs", async () => {
  const store = await newStore();
  await store.save(batchOf(HISTORY));
  const summary = await look(store, END + WINDOW_MS);
  const onsets = async (measure: string) => (await told(store, measure)).map(({ event }) => event.onset.runId);
  assert.deepEqual(await onsets("duration"), [1110]);
  assert.deepEqual(await onsets("cost"), [1110]);
  // run 1180 failed too, and passed when it was run again
  assert.deepEqual(await onsets("failure"), [1181]);
  assert.deepEqual(await onsets("schedule"), [5059]);
  assert.deepEqual(
    (await told(store, "duration", "job")).map(({ event }) => event.onset.runId),
    [1110, 1110],
  );
  assert.equal(summary.runCount, HISTORY.length);
  assert.ok(summary.isComplete && summary.said.recovered >= 2);
  const before = await store.changes();
  const again = await look(store, END + WINDOW_MS);
  assert.deepEqual(Object.values(again.said), [0, 0, 0, 0, 0, 0]);
  assert.ok(again.runCount < 25, "what is behind the checkpoint is not read again");
  assert.deepEqual(await store.changes(), before);
  await store.close();
});

/** Fails in the place of a process that is killed: before it saved, or after. */
function dying(store: Store, kill: "before" | "after"): Store {
  return {
    ...store,
    saveWatch: async (step) => {
      if (kill === "after") await store.saveWatch(step);
      throw new Error("killed");
    },
  };
}

test("any order of arrival within the window, any split into looks, and kills between them lead to the same changes", async () => {
  const whole = await inOneGo(HISTORY);
  assert.ok(whole.words.length > 8);
  assert.ok(whole.words.some(({ event }) => event.state === "settled" && event.at.atMs === ACCEPTED_MS));
  const delays = fc.array(fc.integer({ min: 0, max: WINDOW_MS - 1 }), { minLength: 40, maxLength: 40 });
  const looks = fc.array(
    fc.record({
      atShare: fc.double({ min: 0.02, max: 1, noNaN: true }),
      kill: fc.constantFrom(null, "before" as const, "after" as const),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const saveAfterRuns = fc.constantFrom(17, 100, 20_000);
  await fc.assert(
    fc.asyncProperty(delays, looks, saveAfterRuns, async (delaysMs, planned, runs) => {
      const store = await newStore();
      const arriving = HISTORY.map((arrival, place) => ({
        arrival,
        atMs: arrival.run.completedAtMs! + delaysMs[(place * 7) % delaysMs.length]!,
      }));
      const times = planned.map(({ atShare, kill }) => ({ kill, atMs: START + atShare * (END - START) }));
      times.sort((one, other) => one.atMs - other.atMs);
      let fromMs = 0;
      for (const { atMs, kill } of [...times, { atMs: END + WINDOW_MS, kill: null }]) {
        const come = arriving.filter((each) => each.atMs > fromMs && each.atMs <= atMs);
        fromMs = atMs;
        if (come.length > 0) await store.save(batchOf(come.map(({ arrival }) => arrival)));
        const looking = look(kill === null ? store : dying(store, kill), atMs, {
          saveAfterRuns: runs,
          feedback: feedbackAt(atMs),
        });
        if (kill === null) await looking.catch((error: unknown) => assert.match(String(error), /no-runs|No runs/i));
        else await looking.catch(() => {});
      }
      assert.equal((await store.watchOf(REPOSITORY.id))?.lateCount, 0);
      const words = await held(store);
      const stands = await standing(store);
      await store.close();
      assert.deepEqual(words, whole.words);
      assert.deepEqual(stands, whole.standing);
    }),
    { seed: 2026, numRuns: Number(process.env["ODDRUN_PROPERTY_RUNS"] ?? 8) },
  );
});
