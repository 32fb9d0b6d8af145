import assert from "node:assert/strict";
import { test } from "node:test";
import { armClient } from "../arm-client.ts";
import { scriptedAzure, testContext, testCredential } from "../scripted-azure.contract.ts";
import { defaultDatastore } from "./datastore.ts";

const WORKSPACE = { subscriptionId: "s-1", resourceGroup: "rg", workspace: "ml-a" };
const USUAL = {
  datastoreType: "AzureBlob",
  isDefault: true,
  accountName: "stmla",
  containerName: "azureml-blobstore-1",
  endpoint: "core.windows.net",
};

function found(...stores: readonly object[]) {
  const value = stores.map((properties, at) => ({ name: `store${at}`, properties }));
  const { httpClient } = scriptedAzure([{ body: { value } }]);
  return defaultDatastore(armClient({ credential: testCredential, context: testContext(), httpClient }), WORKSPACE);
}

test("the default datastore is the one marked so, at its account's own address", async () => {
  assert.deepEqual(await found({ ...USUAL, isDefault: false, accountName: "stother" }, USUAL), {
    name: "store1",
    accountName: "stmla",
    containerName: "azureml-blobstore-1",
    accountUrl: "https://stmla.blob.core.windows.net",
  });
});

test("a datastore of another kind, or whose address would lead a token elsewhere, is refused", async () => {
  await assert.rejects(found(), { code: "azure-datastore" });
  for (const wrong of [
    { datastoreType: "AzureFile" },
    { accountName: "evil.example/x" },
    { accountName: null },
    { containerName: "../x" },
    { endpoint: "evil.example" },
  ]) {
    await assert.rejects(found({ ...USUAL, ...wrong }), { code: "azure-datastore" }, JSON.stringify(wrong));
  }
});
