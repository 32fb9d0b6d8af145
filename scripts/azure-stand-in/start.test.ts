import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const START = join(import.meta.dirname, "..", "azure-stand-in.ts");

/** Signs in and asks for the workspace, in a process that has nothing but the printed environment. */
const CLIENT = `
import { DefaultAzureCredential } from "@azure/identity";
import { createDefaultHttpClient, createEmptyPipeline, createPipelineRequest, proxyPolicy } from "@azure/core-rest-pipeline";
const { AZURE_SUBSCRIPTION_ID: s, AZURE_RESOURCE_GROUP: g, AZURE_ML_WORKSPACE: w } = process.env;
const { token } = await new DefaultAzureCredential().getToken("https://management.azure.com/.default");
const pipeline = createEmptyPipeline();
pipeline.addPolicy(proxyPolicy());
const url = \`https://management.azure.com/subscriptions/\${s}/resourceGroups/\${g}/providers/Microsoft.MachineLearningServices/workspaces/\${w}?api-version=2025-06-01\`;
const request = createPipelineRequest({ url });
request.headers.set("authorization", "Bearer " + token);
console.log((await pipeline.sendRequest(createDefaultHttpClient(), request)).status);
`;

test("started by hand, it says what to set, and what was set is enough for a process beside it", async (t) => {
  const child = spawn(process.execPath, [START, "--canned", "--log"]);
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (text) => (said += String(text)));
  while (!said.includes("Ctrl-C")) await once(child.stdout, "data");
  const exports = [...said.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name!, value!] as const);
  const env = { PATH: process.env["PATH"] ?? "", ...Object.fromEntries(exports) };
  const status = execFileSync(process.execPath, ["--input-type=module", "-e", CLIENT], {
    env,
    cwd: import.meta.dirname,
  });
  assert.equal(String(status), "200\n");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.match(said, /200 entra token: POST login\.microsoftonline\.com\n/);
  assert.equal(existsSync(env["NODE_EXTRA_CA_CERTS" as keyof typeof env]), false);
});

test("wrong flags are answered with the right ones", () => {
  for (const flags of [["--port", "x"], ["--unknown"]]) {
    const { status, stderr } = spawnSync(process.execPath, [START, ...flags], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /--port/);
  }
});
