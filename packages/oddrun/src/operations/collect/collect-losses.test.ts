import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYTHING } from "./collect-scope.ts";
import { problem } from "../problems.ts";
import type { RunSource } from "./run-source.ts";
import { DAY_S, HOUR_MS, newStore, NOW_MS, NOW_S, pass, storedKeys, wantedKeys } from "./scripted-pass.contract.ts";
import { type ScriptedRun, type ScriptedSource, scriptedSource } from "./scripted-source.contract.ts";

const DAY_MS = DAY_S * 1000;
/** Of the one workflow that the source has, "CI", or of all others: different names stand for different patterns. */
const ofWorkflows = (name: string) => ({
  patterns: {
    ...EVERYTHING,
    workflows: name.toLowerCase() === "ci" ? { include: [name], exclude: [] } : { include: [], exclude: ["ci", name] },
  },
});
const rerun = (scripted: ScriptedSource, runId: number, conclusions: ScriptedRun["conclusions"]): void => {
  scripted.runs = scripted.runs.map((run) => (run.runId === runId ? { ...run, conclusions } : run));
};
const countOf = (scripted: ScriptedSource, question: string): number =>
  scripted.asked.filter((name) => name === question).length;

test("an earlier attempt that is still to be asked for survives a pass over other workflows", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["failure", "success"] }]);
  await pass(store, scripted, { requestsMax: 3 });
  await pass(store, scripted, ofWorkflows("deploy"));
  await pass(store, scripted);
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("an open run is followed to its end by a pass over other workflows too", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: [null] }]);
  await pass(store, scripted);
  rerun(scripted, 1, ["success"]);
  await pass(store, scripted, { ...ofWorkflows("deploy"), nowMs: NOW_MS + HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("patterns that take turns each look back for re-runs of their own", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] }]);
  await pass(store, scripted, ofWorkflows("ci"));
  await pass(store, scripted, { ...ofWorkflows("deploy"), nowMs: NOW_MS + 12 * HOUR_MS });
  rerun(scripted, 1, ["success", "failure"]);
  for (let day = 1; day <= 4; day++) {
    const nowMs = NOW_MS + day * DAY_MS + day * 60_000;
    // the other patterns are always the first to be a day late
    await pass(store, scripted, { ...ofWorkflows("deploy"), nowMs: nowMs - 30_000 });
    await pass(store, scripted, { ...ofWorkflows("ci"), nowMs });
  }
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("after weeks without a pass, re-runs of that time are found, however old their runs are by now", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] }]);
  await pass(store, scripted);
  rerun(scripted, 1, ["success", "failure"]);
  await pass(store, scripted, { nowMs: NOW_MS + 50 * DAY_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("a run that was repeated a month after its creation is followed until its own 35 days are over", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 29 * DAY_S, conclusions: ["success"] }]);
  await pass(store, scripted);
  rerun(scripted, 1, ["success", null]);
  await pass(store, scripted, { nowMs: NOW_MS + 25 * HOUR_MS });
  rerun(scripted, 1, ["success", "failure"]);
  await pass(store, scripted, { nowMs: NOW_MS + 30 * DAY_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("jobs and attempts that GitHub once does not show are asked for once more", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["failure", "success"] }]);
  const inner = scripted.source;
  const notYet = new Set(["jobs", "attempt"]);
  const source = {
    ...inner,
    jobs: async (...asked: Parameters<RunSource["jobs"]>) => {
      const answer = await inner.jobs(...asked);
      return notYet.delete("jobs") ? null : answer;
    },
    attempt: async (...asked: Parameters<RunSource["attempt"]>) => {
      const answer = await inner.attempt(...asked);
      return notYet.delete("attempt") ? null : answer;
    },
  };
  assert.equal((await pass(store, { ...scripted, source })).deletedUpstream, 0);
  await pass(store, { ...scripted, source }, { nowMs: NOW_MS + HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("what is deleted is asked for no more, and stays as it was stored", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] }]);
  scripted.onRequest = () => {
    if (scripted.asked.at(-1)?.startsWith("jobs") === true) scripted.runs = [];
  };
  const first = await pass(store, scripted);
  assert.equal(first.deletedUpstream, 1);
  assert.deepEqual(first.missing, []);
  await pass(store, scripted, { nowMs: NOW_MS + HOUR_MS });
  assert.equal(countOf(scripted, "jobs 1/1"), 1);
  assert.deepEqual(await storedKeys(store), ["1/1 success 0"]);
});

test("a question that is never answered rests after six tries, is put again a day later, and in the end is told as given up", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] }]);
  const inner = scripted.source;
  const source = {
    ...inner,
    jobs: async (...asked: Parameters<RunSource["jobs"]>) => {
      await inner.jobs(...asked);
      throw problem("github-answer-unreadable", "/jobs", "there is no list in it");
    },
  };
  for (let hour = 0; hour < 20; hour++) await pass(store, { ...scripted, source }, { nowMs: NOW_MS + hour * HOUR_MS });
  assert.equal(countOf(scripted, "jobs 1/1"), 6);
  for (let day = 1; day < 60; day++) await pass(store, { ...scripted, source }, { nowMs: NOW_MS + day * 25 * HOUR_MS });
  assert.equal(countOf(scripted, "jobs 1/1"), 30);
  const last = await pass(store, { ...scripted, source }, { nowMs: NOW_MS + 61 * 25 * HOUR_MS });
  assert.deepEqual(last.missing, [], "the command that would go on would find nothing to do");
  assert.equal(last.givenUpTasks, 1);
});

test("an open run that cannot be read keeps nothing else of its repository back", async () => {
  const store = await newStore();
  const scripted = scriptedSource([
    { runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: [null] },
    { runId: 2, createdS: NOW_S - 6 * DAY_S, conclusions: [null] },
  ]);
  await pass(store, scripted);
  rerun(scripted, 2, ["success"]);
  const inner = scripted.source;
  const source = {
    ...inner,
    run: async (...asked: Parameters<RunSource["run"]>) => {
      const answer = await inner.run(...asked);
      if (asked[1] === 1) throw problem("github-answer-unreadable", "/runs/1", "a run's id is missing");
      return answer;
    },
  };
  const summary = await pass(store, { ...scripted, source }, { nowMs: NOW_MS + HOUR_MS });
  assert.deepEqual(await storedKeys(store), ["2/1 success 1"]);
  assert.deepEqual(summary.repositories.failed, []);
  assert.equal(summary.failedTasks, 1);
});

test("a stretch of time whose list cannot be read keeps neither the others back nor the jobs, and is told and asked for again", async () => {
  const store = await newStore();
  const scripted = scriptedSource(
    Array.from({ length: 60 }, (_, at): ScriptedRun => {
      return { runId: 100 - at, createdS: NOW_S - 3600 - at * DAY_S * 0.9, conclusions: ["success"] };
    }),
  );
  const inner = scripted.source;
  let isBroken = true;
  const source = {
    ...inner,
    runs: async (...asked: Parameters<RunSource["runs"]>) => {
      const answer = await inner.runs(...asked);
      if (isBroken && answer.runs.some(({ run }) => run.runId === 70)) {
        throw problem("github-answer-unreadable", "/runs", "there is no list in it");
      }
      return answer;
    },
  };
  const first = await pass(store, { ...scripted, source });
  const stored = await storedKeys(store);
  assert.ok(stored.length > 0 && stored.every((key) => key.endsWith(" 1")), stored.join());
  assert.equal(first.repositories.failed.length, 1);
  isBroken = false;
  await pass(store, { ...scripted, source }, { nowMs: NOW_MS + HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
});

test("a server that takes no window at all is told so, and not asked about each second", async () => {
  const store = await newStore();
  const scripted = scriptedSource([]);
  scripted.totalOf = () => "many";
  scripted.requestsMax = 2000;
  const summary = await pass(store, scripted);
  assert.ok(scripted.sent < 100, String(scripted.sent));
  assert.equal(summary.repositories.failed[0]?.code, "github-refused");
});

test("a count that is wrong, whichever way, neither hides runs nor costs requests without end", async () => {
  const runs = Array.from({ length: 2900 }, (_, at): ScriptedRun => {
    return { runId: 3000 - at, createdS: NOW_S - 3600 - at * 1728, conclusions: ["skipped"] };
  });
  const liars: readonly ((length: number) => number | null)[] = [
    () => 0,
    () => 1,
    () => 1000,
    () => 1e9,
    (length) => 2 * length,
    () => null,
  ];
  for (const totalOf of liars) {
    const store = await newStore();
    const scripted = scriptedSource(runs);
    scripted.totalOf = totalOf;
    scripted.requestsMax = 500;
    await pass(store, scripted);
    const stored = await storedKeys(store);
    assert.equal(stored.length, runs.length, `${String(totalOf)} with ${scripted.sent} requests`);
    await store.close();
  }
});

test("a list of the newest runs that cannot be read keeps the older ones and their jobs not back", async () => {
  const store = await newStore();
  const scripted = scriptedSource([
    { runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] },
    { runId: 2, createdS: NOW_S - 3600, conclusions: ["success"] },
  ]);
  const inner = scripted.source;
  const source = {
    ...inner,
    runs: async (...asked: Parameters<RunSource["runs"]>) => {
      const answer = await inner.runs(...asked);
      if (asked[1].toS === null) throw problem("github-answer-unreadable", "/runs", "there is no list in it");
      return answer;
    },
  };
  const { repositories } = await pass(store, { ...scripted, source });
  assert.deepEqual(await storedKeys(store), ["1/1 success 1"]);
  assert.match(repositories.failed[0]?.message ?? "", /^Not all of its runs are listed\. The answer to/);
  assert.equal(scripted.asked.filter((name) => name.startsWith("list") && name.endsWith(".. ")).length, 1);
});
