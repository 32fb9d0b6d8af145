import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { deploy, ENDPOINT, quickStage } from "./deployed.ts";
import type { Stage } from "./stage.ts";

const SNIPPET = join(import.meta.dirname, "original-snippet.py");
const RECORDS = {
  data: [
    { build_id: "build_001", duration: 300, failure_rate: 0.05 },
    { build_id: "build_002", duration: 900, failure_rate: 0.45 },
  ],
};

function score(
  stage: Stage,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  file = "pipeline_metrics.csv",
) {
  return stage.oddrun(["score", "--input", join(stage.folder, file), ...args], env);
}

const byName = ["--endpoint", ENDPOINT];

/** An endpoint that callers use with a key, its address, and the key as a person gets it. */
async function keyEndpoint(stage: Stage): Promise<{ readonly url: string; readonly key: string }> {
  const made = await deploy(stage, "--yes", "--auth", "key");
  assert.equal(made.code, 0, made.err);
  const printed = await deploy(stage, "--key");
  assert.deepEqual([printed.code, printed.err], [0, ""]);
  const { scoringUrl } = JSON.parse((await deploy(stage, "--status", "--json")).out) as { readonly scoringUrl: string };
  const key = printed.out.trim();
  for (const { out, err } of [made, await deploy(stage, "--status"), await deploy(stage, "--logs")]) {
    assert.ok(!`${out}${err}`.includes(key), "the key is shown by --key alone");
  }
  return { url: scoringUrl, key };
}

/** What a caller with Node's own https sees; the proxy stands for the network. */
async function postJson(stage: Stage, url: string, key: string, body: unknown): Promise<unknown> {
  const { hostname, pathname } = new URL(url);
  const proxy = new URL(stage.standIn.proxyUrl);
  const socket = connect(Number(proxy.port), proxy.hostname);
  socket.write(`CONNECT ${hostname}:443 HTTP/1.1\r\nhost: ${hostname}:443\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  const agent = new Agent();
  agent.createConnection = () => connectTls({ socket, servername: hostname, ca: stage.standIn.caPem });
  return await new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const sent = request({ method: "POST", hostname, path: pathname, headers, agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve(JSON.parse(text)));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}

test("the original's request with its key says of the two builds: usual, odd", async (t) => {
  const stage = await quickStage(t);
  const { url, key } = await keyEndpoint(stage);
  const results = (await postJson(stage, url, key, RECORDS)) as { readonly predictions: readonly boolean[] };
  assert.deepEqual(results.predictions, [false, true]);

  const program = `
import json, os, sys
try:
    import requests
except ImportError:
    sys.exit(77)
endpoint_url, api_key = os.environ["URL"], os.environ["KEY"]
${readFileSync(SNIPPET, "utf8")}
assert results['predictions'] == [False, True], results
print(json.dumps(results["scores"]))
`;
  const env = {
    PATH: process.env["PATH"],
    HTTPS_PROXY: stage.standIn.proxyUrl,
    REQUESTS_CA_BUNDLE: stage.standIn.env["NODE_EXTRA_CA_CERTS"],
    URL: url,
    KEY: key,
  };
  const python = await promisify(execFile)("python3", ["-c", program], { env }).catch((error: unknown) => {
    const { code } = error as { readonly code: unknown };
    if (code === 77 || code === "ENOENT") return null;
    throw error;
  });
  if (python === null) {
    t.diagnostic("SKIPPED: the original's own Python snippet, since python3 with requests is not here");
    return;
  }
  assert.deepEqual(JSON.parse(python.stdout), (results as unknown as { readonly scores: unknown }).scores);
});

test("records scored behind an endpoint come out as those scored here, byte for byte, in each form", async (t) => {
  const stage = await quickStage(t);
  assert.equal((await deploy(stage, "--yes")).code, 0);
  for (const format of ["csv", "json", "ndjson"]) {
    const here = await score(stage, ["--model-dir", join(stage.folder, "model"), "--format", format]);
    const there = await score(stage, [...byName, "--format", format]);
    assert.deepEqual([there.code, there.out], [0, here.out], there.err);
  }
  const asked = await score(stage, [...byName, "--deployment", "blue"]);
  assert.equal(asked.code, 0, asked.err);
  const wrong = await score(stage, [...byName, "--deployment", "green"]);
  assert.deepEqual([wrong.code, /has no deployment "green" \(404\)/.test(wrong.err)], [4, true]);
  assert.deepEqual(stage.standIn.refusedHosts, []);
});

test("with a key an address is enough: no sign-in to Azure, and a wrong key is told without being shown", async (t) => {
  const stage = await quickStage(t);
  const { url, key } = await keyEndpoint(stage);
  stage.standIn.clearRequests();
  const scored = await score(stage, ["--endpoint", url], { ODDRUN_ENDPOINT_KEY: key, AZURE_ML_WORKSPACE: "" });
  assert.equal(scored.code, 0, scored.err);
  assert.deepEqual([...new Set(stage.standIn.requests.map(({ step }) => step))], ["score"]);
  const wrong = await score(stage, ["--endpoint", url], { ODDRUN_ENDPOINT_KEY: `x${key}` });
  assert.deepEqual([wrong.code, wrong.out.includes("build_"), wrong.err.includes(key)], [4, false, false]);
  assert.match(wrong.err, /sign-in is not accepted \(401\).*ODDRUN_ENDPOINT_KEY/);
  assert.equal((await score(stage, ["--endpoint", "http://127.0.0.1/score"], { ODDRUN_ENDPOINT_KEY: key })).code, 2);
});

test("overload, time-outs and lost answers are asked again, and every record comes out once", async (t) => {
  const stage = await quickStage(t);
  await deploy(stage, "--yes");
  const metrics = join(stage.folder, "many.csv");
  // three requests, the first two of them full; hardly any is odd, since reasons cost most
  const rows = Array.from({ length: 4_100 }, (_, row) => `b${row},${290 + (row % 20)},0.0${row % 5}`);
  writeFileSync(metrics, `build_id,duration,failure_rate\n${rows.join("\n")}\n`);
  const { standIn } = stage;
  const undisturbed = await score(stage, byName, {}, "many.csv");
  for (const answer of [
    { status: 429, headers: { "retry-after": "1" } },
    { status: 503 },
    { status: 408 },
    "lost-after",
    "lost-before",
  ] as const) {
    standIn.plant({ step: "score", skip: 1, times: 2, answer });
    const { code, out, err } = await score(stage, byName, {}, "many.csv");
    assert.deepEqual([code, out === undisturbed.out], [0, true], err);
  }
  assert.equal(undisturbed.out.trim().split("\n").length, 4_101);
});

test("a column that the model wants and the file lacks is told as the record's mistake; nothing half is written", async (t) => {
  const stage = await quickStage(t);
  await deploy(stage, "--yes");
  writeFileSync(join(stage.folder, "lacking.csv"), "build_id,duration\nb1,300\nb2,310\n");
  const output = join(stage.folder, "scores.csv");
  const args = [...byName, "--features", "duration", "--output", output];
  const { code, err } = await score(stage, args, {}, "lacking.csv");
  assert.equal(code, 3, err);
  assert.match(err, /Endpoint "oddrun-ep" refuses record "b1": failure_rate is missing/);
  assert.throws(() => readFileSync(output), /ENOENT/);
});

test("who may not score, an endpoint without traffic and one that isn't there are each told with the way out", async (t) => {
  const stage = await quickStage(t);
  await deploy(stage, "--yes");
  const allow = stage.standIn.deny("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action");
  const denied = await score(stage, byName);
  assert.deepEqual([denied.code, /onlineEndpoints\/score\/action.*AzureML Data Scientist/.test(denied.err)], [4, true]);
  allow();
  await deploy(stage, "--traffic", "blue=0");
  const idle = await score(stage, byName);
  assert.deepEqual([idle.code, /no deployment with traffic \(404\)/.test(idle.err)], [4, true]);
  const absent = await score(stage, ["--endpoint", "nothing-here"]);
  assert.deepEqual([absent.code, /has no endpoint "nothing-here"/.test(absent.err)], [4, true]);
});
