import assert from "node:assert/strict";
import { test } from "node:test";
import { actionsInLog, movedActions } from "./actions-in-log.ts";
import { commitOf, hostedLog, stamped } from "./logs.contract.ts";

test("the set-up tells from which commit each action was taken", () => {
  const log = hostedLog({
    actions: [
      ["actions/checkout@v4", commitOf("a")],
      ["octo/act/sub@main", commitOf("b")],
    ],
  });
  assert.deepEqual(
    [...actionsInLog(log)],
    [
      ["actions/checkout@v4", commitOf("a")],
      ["octo/act/sub@main", commitOf("b")],
    ],
  );
});

test("actions that come as packages tell it in a group of their own", () => {
  const log = stamped([
    "##[group]Download immutable action package 'actions/checkout@v4'",
    "Version: 4.2.2",
    `Digest: sha256:${commitOf("0")}`,
    `Source commit SHA: ${commitOf("c")}`,
    "##[endgroup]",
    `Source commit SHA: ${commitOf("d")}`,
  ]);
  assert.deepEqual([...actionsInLog(log)], [["actions/checkout@v4", commitOf("c")]]);
});

test("what a step prints is not believed", () => {
  const steps = [`Download action repository 'evil/act@v1' (SHA:${commitOf("e")})`];
  assert.equal(actionsInLog(hostedLog({ steps })).size, 0);
});

test("an action has moved when its reference names another commit", () => {
  const before = new Map([
    ["a/b@v1", commitOf("1")],
    ["a/c@v1", commitOf("1")],
    ["a/d@v1", commitOf("1")],
  ]);
  const now = new Map([
    ["a/b@v1", commitOf("2")],
    ["a/c@v1", commitOf("1")],
    ["a/e@v1", commitOf("3")],
  ]);
  assert.deepEqual(movedActions(before, now), [{ name: "a/b@v1", from: [commitOf("1")], to: [commitOf("2")] }]);
});
