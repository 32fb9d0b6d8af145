import assert from "node:assert/strict";
import { test } from "node:test";
import { arm, asker } from "./arm-client.ts";
import { deploymentBody, endpointBody, ENVIRONMENT } from "./online-bodies.ts";
import { secretCredential, started } from "./started.ts";

test("an endpoint from nothing to a score, and the wrong order refused at each step", async (t) => {
  const standIn = await started(t, { containers: "canned" });
  const { ask, done } = asker(standIn, secretCredential(standIn));
  const EP = "/onlineEndpoints/oddrun-ep";
  assert.equal((await ask("PUT", `${EP}/deployments/blue`, deploymentBody(standIn))).status, 404);
  assert.match(await done("PUT", "/onlineEndpoints/1bad--name", endpointBody()), /^400 The endpoint name/);
  assert.match(await done("PUT", EP, endpointBody({ traffic: { blue: 100 } })), /^400 Traffic names/);
  assert.equal(await done("PUT", EP, endpointBody()), "Succeeded");
  assert.match(
    await done("PUT", `${EP}/deployments/blue`, deploymentBody(standIn)),
    /^400 The environment was not found/,
  );
  assert.equal((await ask("PUT", "/environments/oddrun-scoring/versions/1", ENVIRONMENT)).status, 201);
  assert.equal(await done("PUT", `${EP}/deployments/blue`, deploymentBody(standIn)), "Succeeded");
  assert.equal((await ask("GET", `${EP}/deployments/blue`)).body.properties.provisioningState, "Succeeded");

  const score = async (
    headers: Readonly<Record<string, string>> = {},
    body: object = { data: [{ duration: 900 }] },
  ) => {
    const { scoringUri } = (await ask("GET", EP)).body.properties;
    const { token } = await secretCredential(standIn).getToken("https://ml.azure.com/.default");
    return await arm(standIn, null)("POST", scoringUri, body, { authorization: `Bearer ${token}`, ...headers });
  };
  assert.equal((await score()).status, 404);
  const tried = await score({ "azureml-model-deployment": "blue" });
  assert.deepEqual([tried.status, tried.body.predictions], [200, [true]]);
  assert.match(await done("PUT", EP, endpointBody({ traffic: { blue: 90 } })), /^400 Traffic values/);
  assert.equal((await ask("PATCH", EP, { properties: { traffic: { blue: 100 } } })).status, 400);
  assert.equal(await done("PUT", EP, endpointBody({ traffic: { blue: 100 } })), "Succeeded");
  assert.equal((await score()).headers["azureml-model-deployment"], "blue");
  const wrong = await score({}, { records: 1 });
  assert.deepEqual([wrong.status, wrong.headers["ms-azureml-model-error-statuscode"]], [424, "400"]);
  const management = await secretCredential(standIn).getToken("https://management.azure.com/.default");
  assert.equal((await score({ authorization: `Bearer ${management.token}` })).status, 401);
  assert.match(await done("DELETE", `${EP}/deployments/blue`), /^400 The deployment 'blue' has traffic/);
  assert.equal(await done("PUT", EP, endpointBody({ traffic: { blue: 0 } })), "Succeeded");
  assert.equal(await done("DELETE", `${EP}/deployments/blue`), "Succeeded");
  assert.equal(await done("DELETE", EP), "Succeeded");
  assert.equal((await ask("GET", EP)).status, 404);
});

test("a deployment fails as it was told to, and the next one does not", async (t) => {
  const standIn = await started(t, { containers: "canned" });
  const { ask, done } = asker(standIn, secretCredential(standIn));
  const EP = "/onlineEndpoints/oddrun-ep";
  await ask("PUT", "/environments/oddrun-scoring/versions/1", ENVIRONMENT);
  assert.equal(await done("PUT", EP, endpointBody()), "Succeeded");
  standIn.failDeployments("quota", "image-pull", "crash", "not-ready", "region-capacity", "none");
  const ends = [];
  for (let round = 0; round < 6; round += 1) {
    ends.push((await done("PUT", `${EP}/deployments/green`, deploymentBody(standIn))).slice(0, 40));
  }
  assert.deepEqual(ends, [
    "400 The request is invalid.",
    "Failed BadArgument: Unable to download u",
    "Failed ResourceNotReady: User container ",
    "Failed ResourceNotReady: User container ",
    "Failed OutOfCapacity: The specified VM s",
    "Succeeded",
  ]);
});

test("keys open an endpoint of that kind, and another operation on it is refused while one is under way", async (t) => {
  const standIn = await started(t, { containers: "canned", operationPolls: 2 });
  const { ask, until } = asker(standIn, secretCredential(standIn));
  const EP = "/onlineEndpoints/oddrun-key";
  const put = await ask("PUT", EP, { ...endpointBody(), properties: { authMode: "Key" } });
  assert.equal(put.body.properties.properties.AzureAsyncOperationUri, put.headers["azure-asyncoperation"]);
  assert.equal((await ask("DELETE", EP)).status, 409);
  assert.equal((await until(put.headers["azure-asyncoperation"]!)).status, "Succeeded");
  const { primaryKey } = (await ask("POST", `${EP}/listKeys`)).body;
  const { scoringUri } = (await ask("GET", EP)).body.properties;
  const score = (key: string) =>
    arm(standIn, null)("POST", scoringUri, { data: [] }, { authorization: `Bearer ${key}` });
  assert.equal((await score("wrong")).status, 401);
  assert.equal((await score(primaryKey)).status, 404);
});

test("properties of an endpoint and a deployment are added to, never altered; the machine stays the one it was made with", async (t) => {
  const standIn = await started(t, { containers: "canned" });
  const { ask, done } = asker(standIn, secretCredential(standIn));
  const EP = "/onlineEndpoints/oddrun-ep";
  await ask("PUT", "/environments/oddrun-scoring/versions/1", ENVIRONMENT);
  assert.equal(await done("PUT", EP, endpointBody({ properties: { a: "1" } })), "Succeeded");
  assert.equal(await done("PUT", EP, endpointBody({ properties: { a: "1", b: "2" } })), "Succeeded");
  assert.match(await done("PUT", EP, endpointBody({ properties: { a: "2", b: "2" } })), /^400 The property 'a'/);
  assert.equal(await done("PUT", EP, endpointBody()), "Succeeded");
  const { a, b } = (await ask("GET", EP)).body.properties.properties;
  assert.deepEqual([a, b], ["1", "2"]);
  const blue = (more: object) => done("PUT", `${EP}/deployments/blue`, deploymentBody(standIn, more));
  assert.equal(await blue({ properties: { a: "1" } }), "Succeeded");
  assert.match(await blue({ properties: {} }), /^400 The property 'a'/);
  assert.match(await blue({ instanceType: "Standard_F2s_v2" }), /^400 instanceType/);
});
