import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentStatus, endpointStatus, tagsWithMark } from "./resource-status.ts";
import { deploymentShape, endpointShape, keysShape } from "./shapes.ts";

const PROPERTIES = { authMode: "AADToken", provisioningState: "Succeeded", traffic: { blue: 100 } };

test("the mark of who deploys is read back from the tags as it was written, and taking it away leaves the others", () => {
  const mark = { runId: "github-7", sinceMs: Date.UTC(2026, 10, 20, 12) };
  const tags = tagsWithMark({ oddrun: "made", team: "a" }, mark);
  assert.deepEqual(endpointStatus("ep", { location: "x", tags, properties: PROPERTIES }).deployer, mark);
  assert.deepEqual(tagsWithMark(tags, null), { oddrun: "made", team: "a" });
  const spoilt = { location: "x", tags: { oddrun_deploying: "someone today" }, properties: PROPERTIES };
  assert.deepEqual(endpointStatus("ep", spoilt).deployer, { runId: "someone", sinceMs: 0 });
});

test("states and ways to sign in are Azure's words in any case; what is not used is null", () => {
  const status = (more: object) => endpointStatus("ep", { location: "x", properties: { ...PROPERTIES, ...more } });
  assert.deepEqual(
    ["Succeeded", "Failed", "Canceled", "Creating", "Updating", "Scaling", "Deleting"].map(
      (provisioningState) => status({ provisioningState }).state,
    ),
    ["ready", "failed", "failed", "changing", "changing", "changing", "deleting"],
  );
  assert.deepEqual(
    ["AADToken", "aadtoken", "Key", "AMLToken"].map((authMode) => status({ authMode }).auth),
    ["aad", "aad", "key", null],
  );
  assert.equal(status({}).isOurs, false);
});

test("what a deployment runs is read from the ids of its model and environment, in either of Azure's forms", () => {
  const id = (kind: string, name: string) =>
    `/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/w/${kind}/${name}/versions/3`;
  const of = (model: string | null, environmentId: string | null) =>
    deploymentStatus({ name: "blue", sku: { capacity: 2 }, properties: { model, environmentId, instanceType: "X" } });
  const one = of(id("models", "m"), id("environments", "e"));
  assert.deepEqual([one.modelName, one.modelVersion, one.environmentVersion, one.instanceCount], ["m", "3", "3", 2]);
  const other = of("azureml:m:4", "azureml:e:5");
  assert.deepEqual([other.modelName, other.modelVersion, other.environmentVersion], ["m", "4", "5"]);
  assert.deepEqual([of(null, null).modelName, of(null, null).modelVersion], ["", ""]);
});

test("a name that is none, and a key that no header can hold, come no further than the reading", () => {
  const properties = { authMode: "Key", traffic: {} };
  for (const name of ["blue\u001b[2J", "blue\u202e", "../other", "a/b", "", "a b"]) {
    assert.equal(deploymentShape.safeParse({ name, properties: {} }).success, false, name);
    const read = endpointShape.safeParse({ location: "x", properties: { ...properties, traffic: { [name]: 100 } } });
    assert.equal(read.success, false, name);
  }
  assert.ok(deploymentShape.safeParse({ name: "blue", properties: {} }).success);
  assert.equal(keysShape.safeParse({ primaryKey: "k\r\nx: y" }).success, false);
});
