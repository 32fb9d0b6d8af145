import assert from "node:assert/strict";
import { test } from "node:test";
import { BlobServiceClient, RestError } from "@azure/storage-blob";
import { arm } from "./arm-client.ts";
import { workspaceId } from "./names.ts";
import { secretCredential, started } from "./started.ts";

const STATUSES = [401, 403, 404, 409, 424, 429, 500, 503];

test("a number planted is answered in the form of the service that was asked", async (t) => {
  const standIn = await started(t);
  const { names } = standIn;
  const ask = arm(standIn, secretCredential(standIn));
  const mlflow = `https://${names.location}.api.azureml.ms/mlflow/v1.0${workspaceId(names)}/api/2.0/mlflow/experiments/get`;
  const addresses: readonly (readonly [step: string, url: string, code: (body: never) => unknown])[] = [
    ["datastores list", "/datastores", (body: { error: { code: string } }) => body.error.code],
    [
      "mlflow experiments/get",
      mlflow,
      (body: { error: { innerError: { code: string } } }) => body.error.innerError.code,
    ],
    [
      "secret get",
      `https://${names.vault}.vault.azure.net/secrets/s`,
      (body: { error: { code: string } }) => body.error.code,
    ],
    [
      "prices list",
      "https://prices.azure.com/api/retail/prices",
      (body: { Error: { Code: string } }) => body.Error.Code,
    ],
  ];
  for (const status of STATUSES) {
    for (const [step, url, code] of addresses) {
      standIn.plant({ step, answer: status });
      const answer = await ask("GET", url);
      assert.equal(answer.status, status, step);
      assert.equal(typeof code(answer.body as never), "string", `${step} ${status}`);
      assert.equal(answer.headers["retry-after"], status === 429 || status === 503 ? "1" : undefined);
    }
  }
  assert.ok(standIn.requests.filter(({ fault }) => fault === "429").length === addresses.length);
});

test("storage's refusals are read by its client", async (t) => {
  const standIn = await started(t);
  const { names } = standIn;
  const account = `https://${names.storageAccount}.blob.core.windows.net`;
  const service = new BlobServiceClient(account, secretCredential(standIn), { retryOptions: { maxTries: 1 } });
  const blob = service.getContainerClient(names.container).getBlockBlobClient("b");
  for (const status of STATUSES) {
    standIn.plant({ step: "blob put", answer: status });
    await assert.rejects(blob.uploadData(Buffer.from("1")), (error) => {
      assert.ok(error instanceof RestError, String(error));
      assert.equal(error.statusCode, status);
      assert.match(error.code ?? "", /^[A-Z]\w+$/);
      return true;
    });
  }
  assert.equal(standIn.state.blobs.size, 0);
});

test("a request that hangs gets no answer, and the stand-in closes none the less", async (t) => {
  const standIn = await started(t);
  standIn.plant({ step: "prices list", answer: "hang" });
  const asked = arm(standIn, null)("GET", "https://prices.azure.com/api/retail/prices");
  asked.catch(() => undefined);
  while (standIn.requests.length === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.deepEqual(
    standIn.requests.map(({ status, fault }) => [status, fault]),
    [[null, "hang"]],
  );
  await standIn.close();
  await assert.rejects(asked);
});
