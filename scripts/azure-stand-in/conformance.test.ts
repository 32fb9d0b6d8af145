import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientAssertionCredential, ClientSecretCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { BlobServiceClient } from "@azure/storage-blob";
import { arm } from "./arm-client.ts";
import { secretCredential, started } from "./started.ts";

const SUBJECT = "repo:octo-org/app:environment:production";

test("a model's way: sign in, find the datastore, upload, register, list, record the run", async (t) => {
  const standIn = await started(t);
  const { names } = standIn;
  const credential = secretCredential(standIn);
  const ask = arm(standIn, credential);
  const workspace = await ask("GET", "");
  assert.equal(workspace.status, 200);
  const datastores = await ask("GET", "/datastores?isDefault=true");
  const { accountName, containerName } = datastores.body.value[0].properties;
  const service = new BlobServiceClient(`https://${accountName}.blob.core.windows.net`, credential);
  const container = service.getContainerClient(containerName);
  const blob = container.getBlockBlobClient("oddrun/abc/model.json");
  await blob.uploadData(Buffer.from("{}"), { metadata: { sha256: "00" }, conditions: { ifNoneMatch: "*" } });
  await assert.rejects(blob.uploadData(Buffer.from("{}"), { conditions: { ifNoneMatch: "*" } }), {
    code: "BlobAlreadyExists",
  });
  const bytes = await blob.downloadToBuffer();
  assert.equal(bytes.toString(), "{}");
  assert.deepEqual((await blob.getProperties()).metadata, { sha256: "00" });
  const listed: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: "oddrun/" })) listed.push(name);
  assert.deepEqual(listed, ["oddrun/abc/model.json"]);

  const modelUri = `azureml://subscriptions/${names.subscriptionId}/resourceGroups/${names.resourceGroup}/workspaces/${names.workspace}/datastores/${names.datastore}/paths/oddrun/abc`;
  assert.equal((await ask("GET", "/models/m/versions")).status, 404);
  const put = await ask("PUT", "/models/m/versions/1", { properties: { modelUri, modelType: "custom_model" } });
  assert.equal(put.status, 201);
  const again = await ask("PUT", "/models/m/versions/1", {
    properties: { modelUri: `${modelUri}/other`, modelType: "custom_model" },
  });
  assert.equal(again.status, 409);
  assert.equal((await ask("PUT", "/models/m/versions/2", { properties: { modelUri, colour: "red" } })).status, 400);
  assert.equal((await ask("GET", "/models/m/versions")).body.value[0].name, "1");

  const base = `https://${names.location}.api.azureml.ms/mlflow/v1.0${workspace.body.id}/api/2.0/mlflow/`;
  const missing = await ask("GET", `${base}experiments/get-by-name?experiment_name=e`);
  assert.deepEqual([missing.status, missing.body.error_code], [404, "RESOURCE_DOES_NOT_EXIST"]);
  const { experiment_id } = (await ask("POST", `${base}experiments/create`, { name: "e" })).body;
  const { run } = (await ask("POST", `${base}runs/create`, { experiment_id, start_time: 1 })).body;
  const metrics = [{ key: "auc", value: 0.9, timestamp: 1, step: 0 }];
  assert.equal((await ask("POST", `${base}runs/log-batch`, { run_id: run.info.run_id, metrics })).status, 200);
  assert.equal(
    (await ask("POST", `${base}runs/update`, { run_id: run.info.run_id, status: "FINISHED", end_time: 2 })).status,
    200,
  );
  assert.equal([...standIn.state.runs.values()][0]!.status, "FINISHED");
  assert.deepEqual(standIn.refusedHosts, []);
  assert.equal(standIn.requests.filter(({ step }) => step === "unknown").length, 0);
});

test("GitHub's token signs in when its subject is federated, and Entra says which subject is not", async (t) => {
  const standIn = await started(t, { federatedSubjects: [SUBJECT] });
  const signIn = (subject: string) => {
    const env = standIn.githubOidcEnv({ subject });
    return new ClientAssertionCredential(env["AZURE_TENANT_ID"]!, env["AZURE_CLIENT_ID"]!, async () => {
      const url = `${env["ACTIONS_ID_TOKEN_REQUEST_URL"]!}&audience=api://AzureADTokenExchange`;
      const answer = await arm(standIn, null)("GET", url, undefined, {
        authorization: `bearer ${env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]!}`,
      });
      return answer.body.value as string;
    });
  };
  const token = await signIn(SUBJECT).getToken("https://management.azure.com/.default");
  assert.ok(token.token.length > 100);
  await assert.rejects(
    signIn("repo:octo-org/app:pull_request").getToken("https://management.azure.com/.default"),
    /AADSTS700213/,
  );
  await assert.rejects(
    signIn(SUBJECT.toUpperCase()).getToken("https://management.azure.com/.default"),
    /AADSTS7002138/,
  );
});

test("a token is good for its own service only, for its own time, and for what the role allows", async (t) => {
  const clock = { nowMs: Date.now() };
  const standIn = await started(t, { now: () => clock.nowMs, tokenLifetimeS: 600 });
  const credential = secretCredential(standIn);
  const storage = await credential.getToken("https://storage.azure.com/.default");
  const ask = arm(standIn, null);
  const wrong = await ask("GET", "", undefined, { authorization: `Bearer ${storage.token}` });
  assert.deepEqual([wrong.status, wrong.body.error.code], [401, "InvalidAuthenticationTokenAudience"]);
  const management = await credential.getToken("https://management.azure.com/.default");
  const authorization = `Bearer ${management.token}`;
  assert.equal((await ask("GET", "", undefined, { authorization })).status, 200);
  const giveBack = standIn.deny("Microsoft.MachineLearningServices/workspaces/read");
  assert.equal((await ask("GET", "", undefined, { authorization })).body.error.code, "AuthorizationFailed");
  giveBack();
  clock.nowMs += 601_000;
  assert.equal((await ask("GET", "", undefined, { authorization })).body.error.code, "ExpiredAuthenticationToken");
  await assert.rejects(
    new ClientSecretCredential(standIn.names.tenantId, standIn.names.clientId, "wrong").getToken(
      "https://vault.azure.net/.default",
    ),
    /AADSTS7000215/,
  );
});

test("faults are met where they are planted: before the work, after it, and instead of it", async (t) => {
  const standIn = await started(t);
  const ask = arm(standIn, secretCredential(standIn));
  const body = { properties: { description: "d" } };
  standIn.plant({ step: "model container put", answer: "lost-before" });
  await assert.rejects(ask("PUT", "/models/m", body));
  assert.equal(standIn.state.models.size, 0);
  standIn.plant({ step: "model container put", answer: "lost-after" });
  await assert.rejects(ask("PUT", "/models/m", body));
  assert.equal(standIn.state.models.size, 1);
  standIn.plant({ step: /^model/, skip: 1, times: 2, answer: { status: 503, headers: { "retry-after": "1" } } });
  const statuses = [];
  for (let round = 0; round < 4; round += 1) statuses.push((await ask("PUT", "/models/m", body)).status);
  assert.deepEqual(statuses, [200, 503, 503, 200]);
  assert.equal(standIn.requests.filter(({ fault }) => fault !== null).length, 4);
});

test("any other host is refused and named", async (t) => {
  const standIn = await started(t);
  assert.equal((await arm(standIn, null)("GET", "https://example.com/")).status, 403);
  assert.deepEqual(standIn.refusedHosts, ["example.com:443"]);
});

test("a vault tells whom to ask, gives its secrets to those who may, and says which it has not", async (t) => {
  const standIn = await started(t);
  const client = new SecretClient(`https://${standIn.names.vault}.vault.azure.net`, secretCredential(standIn));
  standIn.addSecret("github-token", "first");
  standIn.addSecret("github-token", "second");
  const { value, properties } = await client.getSecret("github-token");
  assert.equal(value, "second");
  assert.equal((await client.getSecret("github-token", { version: properties.version! })).value, "second");
  await assert.rejects(client.getSecret("none"), { code: "SecretNotFound", statusCode: 404 });
  standIn.deny("Microsoft.KeyVault/vaults/secrets/*");
  await assert.rejects(client.getSecret("github-token"), { statusCode: 403 });
  assert.deepEqual(
    standIn.requests.filter(({ step }) => step === "secret get").map(({ status }) => status),
    [401, 200, 200, 404, 403],
  );
});

test("the price list is asked without a token, filtered by what it documents, and read page by page", async (t) => {
  const standIn = await started(t, { pageSize: 3 });
  const ask = (filter: string) =>
    arm(standIn, null)("GET", `https://prices.azure.com/api/retail/prices?$filter=${encodeURIComponent(filter)}`);
  const size =
    "serviceName eq 'Virtual Machines' and armRegionName eq 'westeurope' and armSkuName eq 'Standard_DS2_v2'";
  const first = await ask(`${size} and priceType eq 'Consumption'`);
  assert.deepEqual([first.status, first.body.Count], [200, 3]);
  assert.equal(first.body.Items[0].productName, "Virtual Machines DSv2 Series Windows");
  const second = await arm(standIn, null)("GET", first.body.NextPageLink);
  assert.deepEqual([second.body.Count, second.body.NextPageLink], [1, null]);
  assert.equal(second.body.Items[0].meterName, "DS2 v2");
  assert.equal((await ask("type eq 'Consumption'")).status, 400);
});
