import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { AzureContext } from "oddrun/ports";
import { connectWorkspace } from "../../packages/azure/dist/index.js";
import { createServer } from "../../packages/oddrun/dist/server/create-server.js";
import { decodeModelFiles } from "../../packages/oddrun/dist/adapters/model-registry/index.js";
import { servedModel } from "../../packages/oddrun/dist/server/served-model.js";
import type { CannedAnswer, ModelFiles } from "../azure-stand-in/index.ts";
import { azureStage, type Ended, type Stage } from "./stage.ts";

export const ENDPOINT = "oddrun-ep";
/** Two images: what runs in the stand-in is the same, and a deployment of another image is another deployment. */
export const IMAGE = `croddrun.azurecr.io/oddrun-scoring@sha256:${"1".repeat(64)}`;
export const IMAGE_2 = `croddrun.azurecr.io/oddrun-scoring@sha256:${"2".repeat(64)}`;

const MODEL_FILES = ["model.json", "isolation_forest.bin"];
/** Where each test of this process has its model from, by what it is trained with. */
const trainedOnce = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();

/** The sample's table and the files of a model trained on it: made once, the same each time. */
async function trainedOn(stage: Stage, more: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const metrics = join(stage.folder, "first.csv");
  const folder = join(stage.folder, "first");
  const steps = [
    ["sample", "--out", metrics, "--force"],
    ["train", "--input", metrics, "--model-dir", folder, ...more],
  ];
  for (const step of steps) {
    // here alone: registering has tests of its own
    const { code, err } = await stage.oddrun(step, { AZURE_ML_WORKSPACE: "" });
    if (code !== 0) throw new Error(err);
  }
  const files = MODEL_FILES.map((name) => [name, readFileSync(join(folder, name))] as const);
  return new Map([...files, ["pipeline_metrics.csv", readFileSync(metrics)]]);
}

/** Writes the sample and a model trained on it into the stage's folder, and registers the model. */
export async function registered(stage: Stage, ...more: readonly string[]): Promise<void> {
  const key = more.join(" ");
  const making = trainedOnce.get(key) ?? trainedOn(stage, more);
  trainedOnce.set(key, making);
  const trained = await making;
  const folder = join(stage.folder, "model");
  mkdirSync(folder, { recursive: true });
  for (const name of MODEL_FILES) writeFileSync(join(folder, name), trained.get(name)!);
  writeFileSync(join(stage.folder, "pipeline_metrics.csv"), trained.get("pipeline_metrics.csv")!);
  const { subscriptionId, resourceGroup, workspace } = stage.standIn.names;
  const { registry } = connectWorkspace({ subscriptionId, resourceGroup, workspace }, quiet(stage));
  await registry.register({
    name: "pipeline-anomaly",
    description: "for a test",
    files: MODEL_FILES.map((name) => ({ name, bytes: trained.get(name)! })),
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
  const stage = await azureStage(t, { containers: scoringServer() });
  await registered(stage);
  return stage;
}

/** The scoring server itself, in this process, on the files mounted: quicker than a process for each deployment. */
function scoringServer(): CannedAnswer {
  const servers = new WeakMap<ModelFiles, ReturnType<typeof createServer>>();
  return async ({ method, path, headers, body }, files) => {
    const app = servers.get(files) ?? serverOf(files);
    servers.set(files, app);
    const answer = await app.inject({
      method: method as "POST",
      url: path,
      headers: { ...headers, host: "localhost" },
      payload: body,
    });
    return { status: answer.statusCode, headers: { "content-type": "application/json" }, body: answer.rawPayload };
  };
}

function serverOf(files: ModelFiles): ReturnType<typeof createServer> {
  const list = [...files].map(([name, bytes]) => ({ name, bytes }));
  const sha256 = createHash("sha256").update(files.get("model.json")!).digest("hex");
  const served = servedModel({ model: decodeModelFiles(list, "the deployment"), sha256, version: "test" });
  return createServer({
    models: { current: () => served, isDegraded: () => false, refresh: async () => {}, close() {} },
    store: null,
    apiKey: null,
    log: silent,
    now: Date.now,
    version: "test",
  });
}
