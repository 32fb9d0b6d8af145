import assert from "node:assert/strict";
import { test } from "node:test";
import { branchClass } from "./branch-class.ts";

test("the repository's own default branch decides, where it is known", () => {
  assert.equal(branchClass("develop", "develop"), "default");
  assert.equal(branchClass("main", "develop"), "topic");
  assert.equal(branchClass("main", null), "default");
});

test("merge queues, releases and topics are told apart", () => {
  assert.equal(branchClass("gh-readonly-queue/main/pr-12-abc", "main"), "merge-queue");
  assert.equal(branchClass("release/2.4", "main"), "release");
  assert.equal(branchClass("v1.x", "main"), "release");
  assert.equal(branchClass("releasing-fast", "main"), "topic");
  assert.equal(branchClass(null, "main"), "unknown");
});
