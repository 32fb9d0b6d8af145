import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { arm, asker } from "./arm-client.ts";
import { workspaceId } from "./names.ts";
import { deploymentBody, endpointBody, ENVIRONMENT } from "./online-bodies.ts";
import { secretCredential, started } from "./started.ts";

const ODDRUN = join(import.meta.dirname, "..", "..", "packages", "oddrun", "bin", "oddrun.js");

test("behind a deployment the scoring server itself runs, on the model that was uploaded and registered", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stand-in-model-"));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, [ODDRUN, "train"], { cwd: folder, stdio: "pipe" });
  const standIn = await started(t);
  const { names } = standIn;
  const credential = secretCredential(standIn);
  const { ask, done } = asker(standIn, credential);
  const container = new BlobServiceClient(
    `https://${names.storageAccount}.blob.core.windows.net`,
    credential,
  ).getContainerClient(names.container);
  for (const name of readdirSync(join(folder, "model"))) {
    const bytes = readFileSync(join(folder, "model", name));
    await container.getBlockBlobClient(`oddrun/m/abc/${name}`).uploadData(bytes);
  }
  const modelUri = `azureml:/${workspaceId(names).replace("/providers/Microsoft.MachineLearningServices", "")}/datastores/${names.datastore}/paths/oddrun/m/abc`;
  const put = await ask("PUT", "/models/m/versions/1", { properties: { modelUri, modelType: "custom_model" } });
  assert.equal(put.status, 201, JSON.stringify(put.body));
  await ask("PUT", "/environments/oddrun-scoring/versions/1", ENVIRONMENT);
  const EP = "/onlineEndpoints/oddrun-ep";
  assert.equal(await done("PUT", EP, endpointBody()), "Succeeded");
  const model = `${workspaceId(names)}/models/m/versions/1`;
  const lacking = await done("PUT", `${EP}/deployments/blue`, deploymentBody(standIn));
  assert.match(lacking, /^Failed ResourceNotReady/);
  const { content } = (await ask("POST", `${EP}/deployments/blue/getLogs`, { tail: 20 })).body;
  assert.match(content, /model/);
  const environmentVariables = { ODDRUN_AUTH: "platform" };
  assert.equal(
    await done("PUT", `${EP}/deployments/blue`, deploymentBody(standIn, { model, environmentVariables })),
    "Succeeded",
  );
  assert.equal(await done("PUT", EP, endpointBody({ traffic: { blue: 100 } })), "Succeeded");
  const { token } = await credential.getToken("https://ml.azure.com/.default");
  const { scoringUri } = (await ask("GET", EP)).body.properties;
  const data = [
    { build_id: "build_001", duration: 300, failure_rate: 0.05 },
    { build_id: "build_002", duration: 3000, failure_rate: 0.9 },
  ];
  const scored = await arm(standIn, null)("POST", scoringUri, { data }, { authorization: `Bearer ${token}` });
  assert.deepEqual([scored.status, scored.body.predictions], [200, [false, true]]);
});
