import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../adapters/store/index.ts";
import { anArrival, type Arrival, batchOf, changingHistory, HOUR_MS, START } from "./changing-history.contract.ts";
import { detectCommand } from "./detect.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

async function saved(place: string, arrivals: readonly Arrival[]): Promise<void> {
  const store = await openStore(join(place, "oddrun.db"));
  await store.save(batchOf(arrivals));
  await store.close();
}

test("both questions are answered, one paragraph each; a second time there is nothing new", async () => {
  const place = newPlace();
  await saved(place, changingHistory());
  const { exitCode, out } = await runCommand(detectCommand, place, []);
  assert.equal(exitCode, 0);
  const [odd, changes, ...others] = out.split("\n\n");
  assert.equal(others.length, 0);
  assert.match(odd!, /^Judged \d+ of \d+ runs:\n {2}\d+ odd\n/);
  assert.doesNotMatch(odd!, /change/);
  assert.match(
    changes!,
    /^Changes, in \d+ runs and \d+ series:\n {2}[1-9]\d* new\n {2}\d+ grown\n {2}[1-9]\d* recovered\n/,
  );
  assert.match(changes!, /\d+ incidents have something new: "oddrun incidents list" shows them\.\n$/);
  assert.doesNotMatch(changes!, /\bodd\b|anomal/);
  const again = await runCommand(detectCommand, place, []);
  assert.match(again.out, /nothing is new\.\n\nChanges: nothing new in \d+ runs and \d+ series\.\n$/);
});

test("the counts of both questions come as JSON, apart", async () => {
  const place = newPlace();
  await saved(place, changingHistory());
  const found = JSON.parse((await runCommand(detectCommand, place, [], [["json"]])).out) as {
    readonly judged: { readonly anomalous: number };
    readonly changes: {
      readonly said: { readonly told: number };
      readonly incidents: readonly number[];
      readonly isComplete: boolean;
    };
  };
  assert.equal(typeof found.judged.anomalous, "number");
  assert.ok(found.changes.said.told >= 4 && found.changes.incidents.length > 0 && found.changes.isComplete);
});

test("late runs are counted and named, with the way to have them read", async () => {
  const place = newPlace();
  const history = changingHistory();
  const late = history[30];
  const others = history.filter((arrival) => arrival !== late);
  await saved(place, others);
  await runCommand(detectCommand, place, []);
  await saved(place, [late!]);
  const { out } = await runCommand(detectCommand, place, [], [["window", "6"]]);
  assert.match(
    out,
    /1 run came too late for its place and was not used: acme\/shop \S+ run \d+\. "oddrun detect --anew"/,
  );
  const anew = await runCommand(detectCommand, place, [], [["anew"]]);
  assert.doesNotMatch(anew.out, /too late/);
});

test("a window that is no number of hours and an empty store are told with the way out", async () => {
  const place = newPlace();
  await saved(place, [anArrival({ runId: 1, startMs: START + HOUR_MS })]);
  const wrong = await runCommand(detectCommand, place, [], [["window", "soon"]]);
  assert.deepEqual([wrong.exitCode, /--window takes a whole number from 1/.test(wrong.message)], [2, true]);
  assert.equal((await runCommand(detectCommand, newPlace(), [])).exitCode, 3);
});
