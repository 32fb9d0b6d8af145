import { mlError } from "../arm.ts";
import type { Call, Reply } from "../http.ts";
import { workspaceId } from "../names.ts";
import type { Shape } from "../shape.ts";
import type { AssetContainer, AssetVersion, Json, World } from "../world.ts";
import { SKU } from "./endpoint-body.ts";

const PROBE: Shape = {
  isOptional: true,
  fields: {
    failureThreshold: "number?",
    initialDelay: "text?",
    period: "text?",
    successThreshold: "number?",
    timeout: "text?",
  },
};
/** The body of PUT: every field the specification has, and no other. */
export const DEPLOYMENT_SHAPE: Shape = {
  fields: {
    location: "text",
    tags: "texts?",
    kind: "text?",
    identity: "any?",
    sku: SKU,
    properties: {
      fields: {
        endpointComputeType: "text",
        appInsightsEnabled: "boolean?",
        codeConfiguration: "any?",
        dataCollector: "any?",
        description: "text?",
        egressPublicNetworkAccess: ["Enabled", "Disabled"],
        environmentId: "text?",
        environmentVariables: "texts?",
        instanceType: "text?",
        livenessProbe: PROBE,
        model: "text?",
        modelMountPath: "text?",
        properties: "texts?",
        readinessProbe: PROBE,
        requestSettings: {
          isOptional: true,
          fields: { maxConcurrentRequestsPerInstance: "number?", maxQueueWait: "text?", requestTimeout: "text?" },
        },
        scaleSettings: { isOptional: true, fields: { scaleType: "text" } },
        startupProbe: PROBE,
      },
    },
  },
};
/** PATCH changes no more than this. */
export const DEPLOYMENT_PATCH_SHAPE: Shape = { fields: { tags: "texts?", sku: SKU } };
const DURATION = /^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;

/** The version of an asset that an id of the resource manager names. */
export function assetById(world: World, kind: "models" | "environments", id: unknown): AssetVersion | undefined {
  const prefix = `${workspaceId(world.names)}/${kind}/`.toLowerCase();
  const text = String(id).replace(/^azureml:(?=\/)/, "");
  if (!text.toLowerCase().startsWith(prefix)) return undefined;
  const [name, versions, version, ...rest] = text.slice(prefix.length).split("/");
  if (versions !== "versions" || rest.length > 0) return undefined;
  const containers: ReadonlyMap<string, AssetContainer> = world[kind];
  return containers.get(name ?? "")?.versions.get(version ?? "");
}

export const badArgument = (call: Call, message: string): Reply =>
  mlError(call, 400, message, { inner: "BadArgument" });

/** Why a deployment like this cannot be, or null. */
export function refusedProperties(call: Call, properties: Json, sku: Json): Reply | null {
  if (properties["endpointComputeType"] !== "Managed")
    return badArgument(call, "endpointComputeType should be Managed.");
  const environment = assetById(call.world, "environments", properties["environmentId"]);
  if (environment === undefined)
    return badArgument(call, `The environment was not found: ${String(properties["environmentId"])}`);
  if ((environment.properties["inferenceConfig"] ?? null) === null) {
    return badArgument(call, "An environment with an image of one's own needs inferenceConfig.");
  }
  const { model } = properties;
  if (typeof model === "string" && assetById(call.world, "models", model) === undefined) {
    return badArgument(call, `The model was not found: ${model}`);
  }
  const capacity = Number(sku["capacity"] ?? 0);
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > 50) {
    return badArgument(call, "sku.capacity, the number of instances, should be 1 to 50.");
  }
  const { requestSettings, livenessProbe, readinessProbe, startupProbe } = properties as Record<string, Json | null>;
  const times = [
    requestSettings?.["requestTimeout"],
    ...[livenessProbe, readinessProbe, startupProbe].flatMap((probe) => [
      probe?.["initialDelay"],
      probe?.["period"],
      probe?.["timeout"],
    ]),
  ];
  const wrong = times.find((time) => typeof time === "string" && !DURATION.test(time));
  if (wrong !== undefined) return badArgument(call, `${JSON.stringify(wrong)} is not a duration of ISO 8601.`);
  return null;
}
