import assert from "node:assert/strict";
import { test } from "node:test";
import type { CollectSummary } from "./collect-runs.ts";
import { EVERYTHING } from "./collect-scope.ts";
import { newStore, NOW_S, pass } from "./scripted-pass.contract.ts";
import { type ScriptedRun, type ScriptedSource, scriptedSource } from "./scripted-source.contract.ts";

const RUNS = Array.from({ length: 150 }, (_, at): ScriptedRun => {
  return {
    runId: at + 1,
    createdS: NOW_S - (at + 1) * 4000,
    conclusions: at % 10 === 0 ? ["failure", "success"] : ["success"],
  };
});

function sumOfKinds({ requests }: CollectSummary): number {
  const { repositories, list, polls, attempts, jobs, sentAgain, further } = requests;
  return repositories + list + polls + attempts + jobs + sentAgain + further;
}

test("the kinds of requests add up to what was sent, wherever a pass is stopped", async () => {
  for (const stopAt of [1, 3, 9, 57, 100, 1000]) {
    const usedUp = scriptedSource(RUNS);
    // as the source itself has it: with several under way the bound is met in the midst of them
    usedUp.requestsMax = stopAt;
    const bounded = await pass(await newStore(), usedUp);
    assert.equal(sumOfKinds(bounded), bounded.requests.sent);
    assert.equal(bounded.requests.further, 0);

    const interrupted = scriptedSource(RUNS);
    const signal = { aborted: false };
    interrupted.onRequest = (sent) => {
      signal.aborted ||= sent >= stopAt;
    };
    const stopped = await pass(await newStore(), interrupted, { signal });
    assert.equal(sumOfKinds(stopped), stopped.requests.sent);
  }
});

test("a conclusion that is not known here is told once, with the word and a run that has it", async () => {
  const scripted = scriptedSource(RUNS);
  const source: ScriptedSource["source"] = {
    ...scripted.source,
    async runs(...asked) {
      const page = await scripted.source.runs(...asked);
      return { ...page, runs: page.runs.map((run) => ({ ...run, unknownConclusion: "quantum" })) };
    },
  };
  const { warnings } = await pass(await newStore(), { ...scripted, source });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^The conclusion "quantum", first met in run \d+ of octo\/web, is not known here/);
});

test("a pattern that no workflow is called by is a mistake at every pass, also where nothing is new", async () => {
  const store = await newStore();
  const scripted = scriptedSource(RUNS, "Build");
  const patternOf = (pattern: string) => ({ ...EVERYTHING, workflows: { include: [pattern], exclude: [] } });
  for (let round = 0; round < 2; round++) {
    await assert.rejects(pass(store, scripted, { patterns: patternOf("nosuch") }), {
      code: "no-workflows-match",
      exitCode: 2,
      message: /leave none of the one workflow there is: Build\./,
    });
    scripted.runs = [];
  }
  await pass(store, scripted, { patterns: patternOf("ci.y?l") });
  await pass(await newStore(), scripted, { patterns: patternOf("nosuch") });
});

test("what is still needed is told by how many questions runs have led to", async () => {
  const runs = Array.from({ length: 2000 }, (_, at): ScriptedRun => {
    return { runId: at + 1, createdS: NOW_S - (at + 1) * 2550, conclusions: [at % 4 === 0 ? "success" : "skipped"] };
  });
  const needed = async (stop: number) => {
    const scripted = scriptedSource(runs);
    const { missing } = await pass(await newStore(), scripted, { requestsMax: stop });
    const all = scriptedSource(runs);
    const { requests } = await pass(await newStore(), all);
    return (missing[0]?.requestsNeeded ?? 0) / (requests.sent - stop);
  };
  const share = await needed(30);
  assert.ok(share > 0.8 && share < 1.25, String(share));
});
