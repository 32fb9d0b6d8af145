import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { deploy, ENDPOINT, quickStage } from "./deployed.ts";
import { type Line, lineOf, readLines } from "./oddrun-doctor.ts";

test("an endpoint that serves is scored when it is asked for by name, and only looked at when settings name it", async (t) => {
  const stage = await quickStage(t);
  const { standIn } = stage;
  const deployed = await deploy(stage, "--yes");
  assert.equal(deployed.code, 0, deployed.err);
  // GitHub is not what this is about: nobody answers at that address
  const env = { GITHUB_TOKEN: "", GITHUB_API_URL: "http://127.0.0.1:9" };
  const endpoint = async (args: readonly string[], change: Readonly<Record<string, string>> = {}): Promise<Line> => {
    const dir = ["--model-dir", join(stage.folder, "model")];
    const ended = await stage.oddrun(["doctor", "--json", ...dir, ...args], { ...env, ...change });
    return lineOf(readLines(ended).lines, "Endpoint");
  };
  const byName = ["--endpoint", ENDPOINT];
  const scored = () => standIn.requests.filter(({ step }) => step === "score").length;
  const before = scored();
  const healthy = { name: "Endpoint", area: "remote", status: "ok" };
  const shares = `${ENDPOINT} is ready, blue 100 %`;
  assert.deepEqual(await endpoint([], { AZURE_ML_ENDPOINT: ENDPOINT }), {
    ...healthy,
    found: `${shares}; not scored, as it was not named`,
  });
  assert.equal(scored(), before);
  assert.deepEqual(await endpoint(byName), { ...healthy, found: `${shares}; a record was scored` });
  assert.equal(scored(), before + 1);

  const giveBack = standIn.deny("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action");
  const refused = await endpoint(byName);
  giveBack();
  assert.equal(refused.status, "failed");
  assert.match(`${refused.found}\n${refused.mend ?? ""}`, /refuses to score \(40[13]\)\n.*"AzureML Data Scientist"/);

  const wrong = { status: 424, headers: { "ms-azureml-model-error-statuscode": "400" }, body: {} };
  standIn.plant({ step: "score", answer: wrong });
  assert.match((await endpoint(byName)).found, /it answers, and its model has other features/);
  const down = { status: 424, headers: { "ms-azureml-model-error-statuscode": "500" }, body: {} };
  standIn.plant({ step: "score", answer: down });
  assert.equal((await endpoint(byName)).status, "failed");

  assert.equal((await deploy(stage, "--traffic", "blue=0", "--yes")).code, 0);
  const idle = await endpoint(byName);
  assert.deepEqual([idle.status, idle.found], ["failed", `${ENDPOINT} is ready, and no deployment has traffic`]);
});
