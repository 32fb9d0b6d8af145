import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { largeOrganisation } from "@oddrun/core/simulation";
import { openStore } from "../../adapters/store/index.ts";
import type { PushLedger } from "../../operations/budget/push-ledger.ts";
import { detectCommand } from "./detect.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const WEEK_MS = 7 * 86_400_000;
/** The commands' clock stands at 1 June: the history ends there. */
const startMs = Date.UTC(2026, 3, 6);
const size = { repositories: 3, workflows: 12, jobs: 24, steps: 120 };
const dataDir = newPlace();

before(async () => {
  const store = await openStore(join(dataDir, "oddrun.db"));
  for (const batch of largeOrganisation({ seed: 2, startMs, size, steps: false }).batches) await store.save(batch);
  await store.close();
});

const detect = (...options: readonly (readonly [string, string?])[]) => runCommand(detectCommand, dataDir, [], options);
async function ledgerOf(budget: string): Promise<PushLedger> {
  const { exitCode, out } = await detect(["json"], ["budget", budget], ["budget-organisation", budget]);
  assert.equal(exitCode, 0);
  return (JSON.parse(out) as { alerts: PushLedger }).alerts;
}

test("each incident is pushed at most once to an inbox, and no inbox gets more than its budget in seven days", async () => {
  const { pushes, inboxes, digest } = await ledgerOf("1/week");
  assert.ok(pushes.length > 0);
  assert.deepEqual(
    inboxes.map(({ budgetAWeek }) => budgetAWeek),
    [1, 1, 1, 1],
  );
  const keys = pushes.map(({ inbox, incidentNumber }) => `${inbox} ${incidentNumber}`);
  assert.equal(new Set(keys).size, keys.length);
  for (const { inbox, atMs } of pushes) {
    const near = pushes.filter((one) => one.inbox === inbox && one.atMs <= atMs && one.atMs > atMs - WEEK_MS);
    assert.equal(near.length, 1);
  }
  const pushed = new Set(pushes.map(({ incidentNumber }) => incidentNumber));
  assert.ok(digest.every(({ incidentNumber }) => !pushed.has(incidentNumber)));
  const worth = digest.map(({ extraMinutesAWeek, sureness }) => Math.abs(extraMinutesAWeek ?? 0) * sureness);
  assert.deepEqual(
    worth,
    worth.toSorted((one, other) => other - one),
  );
});

test("what was pushed is tallied against the promise of four weeks ago, and told as what it turned out to be", async () => {
  const { pushes, inboxes, hindsight } = await ledgerOf("3/week");
  const pushed = new Map(pushes.map((one) => [one.incidentNumber, one.hindsight]));
  assert.equal(
    Object.values(hindsight).reduce((sum, count) => sum + count, 0),
    pushed.size,
  );
  assert.ok(hindsight.real > 0);
  for (const { promised, cameAWeek, cameCount, isInside } of inboxes) {
    assert.equal(cameAWeek, cameCount / 4);
    assert.equal(isInside, cameAWeek >= promised!.lowAWeek - 1e-9 && cameAWeek <= promised!.highAWeek + 1e-9);
  }
});

test("the same runs give the same answer, and a smaller budget pushes no more", async () => {
  const once = await ledgerOf("1/week");
  assert.deepEqual(await ledgerOf("1/week"), once);
  assert.ok((await ledgerOf("1/month")).pushes.length <= once.pushes.length);
});

test("in words it shows promise, pushes, hindsight and the digest; without a budget nothing of it", async () => {
  const { out } = await detect(["budget", "1/week"]);
  assert.match(out, /Alerts under this budget, in the last 4 weeks:\n {2}organisation northwind-labs: promised /);
  assert.match(out, /measured again 40 runs after: \d+ real, \d+ faded/);
  assert.doesNotMatch((await detect()).out, /budget/);
  const wrong = await detect(["budget", "lots"]);
  assert.deepEqual([wrong.exitCode, /--budget takes pushes in a time/.test(wrong.message)], [2, true]);
});
