import assert from "node:assert/strict";
import { test } from "node:test";
import { changedOf, workflowFilePath } from "./workflow-path.ts";

test("the file of a workflow is found at the run's commit, unless it lies elsewhere", () => {
  assert.equal(workflowFilePath(".github/workflows/ci.yml", "push"), ".github/workflows/ci.yml");
  assert.equal(workflowFilePath(".github/workflows/ci.yaml@refs/heads/main", null), ".github/workflows/ci.yaml");
  assert.equal(workflowFilePath(".github/workflows/ci.yml", "pull_request_target"), null);
  assert.equal(workflowFilePath("dynamic/dependabot/dependabot-updates", "dynamic"), null);
  assert.equal(workflowFilePath("octo/shared/.github/workflows/ci.yml@main", "push"), null);
  for (const path of ["", ".github/workflows/../../x.yml", ".github/workflows/a/b.yml", "/etc/passwd"]) {
    assert.equal(workflowFilePath(path, "push"), null);
  }
});

test("a change within a local action counts, one beside it does not", () => {
  const changed = [
    ".github/workflows/ci.yml",
    ".github/actions/set-up/action.yml",
    ".github/actions/set-upper/x",
    "a.ts",
  ];
  assert.deepEqual(changedOf(changed, ".github/workflows/ci.yml", [".github/actions/set-up"]), changed.slice(0, 2));
  assert.deepEqual(changedOf(changed, ".github/workflows/other.yml", []), []);
});
