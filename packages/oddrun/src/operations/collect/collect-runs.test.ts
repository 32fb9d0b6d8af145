import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { EVERYTHING } from "./collect-scope.ts";
import { DAY_S, HOUR_MS, newStore, NOW_MS, NOW_S, pass, storedKeys, wantedKeys } from "./scripted-pass.contract.ts";
import { type ScriptedRun, scriptedSource } from "./scripted-source.contract.ts";

/** Runs in clumps, as they come: most end without jobs, so that lists are what is tried here. */
const corpora = fc
  .array(
    fc.record({
      ageS: fc.integer({ min: 7200, max: 58 * DAY_S }),
      count: fc.integer({ min: 1, max: 1300 }),
      everyS: fc.constantFrom(1, 7, 60, 3600),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((clumps) => {
    let runId = 1000;
    return clumps.flatMap(({ ageS, count, everyS }) =>
      Array.from({ length: count }, (_, at): ScriptedRun => {
        const createdS = NOW_S - Math.min(ageS + at * everyS, 59 * DAY_S + (at % 3000));
        runId += 1;
        return { runId, createdS, conclusions: runId % 97 === 0 ? ["failure", "success"] : ["skipped"] };
      }),
    );
  });

test("whatever the runs, the totals told and the places where it stops: in the end everything is there, and nothing is asked twice", async () => {
  const property = fc.asyncProperty(
    corpora,
    fc.array(fc.integer({ min: 3, max: 60 }), { maxLength: 4 }),
    fc.constantFrom("exact", "none", "capped"),
    async (runs, stops, totals) => {
      const store = await newStore();
      const scripted = scriptedSource(runs);
      scripted.totalOf = (length) =>
        totals === "exact" ? length : totals === "none" ? null : length >= 1000 ? "many" : length;
      for (const requestsMax of stops) {
        scripted.requestsMax = scripted.sent + requestsMax;
        await pass(store, scripted, { requestsMax: scripted.requestsMax });
      }
      scripted.requestsMax = Number.POSITIVE_INFINITY;
      const last = await pass(store, scripted);
      assert.equal(last.stopped, null);
      assert.deepEqual(last.missing, []);
      assert.deepEqual(last.warnings, []);
      assert.deepEqual(await storedKeys(store), wantedKeys(runs));
      const questions = scripted.asked.filter((name) => /^(jobs|attempt)/.test(name));
      assert.equal(new Set(questions).size, questions.length);
      await store.close();
    },
  );
  await fc.assert(property, { seed: 20_261_122, numRuns: 15 });
});

test("runs that are deleted while they are listed do not hide others", async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 150, max: 990 }),
    fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 12 }),
    async (count, deletions) => {
      const store = await newStore();
      const runs = Array.from({ length: count }, (_, at): ScriptedRun => {
        return { runId: at + 1, createdS: NOW_S - 10 * DAY_S + at * 60, conclusions: ["skipped"] };
      });
      const scripted = scriptedSource(runs);
      scripted.onRequest = (sent) => {
        // the newest go, so that every later page moves up
        if (deletions.includes(sent)) scripted.runs.splice(-5);
      };
      await pass(store, scripted);
      const stored = new Set(await storedKeys(store));
      for (const key of wantedKeys(scripted.runs)) assert.ok(stored.has(key), `${key} is missing`);
      await store.close();
    },
  );
  await fc.assert(property, { seed: 20_261_122, numRuns: 25 });
});

test("a re-run of a run that was long complete is found within a day, and its earlier attempt stays", async () => {
  const store = await newStore();
  const runs = Array.from({ length: 50 }, (_, at): ScriptedRun => {
    return { runId: at + 1, createdS: NOW_S - (at + 1) * 14 * 3600, conclusions: ["success"] };
  });
  const scripted = scriptedSource(runs);
  await pass(store, scripted);
  scripted.runs = scripted.runs.map((run) =>
    run.runId === 45 ? { ...run, conclusions: ["success", "failure"] } : run,
  );
  await pass(store, scripted, { nowMs: NOW_MS + 2 * HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(runs), "nothing was looked for yet");
  scripted.asked.length = 0;
  await pass(store, scripted, { nowMs: NOW_MS + 25 * HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));
  assert.ok(scripted.asked.length <= 6, scripted.asked.join("\n"));
  scripted.asked.length = 0;
  await pass(store, scripted, { nowMs: NOW_MS + 26 * HOUR_MS });
  assert.equal(scripted.asked.length, 2, scripted.asked.join("\n"));
});

test("an open run is asked for until it ends, up to 67 days, and its jobs only then", async () => {
  const store = await newStore();
  const open: ScriptedRun = { runId: 1, createdS: NOW_S - 20 * DAY_S, conclusions: [null] };
  const scripted = scriptedSource([open, { runId: 2, createdS: NOW_S - DAY_S, conclusions: ["success"] }]);
  await pass(store, scripted);
  for (const day of [5, 10, 15]) {
    scripted.asked.length = 0;
    await pass(store, scripted, { nowMs: NOW_MS + day * 24 * HOUR_MS });
    assert.ok(!scripted.asked.includes("jobs 1/1"));
  }
  scripted.runs = scripted.runs.map((run) => (run.runId === 1 ? { ...run, conclusions: ["failure"] } : run));
  await pass(store, scripted, { nowMs: NOW_MS + 15.5 * 24 * HOUR_MS });
  assert.deepEqual(await storedKeys(store), wantedKeys(scripted.runs));

  const lost = scriptedSource([open]);
  const other = await newStore();
  await pass(other, lost);
  await pass(other, lost, { nowMs: NOW_MS + 30 * 24 * HOUR_MS });
  lost.asked.length = 0;
  const summary = await pass(other, lost, { nowMs: NOW_MS + 48 * 24 * HOUR_MS });
  assert.equal(summary.givenUpRuns, 1);
  assert.ok(!lost.asked.includes("run 1"));
});

test("a few requests give the newest runs with their jobs, and say what is missing", async () => {
  const store = await newStore();
  const runs = Array.from({ length: 5000 }, (_, at): ScriptedRun => {
    return { runId: 10_000 - at, createdS: NOW_S - 300 - at * 1000, conclusions: ["success"] };
  });
  const scripted = scriptedSource(runs);
  const summary = await pass(store, scripted, { requestsMax: 300 });
  assert.equal(scripted.sent, 300);
  assert.ok(summary.requests.jobs >= 240, JSON.stringify(summary.requests));
  const withJobs = (await storedKeys(store)).filter((key) => key.endsWith(" 1"));
  const newest = wantedKeys(runs.slice(0, withJobs.length));
  assert.deepEqual(withJobs, newest);
  assert.deepEqual(summary.stopped, { reason: "requests-used-up" });
  const [missing] = summary.missing;
  assert.ok(missing !== undefined && Math.abs(missing.requestsNeeded - 4700) < 400, JSON.stringify(missing));
});

test("other workflows are listed anew when they are asked for, and what was collected is not asked for again", async () => {
  const store = await newStore();
  const scripted = scriptedSource([{ runId: 1, createdS: NOW_S - 5 * DAY_S, conclusions: ["success"] }], "CI");
  const of = (name: string) => ({ patterns: { ...EVERYTHING, workflows: { include: [name], exclude: [] } } });
  const others = { patterns: { ...EVERYTHING, workflows: { include: [], exclude: ["ci"] } } };
  assert.equal((await pass(store, scripted, others)).leftOutRuns, 1);
  assert.deepEqual(await storedKeys(store), []);
  await pass(store, scripted, of("ci"));
  assert.deepEqual(await storedKeys(store), ["1/1 success 1"]);
  scripted.asked.length = 0;
  await pass(store, scripted);
  await pass(store, scripted, of("c?"));
  assert.deepEqual(
    scripted.asked.filter((name) => name.startsWith("jobs")),
    [],
  );
});

test("a stop between two requests loses nothing that was answered", async () => {
  const store = await newStore();
  const runs = Array.from({ length: 200 }, (_, at): ScriptedRun => {
    return { runId: at + 1, createdS: NOW_S - (at + 1) * 4000, conclusions: ["success"] };
  });
  const scripted = scriptedSource(runs);
  const signal = { aborted: false };
  scripted.onRequest = (sent) => {
    signal.aborted ||= sent === 70;
  };
  const summary = await pass(store, scripted, { signal });
  assert.deepEqual(summary.stopped, { reason: "interrupted" });
  const answered = scripted.asked.filter((name) => name.startsWith("jobs")).length;
  assert.equal((await storedKeys(store)).filter((key) => key.endsWith(" 1")).length, answered);
});

test("a token that was not accepted and a clock that is far off are told", async () => {
  const scripted = scriptedSource([]);
  assert.deepEqual((await pass(await newStore(), scripted)).warnings, []);
  scripted.headers = { limit: 60, clockAheadMs: -3 * HOUR_MS };
  const [token, clock] = (await pass(await newStore(), scripted)).warnings;
  assert.match(token ?? "", /60 requests an hour.*did not accept/);
  assert.match(clock ?? "", /clock is 180 minutes ahead of GitHub's/);
});

test("patterns that leave no repository at all are a mistake, not a collection of nothing", async () => {
  const repositories = { include: ["api-*"], exclude: [] };
  await assert.rejects(pass(await newStore(), scriptedSource([]), { patterns: { ...EVERYTHING, repositories } }), {
    code: "no-repositories-match",
    exitCode: 2,
  });
});
