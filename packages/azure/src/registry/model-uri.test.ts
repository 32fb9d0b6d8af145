import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlainFileName, modelUri, placeOf } from "./model-uri.ts";

const WORKSPACE = { subscriptionId: "s-1", resourceGroup: "rg", workspace: "ml-a" };
const BASE = "azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ml-a/datastores";

test("a version's place is read as it was written, and as Azure may write it again", () => {
  const place = { datastore: "workspaceblobstore", folder: "oddrun/m/abc" };
  const written = modelUri(WORKSPACE, place);
  const forms = [
    written,
    `${written}/`,
    written.replace("resourcegroups/rg", "resourceGroups/RG"),
    written.replace("/workspaces/", "/providers/Microsoft.MachineLearningServices/workspaces/"),
    "azureml://datastores/workspaceblobstore/paths/oddrun/m/abc",
  ];
  for (const form of forms) assert.deepEqual(placeOf(form, WORKSPACE, "version 1"), place);
});

test("a place outside the workspace's datastores, or that is no plain folder, is refused", () => {
  const hostile = [
    null,
    "",
    "https://evil.example/oddrun/m",
    "azureml://jobs/j/outputs/artifacts/paths/m",
    "azureml://subscriptions/s-2/resourcegroups/rg/workspaces/ml-a/datastores/d/paths/m",
    "azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ml-b/datastores/d/paths/m",
    ...["../m", "m/../../x", "m//x", "m\\x", "m?x=1", "m#x", "m/%2e%2e/x", "m\nx", "m/‮x", ".hidden"].map(
      (path) => `${BASE}/d/paths/${path}`,
    ),
    `${BASE}/../paths/m`,
    `${BASE}/d/paths/${"a/".repeat(30)}b`,
  ];
  for (const uri of hostile) {
    assert.throws(() => placeOf(uri, WORKSPACE, "version 1"), { code: "cloud-model-refused" }, String(uri));
  }
});

test("a file's name is one plain word", () => {
  for (const name of ["model.json", "isolation_forest.bin", "a-b"]) assert.equal(isPlainFileName(name), true, name);
  for (const name of ["", ".", "..", ".env", "a/b", "a\\b", "C:x", "a\n", "x".repeat(200)]) {
    assert.equal(isPlainFileName(name), false, name);
  }
});
