import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { BLOB_CONTRACT } from "./blob.contract.ts";
import { makeCertificates } from "./certificates.ts";
import type { AzureStandIn } from "./index.ts";
import { USUAL_NAMES } from "./names.ts";
import { accessToken } from "./services/entra.ts";
import { secretCredential, started } from "./started.ts";

/** Set to 1 where the real server may be fetched: the first time takes half a minute. */
const IS_WANTED = process.env["ODDRUN_AZURITE"] === "1";
const VERSION = "3.35.0";
const START_MAX_MS = 120_000;

const containerOf = (standIn: AzureStandIn) =>
  new BlobServiceClient(
    `https://${standIn.names.storageAccount}.blob.core.windows.net`,
    secretCredential(standIn),
    // A refusal is what is tested: it is not asked again.
    { retryOptions: { maxTries: 1 } },
  ).getContainerClient(standIn.names.container);

/** Microsoft's emulator, in memory; null with the reason when it cannot be had. */
async function startAzurite(t: TestContext): Promise<{ readonly port: number } | { readonly why: string }> {
  const folder = mkdtempSync(join(tmpdir(), "azurite-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { certPem, keyPem } = await makeCertificates(["localhost"]);
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(cert, certPem);
  writeFileSync(key, keyPem, { mode: 0o600 });
  const flags = ["--disableTelemetry", "--oauth", "basic", "--cert", cert, "--key", key, "--skipApiVersionCheck"];
  const place = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence"];
  const child = spawn("npx", ["--yes", "--package", `azurite@${VERSION}`, "azurite-blob", ...flags, ...place], {
    cwd: folder,
    // A group of its own: npx starts the server beneath itself.
    detached: true,
    env: {
      ...process.env,
      HTTPS_PROXY: undefined,
      HTTP_PROXY: undefined,
      AZURITE_ACCOUNTS: `${USUAL_NAMES.storageAccount}:${Buffer.from("key of nobody").toString("base64")}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  t.after(stop);
  let written = "";
  child.stderr.on("data", (text) => (written += String(text)));
  const listening = new Promise<number>((resolve) => {
    child.stdout.on("data", (text) => {
      written += String(text);
      const [, port] = /listens? on https:\/\/127\.0\.0\.1:(\d+)/.exec(written) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const slow = AbortSignal.timeout(START_MAX_MS);
  const port = await Promise.race([
    listening,
    once(child, "exit", { signal: slow }).catch(() => null),
    once(child, "error").catch(() => null),
  ]);
  return typeof port === "number" ? { port } : { why: `azurite did not start: ${written.slice(-300)}` };
}

/** A container is no route of the stand-in's: Terraform and Azure ML make those. */
async function makeContainer(standIn: AzureStandIn, port: number): Promise<void> {
  const { storageAccount, container } = standIn.names;
  const asked = request({
    host: "127.0.0.1",
    port,
    method: "PUT",
    path: `/${container}?restype=container`,
    rejectUnauthorized: false,
    headers: {
      host: `${storageAccount}.blob.core.windows.net`,
      authorization: `Bearer ${accessToken(standIn.state, "https://storage.azure.com")}`,
      "x-ms-version": "2021-12-02",
      "content-length": 0,
    },
  });
  asked.end();
  const [answer] = (await once(asked, "response")) as [{ readonly statusCode: number; resume(): void }];
  answer.resume();
  assert.equal(answer.statusCode, 201);
}

test("the blobs of the stand-in keep what Oddrun relies on", async (t) => {
  const standIn = await started(t);
  for (const [promise, check] of BLOB_CONTRACT) {
    await t.test(promise, () => check(containerOf(standIn)));
  }
});

const skip = IS_WANTED ? false : `set ODDRUN_AZURITE=1 to run the same over azurite ${VERSION}`;
test("the blobs of Microsoft's own emulator keep the same", { skip }, async (t) => {
  const azurite = await startAzurite(t);
  if ("why" in azurite) {
    process.stderr.write(`NOT TRIED: ${azurite.why}\n`);
    t.skip(azurite.why);
    return;
  }
  const standIn = await started(t, { blob: { host: "127.0.0.1", port: azurite.port } });
  await makeContainer(standIn, azurite.port);
  for (const [promise, check] of BLOB_CONTRACT) {
    await t.test(promise, () => check(containerOf(standIn)));
  }
  assert.equal(standIn.state.blobs.size, 0);
});
