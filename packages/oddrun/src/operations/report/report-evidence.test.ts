import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence, RunnerFacts } from "@oddrun/core";
import { evidenceJson, evidenceSentence } from "./report-evidence.ts";

const finding = { subject: "", comparedWith: { runId: 998, runAttempt: 1 }, unknown: null } as const;
const NOTHING: RunnerFacts = {
  image: null,
  imageVersion: null,
  runnerVersion: null,
  operatingSystem: null,
  region: null,
  runnerName: null,
  runnerGroup: null,
  machineName: null,
};
const COUNTS = { hits: 0, partialHits: 0, misses: 0, failures: 0, cachedLayers: 0 };
const COMMITS: Evidence = {
  ...finding,
  kind: "commits",
  value: { base: "a", head: "b", commitCount: 3, fileCount: 1, isCut: false, files: ["x"] },
};
const actions = (...changes: readonly (readonly [string, readonly string[], readonly string[]])[]): Evidence => ({
  ...finding,
  kind: "actions",
  value: { changes: changes.map(([name, from, to]) => ({ name, from, to })), dynamicCount: 0 },
});

test("what changed stands in one line, with the run it is compared with", () => {
  const evidence: readonly Evidence[] = [
    COMMITS,
    {
      ...finding,
      kind: "workflow-file",
      value: { path: "ci.yml", changed: ["ci.yml", ".github/actions/a/action.yml"] },
    },
    actions(["actions/cache", ["v3"], ["v4"]], ["a/new", [], ["0".repeat(40)]], ["a/gone", ["v1", ""], []]),
    {
      ...finding,
      subject: "build",
      kind: "runner",
      value: { now: NOTHING, changes: [{ what: "imageVersion", from: "20261101.1", to: "20261115.2" }] },
    },
    {
      ...finding,
      subject: "build",
      kind: "cache",
      value: { now: { ...COUNTS, misses: 1 }, before: { ...COUNTS, hits: 1 }, missedKeys: [], isCut: true },
    },
  ];
  assert.equal(
    evidenceSentence(evidence),
    "changed at the same time, since run 998: 3 commits with 1 file; the workflow's file, what it calls: .github/actions/a/action.yml; " +
      "actions/cache v3 -> v4, a/new 0000000 is new, a/gone v1 and without a version is gone; " +
      "runner image version 20261101.1 -> 20261115.2 (job build); " +
      "caches: 1 missed, before 1 restored (job build, in the part of the log that was read)",
  );
});

test("no reason is ever claimed", () => {
  const told = evidenceSentence([COMMITS, actions(["a/b", ["1"], ["2"]])]) ?? "";
  assert.doesNotMatch(told, /because|cause|due to|reason|led to/i);
});

test("what did not change and what is not known is said too", () => {
  const same: Evidence = { ...COMMITS, value: { ...COMMITS.value!, commitCount: 0, fileCount: 0 } };
  const gone: Evidence = { ...finding, kind: "runner", subject: "build", value: null, unknown: "not-at-github" };
  assert.equal(
    evidenceSentence([same, actions(), gone, { ...gone, kind: "cache", value: null }]),
    "unchanged, since run 998: commits, action versions. " +
      "not known: the runner, caches (GitHub has it no more, or does not show it to this token)",
  );
  assert.equal(evidenceSentence([]), null);
});

test("an action that moved under its name is told by its commits", () => {
  const moved = { ...actions(["a/b@v1", ["1".repeat(40)], ["2".repeat(40)]]), subject: "build" };
  assert.match(evidenceSentence([moved]) ?? "", /a\/b@v1 now is commit 2222222, before 1111111/);
});

test("approvals are told with their environments, and so is that there are none", () => {
  const approvals = (list: readonly { state: string; environments: string[] }[]): Evidence => ({
    ...finding,
    comparedWith: null,
    kind: "approvals",
    value: { approvals: list },
  });
  assert.match(
    evidenceSentence([approvals([{ state: "approved", environments: ["production"] }])]) ?? "",
    /it waited long, with approvals on record: approved for production/,
  );
  assert.match(evidenceSentence([approvals([])]) ?? "", /no approval on record/);
});

test("hostile names come out visible and cut, and many changes are counted", () => {
  const hostile = `\u001b[2J\u202e${"x".repeat(5000)}`;
  const told = evidenceSentence([actions([hostile, [hostile], [hostile]])]) ?? "";
  assert.ok(told.length < 500);
  assert.doesNotMatch(told, /[\u001b\u202e]/);
  const many = Array.from({ length: 30 }, (_, at) => [`a/b${at}`, ["1"], ["2"]] as const);
  assert.match(evidenceSentence([actions(...many)]) ?? "", /25 more/);
});

test("programs get it spelt as GitHub spells", () => {
  assert.deepEqual(evidenceJson([COMMITS]), [
    {
      kind: "commits",
      subject: "",
      compared_with: { run_id: 998, run_attempt: 1 },
      value: { base: "a", head: "b", commit_count: 3, file_count: 1, is_cut: false, files: ["x"] },
      unknown: null,
    },
  ]);
});
