import assert from "node:assert/strict";
import { test } from "node:test";
import type { CollectSummary } from "./collect-runs.ts";
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
