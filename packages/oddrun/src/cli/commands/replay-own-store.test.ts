import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { largeOrganisation } from "@oddrun/core/simulation";
import { openStore } from "../../adapters/store/index.ts";
import type { ReplayStoreReport } from "../../operations/budget/replay-store.ts";
import { replayCommand } from "./replay.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const size = { repositories: 3, workflows: 9, jobs: 18, steps: 90 };
const startMs = Date.UTC(2026, 1, 2);

async function storeOf(weeks: number): Promise<string> {
  const dataDir = newPlace();
  const store = await openStore(join(dataDir, "oddrun.db"));
  for (const batch of largeOrganisation({ seed: 3, startMs, weeks, size, steps: false }).batches)
    await store.save(batch);
  await store.close();
  return dataDir;
}

let dataDir = "";
before(async () => {
  dataDir = await storeOf(6);
});

const replay = (...options: readonly (readonly [string, string?])[]) => runCommand(replayCommand, dataDir, [], options);

test("each inbox is promised a range of pushes, which the newest third is held against", async () => {
  const { exitCode, out } = await replay(["json"]);
  assert.equal(exitCode, 0);
  const report = JSON.parse(out) as ReplayStoreReport;
  assert.equal(report.repositoryCount, 3);
  assert.ok(Math.abs(report.tunedWeeks - 2 * report.checkedWeeks) < 1e-6);
  assert.equal(report.inboxes[0]!.inbox, "organisation northwind-labs");
  assert.deepEqual(
    report.inboxes.map(({ budgetAWeek }) => budgetAWeek),
    [5, 1, 1, 1],
  );
  for (const { inbox, forecast, checkedCount, checkedAWeek, isInside } of report.inboxes) {
    assert.ok(forecast.lowAWeek <= forecast.highAWeek);
    assert.equal(isInside, checkedAWeek >= forecast.lowAWeek && checkedAWeek <= forecast.highAWeek + 1e-9, inbox);
    assert.equal(report.pushes.filter((push) => push.inbox === inbox).length, checkedCount);
  }
  assert.ok(report.pushes.every(({ atMs }) => atMs >= report.checkFromMs));
  const [small, , large] = report.delays;
  assert.ok(large!.foundShare > 0.5 && small!.foundShare <= large!.foundShare);
});

test("in words it tells the range, what would have been pushed and how long slowdowns would have taken", async () => {
  const { exitCode, out } = await replay();
  assert.equal(exitCode, 0);
  assert.match(out, /^Replayed [\d,]+ runs of 3 repositories, each with only its past visible\./);
  assert.match(out, /organisation northwind-labs +5 +\d/);
  assert.match(out, /x1\.5 +\d+ %/);
});

test("a smaller budget promises fewer pushes", async () => {
  const most = async (budget: string) => {
    const { out } = await replay(["json"], ["budget", budget]);
    const { inboxes, budget: used } = JSON.parse(out) as ReplayStoreReport;
    assert.equal(inboxes[1]!.budgetAWeek, used.repositoryAWeek);
    return Math.max(...inboxes.slice(1).map(({ forecast }) => forecast.highAWeek));
  };
  assert.ok((await most("1/month")) <= (await most("3/week")));
});

test("what is no budget, and options of the other way to replay, are refused", async () => {
  const cases: [[string, string?], RegExp][] = [
    [["budget", "often"], /--budget takes pushes in a time, such as 1\/week/],
    [["budget-organisation", "0/week"], /--budget-organisation takes/],
    [["seed", "-1"], /--seed takes a whole number/],
    [["repo", "nothing"], /--repo is "nothing"/],
    [["findings", "out.jsonl"], /--findings goes with --input FILE/],
  ];
  for (const [option, message] of cases) {
    const outcome = await replay(option);
    assert.equal(outcome.exitCode, 2, option[0]);
    assert.match(outcome.message, message);
  }
  const both = await replay(["input", "-"], ["budget", "1/week"]);
  assert.deepEqual([both.exitCode, /--budget is for the stored runs/.test(both.message)], [2, true]);
});

test("a past too short, a repository that is not stored and an empty store each have their way out", async () => {
  const short = await runCommand(replayCommand, await storeOf(2), []);
  assert.equal(short.exitCode, 3);
  assert.match(short.message, /at least 3 weeks are needed/);
  const unknown = await replay(["repo", "nobody/here"]);
  assert.equal(unknown.exitCode, 3);
  assert.match(unknown.message, /nobody\/here/);
  const empty = newPlace();
  await (await openStore(join(empty, "oddrun.db"))).close();
  assert.match((await runCommand(replayCommand, empty, [])).message, /^0 runs in /);
});

test("it tells how far it is, and stops when asked to", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const onProgress = (line: string): void => {
    lines.push(line);
    stop.abort();
  };
  const { exitCode, out } = await runCommand(replayCommand, dataDir, [], [], { stop, onProgress });
  assert.deepEqual([exitCode, out], [130, ""]);
  assert.match(lines[0]!, /^replayed \d+ of [\d,]+ runs$/);
});
