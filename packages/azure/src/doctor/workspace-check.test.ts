import assert from "node:assert/strict";
import { test } from "node:test";
import { identityOutcome, type WorkspaceFound, workspaceOutcome } from "./workspace-check.ts";

const NAME = { subscriptionId: "s", resourceGroup: "rg-a", workspace: "ml-a" };
const FOUND: WorkspaceFound = {
  location: "westeurope",
  state: "Succeeded",
  identityType: "SystemAssigned",
  principalId: "principal-1",
  userAssignedIds: [],
  containerRegistry: null,
};

test("a workspace without a managed identity fails with the command that gives it one", () => {
  assert.equal(identityOutcome(FOUND, NAME).status, "ok");
  const { status, mend } = identityOutcome({ ...FOUND, identityType: "None", principalId: null }, NAME);
  assert.equal(status, "failed");
  assert.match(mend!, /az ml workspace update --name ml-a --resource-group rg-a --system-assigned/);
});

test("a workspace at work is worth a wait, a failed one is a failure", () => {
  assert.equal(workspaceOutcome(FOUND).status, "ok");
  assert.equal(workspaceOutcome({ ...FOUND, state: "Updating" }).status, "warning");
  assert.equal(workspaceOutcome({ ...FOUND, state: "Failed" }).status, "failed");
});
