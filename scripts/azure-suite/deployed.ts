import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { AzureContext } from "oddrun/ports";
import { connectWorkspace } from "../../packages/azure/dist/index.js";
import { createServer } from "../../packages/oddrun/dist/server/create-server.js";
import { loadModelFolder } from "../../packages/oddrun/dist/adapters/model-registry/index.js";
import { servedModel } from "../../packages/oddrun/dist/server/served-model.js";
import type { CannedAnswer } from "../azure-stand-in/index.ts";
import { azureStage, type Ended, type Stage } from "./stage.ts";

export const ENDPOINT = "oddrun-ep";
/** Two images: what runs in the stand-in is the same, and a deployment of another image is another deployment. */
export const IMAGE = `croddrun.azurecr.io/oddrun-scoring@sha256:${"1".repeat(64)}`;
export const IMAGE_2 = `croddrun.azurecr.io/oddrun-scoring@sha256:${"2".repeat(64)}`;

/** Trains on the sample and registers the model. */
export async function registered(stage: Stage, ...more: readonly string[]): Promise<void> {
  const metrics = `${stage.folder}/pipeline_metrics.csv`;
  const made = await stage.oddrun(["sample", "--out", metrics, "--force"]);
  if (made.code !== 0) throw new Error(made.err);
  const folder = `${stage.folder}/model`;
  const args = ["train", "--input", metrics, "--model-dir", folder, ...more];
  // here alone: registering has tests of its own
  const trained = await stage.oddrun(args, { AZURE_ML_WORKSPACE: "" });
  if (trained.code !== 0) throw new Error(trained.err);
  const { subscriptionId, resourceGroup, workspace } = stage.standIn.names;
  const { registry } = connectWorkspace({ subscriptionId, resourceGroup, workspace }, quiet(stage));
  await registry.register({
    name: "pipeline-anomaly",
    description: "for a test",
    files: ["model.json", "isolation_forest.bin"].map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
    parameters: new Map(),
    metrics: new Map(),
    properties: new Map(),
  });
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function quiet({ standIn }: Stage): AzureContext {
  return { env: standIn.env, now: Date.now, log: silent, signal: new AbortController().signal, progress() {} };
}

export function deploy(stage: Stage, ...more: readonly string[]): Promise<Ended> {
  return stage.oddrun(["deploy", "azureml", ENDPOINT, ...more], { ODDRUN_SCORING_IMAGE: IMAGE });
}

/** A stage with a registered model, whose deployments answer in this process. */
export async function quickStage(t: TestContext): Promise<Stage> {
  let folder = "";
  const stage = await azureStage(t, { containers: scoringServer(() => folder) });
  folder = `${stage.folder}/model`;
  await registered(stage);
  return stage;
}

/** The scoring server itself, in this process, on the model in the stage's folder: quicker than a process for each deployment. */
function scoringServer(folderOf: () => string): CannedAnswer {
  return async ({ method, path, headers, body }) => {
    const folder = folderOf();
    const { model, sha256 } = await loadModelFolder(folder);
    const served = servedModel({ model, sha256, version: "test" });
    const app = createServer({
      models: { current: () => served, isDegraded: () => false, refresh: async () => {}, close() {} },
      store: null,
      apiKey: null,
      log: silent,
      now: Date.now,
      version: "test",
    });
    const answer = await app.inject({
      method: method as "POST",
      url: path,
      headers: { ...headers, host: "localhost" },
      payload: body,
    });
    return { status: answer.statusCode, headers: { "content-type": "application/json" }, body: answer.rawPayload };
  };
}
