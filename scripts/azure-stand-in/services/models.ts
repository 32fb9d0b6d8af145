import { mlError } from "../arm.ts";
import type { Call, Reply } from "../http.ts";
import type { Json } from "../world.ts";
import { ASSET_FIELDS, type AssetKind, assetRoutes } from "./assets.ts";

/** The place of a model's files: blobs under this prefix, "CONTAINER/PATH". Null when it is nowhere in this workspace. */
export function blobPrefix(call: Pick<Call, "world">, modelUri: string): string | null {
  const { names } = call.world;
  const byDatastore = new RegExp(
    `^azureml://subscriptions/${names.subscriptionId}/resourcegroups/${names.resourceGroup}/(?:providers/Microsoft\\.MachineLearningServices/)?workspaces/${names.workspace}/datastores/${names.datastore}/paths/(.+)$`,
    "i",
  ).exec(modelUri);
  if (byDatastore !== null) return `${names.container}/${byDatastore[1]!}`;
  const byUrl = /^https:\/\/([a-z0-9]+)\.blob\.core\.windows\.net\/(.+)$/.exec(modelUri);
  return byUrl !== null && byUrl[1] === names.storageAccount ? byUrl[2]! : null;
}

/** Whether anything lies there: the service copies nothing, but it does look. */
function refusedUri(call: Call, { modelUri }: Json): Reply | null {
  if (typeof modelUri !== "string")
    return mlError(call, 400, "The modelUri field is required.", { inner: "BadArgument" });
  const prefix = blobPrefix(call, modelUri);
  if (prefix === null) {
    return mlError(call, 400, `The model path is not in a datastore of this workspace: ${modelUri}`, {
      inner: "BadArgument",
    });
  }
  const folder = prefix.endsWith("/") ? prefix : `${prefix}/`;
  if (call.world.areBlobsOutside) return null;
  return [...call.world.blobs.keys()].some((name) => name === prefix || name.startsWith(folder))
    ? null
    : mlError(call, 404, `The specified model path does not exist: ${modelUri}`, { inner: "NotFound" });
}

const MODEL: AssetKind = {
  plural: "models",
  word: "model",
  of: ({ models }) => models,
  shape: {
    fields: {
      ...ASSET_FIELDS,
      flavors: "any?",
      jobName: "text?",
      modelType: ["custom_model", "mlflow_model", "triton_model", "CustomModel", "MLFlowModel", "TritonModel"],
      modelUri: "text?",
      stage: "text?",
      datasets: "any?",
    },
  },
  frozen: ["modelUri", "modelType"],
  refusal: refusedUri,
};

export const MODEL_ROUTES = assetRoutes(MODEL);
