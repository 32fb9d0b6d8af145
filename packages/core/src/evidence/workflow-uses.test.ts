import assert from "node:assert/strict";
import { test } from "node:test";
import { usesChanges, workflowUses, type WorkflowUses } from "./workflow-uses.ts";

const read = (document: unknown): WorkflowUses => {
  const uses = workflowUses(document);
  assert.ok(uses !== null);
  return uses;
};
const ofSteps = (...uses: readonly unknown[]): WorkflowUses =>
  read({ jobs: { build: { steps: uses.map((use) => ({ uses: use })) } } });

test("steps, called workflows, containers and services are all read", () => {
  const uses = read({
    name: "CI",
    jobs: {
      build: {
        container: "node:24",
        services: { db: { image: "postgres:17" }, cache: "redis" },
        steps: [{ uses: "actions/checkout@v4" }, { run: "make" }, { uses: "actions/cache/save@v3" }],
      },
      again: { container: { image: "ghcr.io:443/octo/tools@sha256:abc" }, steps: [{ uses: "actions/checkout@v5" }] },
      call: { uses: "octo/shared/.github/workflows/test.yml@main" },
      local: { uses: "./.github/workflows/lint.yml" },
    },
  });
  assert.deepEqual(Object.fromEntries(uses.references), {
    "actions/cache/save": ["v3"],
    "actions/checkout": ["v4", "v5"],
    "docker://ghcr.io:443/octo/tools": ["sha256:abc"],
    "docker://node": ["24"],
    "docker://postgres": ["17"],
    "docker://redis": [""],
    "octo/shared/.github/workflows/test.yml": ["main"],
  });
  assert.deepEqual(uses.localPaths, [".github/workflows/lint.yml"]);
});

test("a composite action is read as well, and anything else is neither", () => {
  const composite = read({ runs: { using: "composite", steps: [{ uses: "docker://alpine:3.20" }] } });
  assert.deepEqual([...composite.references], [["docker://alpine", ["3.20"]]]);
  for (const other of [null, "jobs", 7, [], {}, { jobs: "x" }, { jobs: [] }]) assert.equal(workflowUses(other), null);
});

test("what only a run can know stays unknown", () => {
  const uses = ofSteps("actions/checkout@${{ inputs.ref }}", "./${{ matrix.action }}", "a/b@v1");
  assert.equal(uses.dynamicCount, 2);
  assert.deepEqual([...uses.references.keys()], ["a/b"]);
});

test("shapes that no workflow has are passed over", () => {
  const uses = read({
    jobs: { a: null, b: [1], c: { steps: "x" }, d: { steps: [null, 3, { uses: { a: 1 } }, { uses: "" }] } },
  });
  assert.equal(uses.references.size, 0);
  assert.deepEqual([...ofSteps("no-reference").references], [["no-reference", [""]]]);
});

test("a file beyond all measure is read to a bound", () => {
  const steps = Array.from({ length: 5000 }, (_, at) => ({ uses: `a/b${at}@v1` }));
  const jobs = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`job${at}`, { steps }]));
  assert.equal(read({ jobs }).references.size, 5000);
});

test("a name under other references is a change, and a new or a dropped one is too", () => {
  const before = ofSteps("actions/cache@v3", "actions/checkout@v4", "a/gone@v1");
  const now = ofSteps("actions/cache@v4", "actions/cache@v4", "actions/checkout@v4", "a/new@v1");
  assert.deepEqual(usesChanges(before, now), [
    { name: "a/gone", from: ["v1"], to: [] },
    { name: "a/new", from: [], to: ["v1"] },
    { name: "actions/cache", from: ["v3"], to: ["v4"] },
  ]);
});
