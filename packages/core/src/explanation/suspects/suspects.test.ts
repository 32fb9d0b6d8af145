import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Evidence } from "../../evidence/index.ts";
import { timedRun } from "../account/account.contract.ts";
import { separation } from "./separation.ts";
import {
  evidenceTraits,
  jobTraits,
  rankSuspects,
  type Suspect,
  type SuspectFocus,
  type Trait,
  type TraitedRun,
} from "./index.ts";

const ONSET = 30;
const labels = (value: string, job = "test"): Trait => ({ kind: "runner-labels", job, step: "", value });
/** 30 runs before the onset and 12 since. */
const history = (traitsOf: (at: number) => readonly Trait[]): readonly TraitedRun[] =>
  Array.from({ length: ONSET + 12 }, (_, at) => ({ hasJobs: true, traits: traitsOf(at) }));
const rank = (traitsOf: (at: number) => readonly Trait[], focus: SuspectFocus | null = null): readonly Suspect[] =>
  rankSuspects(history(traitsOf), ONSET, null, focus);

describe("suspects at an onset", () => {
  test("what changed with the onset comes first, with how well it keeps the runs apart", () => {
    const found = rank((at) => [
      labels(at < ONSET ? "ubuntu-22.04" : "ubuntu-24.04"),
      { kind: "step", job: "test", step: "Lint", value: at < 12 ? "skipped" : "runs" },
    ]);
    const [first] = found;
    assert.deepEqual(
      [first?.kind, first?.from, first?.to, first?.offsetRuns],
      ["runner-labels", "ubuntu-22.04", "ubuntu-24.04", 0],
    );
    assert.deepEqual(first?.before, { runCount: 30, newCount: 0 });
    assert.deepEqual(first?.since, { runCount: 12, newCount: 12 });
    assert.equal(found.length, 1, "what changed at another time is no suspect");
  });

  test("an onset that is told some runs off still finds it, and says how far off it was", () => {
    const [first] = rank((at) => [labels(at < ONSET - 2 ? "a" : "b")]);
    assert.equal(first?.offsetRuns, -2);
  });

  test("what is other in every run, or in some by chance, is none", () => {
    assert.deepEqual(
      rank((at) => [{ kind: "runner", job: "test", step: "", value: `gpu-${at}` }]),
      [],
    );
    assert.deepEqual(
      rank((at) => [{ kind: "cache", job: "test", step: "", value: at % 3 === 0 ? "missed" : "restored" }]),
      [],
    );
    assert.deepEqual(
      rank(() => [labels("same")]),
      [],
    );
  });

  test("caches that miss more often than before are told by their shares", () => {
    const [first] = rank((at) => {
      const isMissed = at < ONSET ? at % 10 === 0 : at % 6 !== 0;
      return [{ kind: "cache", job: "test", step: "", value: isMissed ? "missed" : "restored" }];
    });
    assert.deepEqual(
      [first?.from, first?.to, first?.before.newCount, first?.since.newCount],
      ["restored", "missed", 3, 10],
    );
  });

  test("the same change in several jobs is one suspect", () => {
    const value = (at: number) => (at < ONSET ? "a" : "b");
    const found = rank((at) => [labels(value(at), "x"), labels(value(at), "y")]);
    assert.deepEqual(
      found.map(({ jobs }) => jobs),
      [["x", "y"]],
    );
  });

  test("a job that is new is told, where jobs are known", () => {
    const e2e: Trait = { kind: "job", job: "e2e", step: "", value: "runs" };
    const [first] = rank((at) => (at < ONSET ? [] : [e2e]));
    assert.deepEqual([first?.kind, first?.from, first?.to], ["job", "not there", "runs"]);
    const unknown = history((at) => (at < ONSET ? [] : [e2e])).map((run) => ({ ...run, hasJobs: false }));
    assert.deepEqual(rankSuspects(unknown, ONSET, null, null), []);
  });

  test("of two that coincide alike, the one in the job that takes the extra time comes first, one elsewhere last", () => {
    const focus: SuspectFocus = { jobs: new Map([["slow", 0.9]]), steps: ["Test"], kind: "work" };
    const value = (at: number) => (at < ONSET ? "a" : "b");
    const changed = (at: number): readonly Trait[] => [
      { kind: "step", job: "quick", step: "Note", value: value(at) },
      { kind: "runner-labels", job: "slow", step: "", value: value(at) },
    ];
    const commits = { from: "a".repeat(40), to: "b".repeat(40), isOneBranch: true };
    const found = rankSuspects(history(changed), ONSET, commits, focus);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ["runner-labels", "commits", "step"],
    );
  });

  test("commits are asked after first only where nothing else changed", () => {
    const commits = { from: "a".repeat(40), to: "b".repeat(40), isOneBranch: true };
    const value = (at: number) => (at < ONSET ? "a" : "b");
    const kinds = (runs: readonly TraitedRun[]) => rankSuspects(runs, ONSET, commits, null).map(({ kind }) => kind);
    assert.deepEqual(kinds(history(() => [])), ["commits"]);
    assert.deepEqual(kinds(history((at) => [labels(value(at))])), ["runner-labels", "commits"]);
  });

  test("one look at either side is a hint, and ranks below what every run shows", () => {
    const image = (at: number, value: string): readonly Trait[] =>
      at === ONSET || at === ONSET - 1 ? [{ kind: "runner-image", job: "test", step: "", value }] : [];
    const found = rank((at) => [...image(at, at < ONSET ? "1" : "2"), labels(at < ONSET ? "a" : "b")]);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ["runner-labels", "runner-image"],
    );
  });
});

test("the best split is where the values fall apart", () => {
  const values = [...Array(9).fill("a"), null, ...Array(9).fill("b")] as (string | null)[];
  const { logFactors } = separation(values);
  assert.equal(logFactors.indexOf(Math.max(...logFactors)), 9);
  assert.equal(logFactors[0], 0);
  assert.ok(logFactors[9]! > Math.log(1000));
});

test("jobs and steps tell labels, sizes, action versions and what was skipped", () => {
  const run = timedRun(1, [
    {
      name: "unit (1)",
      made: 0,
      start: 1,
      steps: { "Run actions/cache@v4": 2, "Post Run actions/cache@v4": 1, Test: 9 },
    },
    { name: "unit (2)", made: 0, start: 1, steps: { Test: 9 }, labels: "macos-15" },
  ]);
  const traits = jobTraits(run.jobs, run.steps).map(({ kind, job, step, value }) =>
    [kind, job, step, value].filter((word) => word !== "").join(" "),
  );
  assert.deepEqual(traits, [
    "job unit runs",
    "matrix-size unit 2",
    "runner-labels unit macos-15 | ubuntu-latest",
    "step unit Test runs",
    "action unit actions/cache v4",
  ]);
});

test("a label that holds the run's id is the same one in every run", () => {
  const labels = (runId: number): string | undefined => {
    const asked = `runs-on=${runId},family=m8a,cpu=8`;
    const run = timedRun(runId, [{ name: "unit", made: 0, start: 1, steps: { Test: 9 }, labels: asked }]);
    return jobTraits(run.jobs, run.steps).find(({ kind }) => kind === "runner-labels")?.value;
  };
  assert.equal(labels(22_323_715_870), labels(22_325_922_758));
  assert.match(labels(22_323_715_870)!, /^runs-on=#,family=m8a,cpu=8$/);
});

test("evidence tells of the run itself and of the one it was compared with", () => {
  const facts = {
    image: "ubuntu-24.04",
    imageVersion: "2",
    runnerVersion: null,
    operatingSystem: null,
    region: null,
    runnerName: null,
    runnerGroup: null,
    machineName: null,
  };
  const evidence: Evidence = {
    kind: "runner",
    subject: "test (1)",
    comparedWith: { runId: 7, runAttempt: 1 },
    value: { now: facts, changes: [{ what: "imageVersion", from: "1", to: "2" }] },
    unknown: null,
  };
  const { now, before } = evidenceTraits(evidence);
  assert.deepEqual(now, [{ kind: "runner-image", job: "test", step: "", value: "ubuntu-24.04 2" }]);
  assert.deepEqual(before, [{ kind: "runner-image", job: "test", step: "", value: "ubuntu-24.04 1" }]);
  assert.deepEqual(evidenceTraits({ ...evidence, value: null, unknown: "not-at-github" }).now, []);
});
