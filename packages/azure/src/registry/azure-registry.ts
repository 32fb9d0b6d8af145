import type { TokenCredential } from "@azure/core-auth";
import {
  type AzureContext,
  type AzureWorkspaceName,
  type CloudModelVersion,
  type CloudRegistry,
  type ModelToRegister,
  Problem,
  problem,
  type RunRecord,
} from "oddrun/ports";
import { z } from "zod";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { type Mlflow, mlflowClient, trackingBase } from "../mlflow.ts";
import { agreedRun, finishRun, type OpenRun, openRun, type RunToRecord } from "../mlflow-run.ts";
import { azureRequests } from "../requests.ts";
import { openBlobs } from "./blobs.ts";
import { defaultDatastore, namedDatastore } from "./datastore.ts";
import {
  fetchFiles,
  type FileHashes,
  hashesOf,
  hashesText,
  IDENTITY_FILE,
  readHashes,
  storeFiles,
} from "./model-files.ts";
import { modelUri, placeOf } from "./model-uri.ts";
import {
  type AssetVersion,
  createNextVersion,
  FILES_PROPERTY,
  findVersion,
  IDENTITY_PROPERTY,
  listVersions,
  sameModel,
} from "./model-versions.ts";
import { modelPageUrl, runPageUrl } from "./studio.ts";

export interface RegistrySettings {
  readonly arm: ArmClient;
  readonly credential: TokenCredential;
  readonly workspace: AzureWorkspaceName;
  readonly context: AzureContext;
}

const workspaceShape = z.object({ properties: z.object({ mlFlowTrackingUri: z.string().nullish() }) });
/** MLflow tracking takes the token of Azure Resource Manager. */
const TRACKING_SCOPE = "https://management.azure.com/.default";
const PROPERTY_CHARS_MAX = 1_000;
const RUN_PROPERTY = "oddrun_run_id";

/**
 * Model versions in an Azure Machine Learning workspace. The order of a registration is what makes it whole: files first, each read
 * back; then the run with its parameters and metrics; then the version, which names both; last, the run is told its version and ends.
 * Each step finds what an earlier attempt left, so that a repetition goes on where that one stopped.
 */
export function azureRegistry({ arm, credential, workspace, context }: RegistrySettings): CloudRegistry {
  const blobsOf = (datastore: Awaited<ReturnType<typeof defaultDatastore>>) =>
    openBlobs({ credential, context, datastore });

  async function tracking(): Promise<Mlflow> {
    const { properties } = await arm.get(workspacePath(workspace), workspaceShape);
    const base = trackingBase(properties.mlFlowTrackingUri ?? "");
    const send = azureRequests({ credential, scope: TRACKING_SCOPE, context });
    return mlflowClient(base, send, `workspace ${workspace.workspace}`);
  }

  async function upload({ name, files }: ModelToRegister, hashes: FileHashes): Promise<string> {
    const datastore = await defaultDatastore(arm, workspace);
    const folder = `oddrun/${name}/${hashes.get(IDENTITY_FILE)!}`;
    context.progress(`storing ${files.length} files in ${datastore.accountName}/${datastore.containerName}/${folder}`);
    await storeFiles(blobsOf(datastore), folder, files, hashes);
    return modelUri(workspace, { datastore: datastore.name, folder });
  }

  /** A record that failed does not stop the registration. */
  async function attempted<T>(act: () => Promise<T>): Promise<T | Problem> {
    try {
      return await act();
    } catch (error) {
      if (context.signal.aborted || !(error instanceof Problem)) throw error;
      return error;
    }
  }

  return {
    async register(model) {
      const hashes = hashesOf(model.files);
      const identity = hashes.get(IDENTITY_FILE);
      if (identity === undefined) throw new Error(`a model without ${IDENTITY_FILE} cannot be registered`);
      const known = await listVersions(arm, workspace, model.name);
      const same = sameModel(known, identity);
      const uri = same === undefined ? await upload(model, hashes) : null;

      context.progress(`recording the run of ${model.name}`);
      const opened = await attempted(async () => {
        const mlflow = await tracking();
        const run = runToRecord(model, identity, same?.jobName ?? null);
        return { mlflow, run: await openRun(mlflow, run, Math.floor(context.now())) };
      });
      const version =
        same ??
        (await createNextVersion(arm, workspace, model.name, {
          context,
          latest: Number(known[0]?.version ?? 0),
          properties: {
            modelType: "custom_model",
            modelUri: uri!,
            ...(opened instanceof Problem ? {} : { jobName: opened.run.id }),
            description: model.description,
            tags: { source: "oddrun" },
            properties: {
              ...versionProperties(model, hashes),
              // a property is not replaced: of two trainers of one model at once, the first one's run stands
              ...(opened instanceof Problem ? {} : { [RUN_PROPERTY]: opened.run.id }),
            },
          },
        }));
      const record =
        opened instanceof Problem ? opened : await attempted(() => ended(opened, model, version, same === undefined));
      return {
        ...cloudVersion(version),
        isNew: same === undefined,
        pageUrl: modelPageUrl(workspace, model.name, version.version),
        run: record instanceof Problem ? { kind: "failed", problem: record } : record,
      };
    },

    async versions(name) {
      return (await listVersions(arm, workspace, name)).filter(({ isArchived }) => !isArchived).map(cloudVersion);
    },

    async pull(name, number) {
      const what = `version ${number} of ${name}`;
      const version = await findVersion(arm, workspace, name, number);
      if (version === null) throw problem("azure-not-found", what, "ResourceNotFound");
      const { properties } = version;
      const hashes = readHashes(properties.get(FILES_PROPERTY), properties.get(IDENTITY_PROPERTY), what);
      const place = placeOf(version.modelUri, workspace, what);
      const datastore = await namedDatastore(arm, workspace, place.datastore);
      context.progress(`fetching ${hashes.size} files from ${datastore.accountName}`);
      return await fetchFiles(blobsOf(datastore), place.folder, hashes, what);
    },
  };

  async function ended(
    { mlflow, run: own }: { readonly mlflow: Mlflow; readonly run: OpenRun },
    model: ModelToRegister,
    { version, jobName, properties }: AssetVersion,
    isNew: boolean,
  ): Promise<RunRecord> {
    const nowMs = Math.floor(context.now());
    const run = await agreedRun(mlflow, own, runToRecord(model, properties.get(IDENTITY_PROPERTY)!, jobName), nowMs);
    if (isNew || !run.isFinished) await finishRun(mlflow, run, version, nowMs);
    return { kind: "recorded", id: run.id, pageUrl: runPageUrl(workspace, run.id) };
  }
}

function runToRecord(model: ModelToRegister, modelSha256: string, knownId: string | null): RunToRecord {
  const tags = new Map<string, string>([...model.properties, ["mlflow.source.name", "oddrun train"]]);
  const commit = model.properties.get("oddrun_git_commit");
  if (commit !== undefined) tags.set("mlflow.source.git.commit", commit);
  return {
    experiment: model.name,
    name: `${model.name}-${modelSha256.slice(0, 12)}`,
    modelSha256,
    parameters: model.parameters,
    metrics: model.metrics,
    tags,
    knownId,
  };
}

function versionProperties(model: ModelToRegister, hashes: FileHashes): Readonly<Record<string, string>> {
  const all = [
    ...model.properties,
    ...[...model.parameters].map(([name, value]) => [`oddrun_param_${name}`, value] as const),
    ...[...model.metrics].map(([name, value]) => [`oddrun_metric_${name}`, String(value)] as const),
  ].map(([name, value]) => [name, value.slice(0, PROPERTY_CHARS_MAX).toWellFormed()] as const);
  return {
    ...Object.fromEntries(all),
    [IDENTITY_PROPERTY]: hashes.get(IDENTITY_FILE)!,
    [FILES_PROPERTY]: hashesText(hashes),
  };
}

function cloudVersion({ name, version, createdAtMs, modelUri: uri, properties }: AssetVersion): CloudModelVersion {
  return { name, version, createdAtMs, modelUri: uri, properties };
}
