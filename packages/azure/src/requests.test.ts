import assert from "node:assert/strict";
import { test } from "node:test";
import { azureRequests } from "./requests.ts";
import { scriptedAzure, testContext, testCredential } from "./scripted-azure.contract.ts";
import { askedWaitMs } from "./waits.ts";

const settings = { credential: testCredential, scope: "https://ml.azure.com/.default", context: testContext() };
const request = { method: "POST", url: "https://host.example/runs/create", isRepeatable: false } as const;

test("what must not happen twice is sent again only when it was surely not begun", async () => {
  for (const begun of [{ lost: "ECONNRESET" }, { status: 500 }, { status: 200, body: "{" }]) {
    const { httpClient, seen } = scriptedAzure([begun, {}]);
    await assert.rejects(azureRequests({ ...settings, httpClient })(request), { code: "azure-unreachable" });
    assert.equal(seen.length, 1);
  }
  const { httpClient } = scriptedAzure([{ status: 429 }, { status: 503 }, { body: {} }]);
  assert.equal((await azureRequests({ ...settings, httpClient })(request)).status, 200);
});

test("a wait is read from seconds, a date or Azure's milliseconds", () => {
  const asked = (headers: Record<string, string>) => askedWaitMs((name) => headers[name], Date.UTC(2026, 0, 1));
  assert.equal(asked({ "retry-after": "0" }), 0);
  assert.equal(asked({ "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }), 9_000);
  assert.equal(asked({ "retry-after": "Thu, 01 Jan 2020 00:00:09 GMT" }), 0);
  assert.equal(asked({ "x-ms-retry-after-ms": "250", "retry-after": "9" }), 250);
  assert.equal(asked({ "retry-after": "soon" }), null);
  assert.equal(asked({}), null);
});
