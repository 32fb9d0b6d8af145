import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryRun } from "../features/index.ts";
import type { IsolationForestModel } from "../isolation-forest/index.ts";
import { seededRandom } from "../random/index.ts";
import { DEFAULT_HISTORY_MODEL_OPTIONS, trainingRows } from "./history-model.ts";
import { historyReplay } from "./history-replay.ts";
import type { Verdict } from "./verdict.ts";

const MINUTE_MS = 60_000;

/** Runs of about five minutes; `factor` says which are longer, by their place. */
function someRuns(count: number, factor: (place: number) => number = () => 1): HistoryRun[] {
  const random = seededRandom(11);
  return Array.from({ length: count }, (_, place) => ({
    repositoryId: 1,
    workflowId: 1,
    runId: place + 1,
    runAttempt: 1,
    runNumber: null,
    branch: "main",
    event: "push",
    headSha: null,
    title: null,
    createdAtMs: null,
    runStartedAtMs: null,
    completedAtMs: place * 60 * MINUTE_MS,
    conclusion: "success",
    duration: { ms: 5 * MINUTE_MS * (0.9 + 0.2 * random.next()) * factor(place), unknown: null },
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: { ms: null, unknown: "not-recorded" },
    queueTime: { ms: null, unknown: "not-recorded" },
    defaultBranch: null,
    jobCount: null,
    metrics: new Map(),
  }));
}

function judged(runs: readonly HistoryRun[]): { verdicts: Verdict[]; models: IsolationForestModel[] } {
  const models: IsolationForestModel[] = [];
  const replay = historyReplay({ onModel: (model) => models.push(model) });
  return { verdicts: runs.map((run) => replay.next(run, () => true).verdict!), models };
}

test("a spike is odd, its neighbours are not, and the reason is in minutes", () => {
  const { verdicts } = judged(someRuns(200, (place) => (place === 150 ? 3 : 1)));
  const odd = verdicts.flatMap((verdict, place) => (verdict.kind === "anomalous" ? [place] : []));
  assert.deepEqual(odd, [150]);
  const spike = verdicts[150]!;
  assert.ok(spike.kind === "anomalous");
  assert.match(spike.reason, /^duration 1\d(\.\d)? min, usual 4(\.\d)? to 5(\.\d)? min$/);
  assert.equal(spike.contributions[0]?.feature, "duration");
});

test("three times, ten times and thirty times as long are all beyond the cut, and so is a tenth", () => {
  for (const factor of [3, 10, 30, 0.1]) {
    const { verdicts } = judged(someRuns(300, (place) => (place === 250 || place === 14 ? factor : 1)));
    assert.equal(verdicts[250]?.kind, "anomalous", `x${factor} late`);
    assert.equal(verdicts[14]?.kind, "anomalous", `x${factor} early`);
  }
});

test("a lasting step is told a few times, then it is usual", () => {
  const { verdicts } = judged(someRuns(300, (place) => (place >= 150 ? 2 : 1)));
  const odd = verdicts.flatMap((verdict, place) => (verdict.kind === "anomalous" ? [place] : []));
  assert.ok(odd.length >= 1 && odd.length <= 4, String(odd));
  assert.ok(
    odd.every((place) => place >= 150 && place < 160),
    String(odd),
  );
});

test("a run is judged by what was before it: later runs change nothing", () => {
  const runs = someRuns(260, (place) => (place % 37 === 36 ? 2.5 : 1));
  const whole = judged(runs).verdicts;
  assert.deepEqual(judged(runs.slice(0, 140)).verdicts, whole.slice(0, 140));
});

test("going on with a stored model gives the verdicts of one go", () => {
  const runs = someRuns(260, (place) => (place % 37 === 36 ? 2.5 : 1));
  const whole = judged(runs);
  const first = judged(runs.slice(0, 170));
  const later = historyReplay({ model: first.models.at(-1)! });
  const verdicts = runs.map((run, place) => later.next(run, () => place >= 170).verdict);
  assert.deepEqual(verdicts.slice(170), whole.verdicts.slice(170));
  assert.ok(verdicts.slice(0, 170).every((verdict) => verdict === null));
});

test("models are fitted on nothing at first, at 64 runs, and at half as many more", () => {
  const { models } = judged(someRuns(300));
  assert.deepEqual(
    models.map((model) => model.metrics["runsSeen"]),
    [0, 64, 96, 144, 216],
  );
  assert.equal(models[0]?.dataWindow, null);
});

test("a feature that takes another's place in the rows kept becomes a column too", () => {
  const rows = trainingRows(40);
  const reading = (feature: string) => ({
    feature,
    value: 0.1,
    comparison: { feature, value: 1, usual: 1, usualLow: 1, usualHigh: 1 },
    isMaterial: false,
  });
  for (let run = 0; run < 40; run++) rows.add([reading("duration"), reading("metric:old")], null);
  const model = rows.fit(DEFAULT_HISTORY_MODEL_OPTIONS);
  assert.equal(rows.hasColumnBeyond(model), false);
  for (let run = 0; run < 40; run++) rows.add([reading("duration"), reading("metric:new")], null);
  assert.equal(rows.hasColumnBeyond(model), true);
});
