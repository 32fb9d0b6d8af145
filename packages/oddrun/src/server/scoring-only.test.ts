import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCORING_ROUTES } from "../api/index.ts";
import { Problem } from "../operations/problems.ts";
import { SCORING_CONTRACT } from "../operations/models/scoring-contract.ts";
import { ask, GOOD_BODY, KEY, postScore, type ServerUnderTest, serverUnderTest } from "./server-under-test.contract.ts";

/** What a caller of the platform's address sends on: its name, not ours. */
const FROM_AFAR = { host: "pipeline-anomaly.westeurope.inference.ml.azure.com", origin: "https://elsewhere.example" };

let scoring: ServerUnderTest;
let behind: ServerUnderTest;
before(async () => {
  [scoring, behind] = await Promise.all([
    serverUnderTest({ isScoringOnly: true }),
    serverUnderTest({ isScoringOnly: true, authBy: "platform", host: "0.0.0.0" }),
  ]);
});
after(() => Promise.all([scoring.stop(), behind.stop()]));

function local({ port }: ServerUnderTest): string {
  return `http://127.0.0.1:${port}`;
}

test("scoring, health and their description are all there is: no page, no list of runs, no style", async () => {
  const { json } = await ask(`${scoring.url}/openapi.json`);
  const { scorePath, livePath, readyPath } = SCORING_CONTRACT;
  assert.deepEqual(Object.keys(json.paths).sort(), [livePath, readyPath, "/openapi.json", scorePath].sort());
  for (const { method, path } of SCORING_ROUTES) {
    const init = method === "POST" ? { method, body: GOOD_BODY, headers: { "content-type": "application/json" } } : {};
    assert.equal((await ask(`${scoring.url}${path}`, init)).status, 200, path);
  }
  for (const path of ["/", "/style.css", "/api/odd-runs"]) {
    for (const method of ["GET", "POST"])
      assert.deepEqual((await ask(`${scoring.url}${path}`, { method })).json.code, "no-such-route", path);
  }
});

test("an answer names the model by version and hash, and one without rows is enough to ask for them", async () => {
  const { status, json } = await postScore(scoring.url, '{"data":[]}');
  assert.equal(status, 200);
  assert.deepEqual(json.predictions, []);
  assert.deepEqual(json.model, { version: "metrics-1", sha256: "metrics-1".padEnd(64, "0") });
});

test("without a key, callers from elsewhere get in only behind a platform that checks them", async () => {
  assert.equal((await postScore(scoring.url, GOOD_BODY, FROM_AFAR)).status, 403);
  assert.equal((await postScore(local(behind), GOOD_BODY, FROM_AFAR)).status, 200);
  assert.equal((await postScore(local(behind), GOOD_BODY, { authorization: "Bearer of-the-platform" })).status, 200);
  await assert.rejects(
    serverUnderTest({ isScoringOnly: true, host: "0.0.0.0" }),
    (error) => error instanceof Problem && error.code === "key-needed",
  );
});

test("a key that is set is asked for behind a platform too", async () => {
  const server = await serverUnderTest({ isScoringOnly: true, authBy: "platform", host: "0.0.0.0", apiKey: KEY });
  try {
    assert.equal((await postScore(local(server), GOOD_BODY)).status, 401);
    assert.equal((await postScore(local(server), GOOD_BODY, { authorization: `Bearer ${KEY}` })).status, 200);
  } finally {
    await server.stop();
  }
});
