import assert from "node:assert/strict";
import { test } from "node:test";
import { arm } from "./arm-client.ts";
import { workspaceId } from "./names.ts";
import { secretCredential, started } from "./started.ts";

test("versions, names and routes that are not there are refused, each in Azure's own words", async (t) => {
  const standIn = await started(t);
  const { names } = standIn;
  const ask = arm(standIn, secretCredential(standIn));
  const at = (path: string, version = "2025-06-01") => `https://management.azure.com${path}?api-version=${version}`;
  const codes = [];
  for (const url of [
    at(workspaceId(names), "2020-01-01"),
    at(workspaceId(names).replace(names.subscriptionId, names.tenantId)),
    at(workspaceId(names).replace("rg-oddrun", "rg-other")),
    at(workspaceId(names).replace("mlw-oddrun", "mlw-other")),
    at(`${workspaceId(names)}/surprises`),
  ]) {
    const { status, body } = await ask("GET", url);
    codes.push(`${status} ${body.error.code}`);
  }
  assert.deepEqual(codes, [
    "400 InvalidResourceType",
    "404 SubscriptionNotFound",
    "404 ResourceGroupNotFound",
    "404 ResourceNotFound",
    "404 InvalidResourceType",
  ]);
  assert.equal(
    (await ask("GET", at(workspaceId(names).toUpperCase().replace("/SUBSCRIPTIONS", "/Subscriptions")))).status,
    200,
  );
  assert.equal((await arm(standIn, null)("GET", at(workspaceId(names)))).body.error.code, "AuthenticationFailed");
});

test("lists come in pages, newest first, without what is archived", async (t) => {
  const standIn = await started(t, { pageSize: 2 });
  const { names } = standIn;
  const ask = arm(standIn, secretCredential(standIn));
  standIn.state.blobs.set(`${names.container}/m/model.json`, {
    bytes: Buffer.from("{}"),
    contentType: "application/json",
    metadata: {},
    etag: '"1"',
    createdAtMs: 0,
    modifiedAtMs: 0,
  });
  const folder = `azureml:/${workspaceId(names).replace("/providers/Microsoft.MachineLearningServices", "")}/datastores/${names.datastore}/paths`;
  for (const version of ["1", "2", "3"]) {
    await ask("PUT", `/models/m/versions/${version}`, { properties: { modelUri: `${folder}/m` } });
  }
  const nowhere = await ask("PUT", "/models/m/versions/4", { properties: { modelUri: `${folder}/elsewhere` } });
  assert.equal(nowhere.status, 404);
  await ask("PUT", "/models/m/versions/1", { properties: { modelUri: `${folder}/m`, isArchived: true } });
  const first = await ask("GET", "/models/m/versions?listViewType=All");
  assert.deepEqual(
    first.body.value.map(({ name }: { name: string }) => name),
    ["3", "2"],
  );
  const second = await ask("GET", first.body.nextLink);
  assert.deepEqual(
    second.body.value.map(({ name }: { name: string }) => name),
    ["1"],
  );
  assert.equal(second.body.nextLink, undefined);
  const active = await ask("GET", "/models/m/versions");
  assert.deepEqual([active.body.value.length, active.body.nextLink], [2, undefined]);
  assert.equal((await ask("GET", "/models/m")).body.properties.nextVersion, "4");
});

test("MLflow's limits hold, parameters do not change, and a filter it does not know is refused", async (t) => {
  const standIn = await started(t);
  const { names } = standIn;
  const ask = arm(standIn, secretCredential(standIn));
  const base = `https://${names.location}.api.azureml.ms/mlflow/v1.0${workspaceId(names)}/api/2.0/mlflow/`;
  const { experiment_id } = (await ask("POST", `${base}experiments/create`, { name: "e" })).body;
  const twice = await ask("POST", `${base}experiments/create`, { name: "e" });
  assert.deepEqual([twice.status, twice.body.error_code], [400, "RESOURCE_ALREADY_EXISTS"]);
  const tags = [{ key: "oddrun_model_sha256", value: "ab" }];
  const { run } = (await ask("POST", `${base}runs/create`, { experiment_id, tags })).body;
  const log = async (more: object) => {
    const { status, body } = await ask("POST", `${base}runs/log-batch`, { run_id: run.info.run_id, ...more });
    return status === 200 ? "200" : `${status} ${body.error_code}`;
  };
  const items = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: "v" }));
  assert.equal(await log({ params: items(100) }), "200");
  assert.equal(await log({ params: items(101) }), "400 INVALID_PARAMETER_VALUE");
  assert.equal(await log({ params: [{ key: "k0", value: "v" }] }), "200");
  assert.equal(await log({ params: [{ key: "k0", value: "other" }] }), "400 INVALID_PARAMETER_VALUE");
  assert.equal(await log({ metrics: [{ key: "m", value: "1", timestamp: 1 }] }), "400 INVALID_PARAMETER_VALUE");
  assert.equal(await log({ metrics: [{ key: "m", value: 1, timestamp: 1.5 }] }), "400 INVALID_PARAMETER_VALUE");
  assert.equal(await log({ colours: [] }), "400 INVALID_PARAMETER_VALUE");
  const search = async (filter: string) =>
    (await ask("POST", `${base}runs/search`, { experiment_ids: [experiment_id], filter })).body;
  assert.equal((await search("tags.oddrun_model_sha256 = 'ab'")).runs.length, 1);
  assert.equal((await search("tags.oddrun_model_sha256 = 'cd'")).runs.length, 0);
  assert.equal((await search("metrics.m > 1")).error_code, "INVALID_PARAMETER_VALUE");
});

test("what was taken away shows in the permissions and is refused where it is used", async (t) => {
  const standIn = await started(t);
  const ask = arm(standIn, secretCredential(standIn));
  const BLOB_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";
  standIn.deny(BLOB_WRITE);
  standIn.deny("Microsoft.MachineLearningServices/workspaces/models/versions/write");
  const url = `https://management.azure.com${workspaceId(standIn.names)}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
  const [permission] = (await ask("GET", url)).body.value;
  assert.deepEqual(permission.notDataActions, [BLOB_WRITE]);
  assert.deepEqual(permission.notActions, ["Microsoft.MachineLearningServices/workspaces/models/versions/write"]);
  const refused = await ask("PUT", "/models/m/versions/1", { properties: { modelUri: "azureml://x" } });
  assert.deepEqual([refused.status, refused.body.error.code], [403, "AuthorizationFailed"]);
});
