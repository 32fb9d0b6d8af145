import { keptProperties, refusedDictionary } from "./property-dictionary.ts";
import { armError, armPage, mlError, systemData } from "../arm.ts";
import type { Deployment, Endpoint, Failure } from "../endpoint-state.ts";
import type { Call, Reply, Route } from "../http.ts";
import { begin, lookAt, refusedWhileBusy } from "../operations.ts";
import { readBody } from "../shape.ts";
import type { Json, World } from "../world.ts";
import { endpointPath } from "./endpoint-body.ts";
import {
  assetById,
  badArgument,
  DEPLOYMENT_PATCH_SHAPE,
  DEPLOYMENT_SHAPE,
  refusedProperties,
} from "./deployment-body.ts";
import { ENDPOINT_ACTIONS, ENDPOINT_PATH, endpointNotFound, findEndpoint } from "./online-endpoints.ts";

const NAME = /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/;
const GUIDE = "Please see troubleshooting guide, available here: https://aka.ms/oe-tsg";

/** What the operation says of each failure; the sentences are the ones Azure's guide and reports of its users show. */
const FAILURE_TEXTS: Readonly<Record<Exclude<Failure, "quota">, string>> = {
  "image-pull": `BadArgument: Unable to download user container image. ${GUIDE}#error-badargument`,
  crash: `ResourceNotReady: User container has crashed or terminated. ${GUIDE}#error-resourcenotready`,
  "not-ready": `ResourceNotReady: User container has crashed or terminated: Readiness probe failed: HTTP probe failed with statuscode: 503. ${GUIDE}#error-resourcenotready`,
  "region-capacity": `OutOfCapacity: The specified VM size failed to provision due to a lack of capacity in the region. ${GUIDE}#error-outofquota`,
};

const pathOf = (world: World, { endpoint, name }: Pick<Deployment, "endpoint" | "name">): string =>
  `${endpointPath(world, endpoint)}/deployments/${name}`;

function deploymentBody(world: World, deployment: Deployment, operationUrl?: string): object {
  const { names } = world;
  return {
    id: pathOf(world, deployment),
    name: deployment.name,
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    location: names.location,
    tags: deployment.tags,
    kind: "Managed",
    sku: deployment.sku,
    properties: {
      appInsightsEnabled: false,
      egressPublicNetworkAccess: "Enabled",
      instanceType: "Standard_F4s_v2",
      ...deployment.properties,
      properties: {
        ...(deployment.properties["properties"] as object | undefined),
        "azureml.onlineendpointid": endpointPath(world, deployment.endpoint).toLowerCase(),
        ...(operationUrl === undefined ? {} : { AzureAsyncOperationUri: operationUrl }),
      },
      provisioningState: deployment.provisioningState,
    },
    systemData: systemData(deployment.createdAtMs, deployment.createdAtMs, names.objectId),
  };
}

function refusedQuota(call: Call, instanceType: unknown): Reply {
  const { subscriptionId } = call.world.names;
  const inner = {
    errors: {
      VmSize: [
        `Not enough quota available for ${String(instanceType)} in SubscriptionId ${subscriptionId}. Current usage/limit: 0/0. Additional needed: 4 ${GUIDE}#error-outofquota`,
      ],
    },
    type: "https://tools.ietf.org/html/rfc7231#section-6.5.1",
    title: "One or more validation errors occurred.",
    status: 400,
  };
  const message = `InferencingClient HttpRequest error, error detail: ${JSON.stringify(inner)}`;
  const details = [{ code: "InferencingClientCreateDeploymentFailed", message, details: [], additionalInfo: [] }];
  return mlError(call, 400, "The request is invalid.", { code: "BadRequest", details });
}

function putDeployment(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  const name = call.params["deployment"]!;
  const read = readBody(call, DEPLOYMENT_SHAPE);
  if ("refused" in read) return read.refused;
  const { body } = read;
  const properties = body["properties"] as Json;
  const sku = (body["sku"] ?? {}) as Json;
  if (!NAME.test(name)) return badArgument(call, `The deployment name '${name}' is not valid.`);
  if (endpoint.provisioningState !== "Succeeded") {
    const text = `The endpoint is in the state ${endpoint.provisioningState}: a deployment needs it to be Succeeded.`;
    return mlError(call, 409, text, { code: "Conflict" });
  }
  const refused =
    refusedWhileBusy(call, call.path, endpointPath(call.world, endpoint.name)) ??
    refusedProperties(call, properties, sku);
  if (refused !== null) return refused;
  const failure = call.world.failures.shift() ?? "none";
  if (failure === "quota") return refusedQuota(call, properties["instanceType"]);
  const known = endpoint.deployments.get(name);
  const changed = known === undefined ? null : refusedChange(call, known, properties);
  if (changed !== null) return changed;
  if (known === undefined && endpoint.deployments.size >= 20)
    return badArgument(call, "An endpoint has 20 deployments at most.");
  const deployment: Deployment = known ?? {
    name,
    endpoint: endpoint.name,
    createdAtMs: call.world.now(),
    properties,
    tags: {},
    sku,
    provisioningState: "Creating",
    container: null,
    lastLogs: "",
    inFlight: 0,
  };
  Object.assign(deployment, {
    properties: keptProperties(known?.properties, properties),
    sku,
    tags: body["tags"] ?? {},
    provisioningState: known === undefined ? "Creating" : "Updating",
  });
  endpoint.deployments.set(name, deployment);
  const begun = begin(call, { kind: "od", ...made(call.world, deployment, failure) });
  const url = begun.headers["azure-asyncoperation"]!;
  return {
    status: known === undefined ? 201 : 200,
    headers: begun.headers,
    body: deploymentBody(call.world, deployment, url),
  };
}

/** What the specification lets nobody change afterwards. */
function refusedChange(call: Call, known: Deployment, properties: Json): Reply | null {
  const type = properties["instanceType"] ?? null;
  if (type !== null && type !== known.properties["instanceType"]) {
    return badArgument(call, "instanceType of a deployment cannot be changed.");
  }
  return refusedDictionary(call, known.properties, properties);
}

/** Makes the container of a deployment, or does not, as planned. The container before it serves until then. */
function made(world: World, deployment: Deployment, failure: Exclude<Failure, "quota"> | "none") {
  const environment = assetById(world, "environments", deployment.properties["environmentId"])!;
  const container = failure === "none" ? world.startContainer(deployment, environment) : null;
  const work =
    container === null ? Promise.resolve(FAILURE_TEXTS[failure as Exclude<Failure, "quota">]) : container.ready;
  return {
    work,
    settle(message: string | null): void {
      deployment.provisioningState = message === null ? "Succeeded" : "Failed";
      if (message === null) {
        deployment.container?.stop();
        deployment.container = container;
        return;
      }
      deployment.lastLogs = container?.logs() ?? "";
      container?.stop();
    },
  };
}

const deploymentNotFound = (call: Call): Reply =>
  armError(404, "ResourceNotFound", `The deployment '${call.params["deployment"]!}' was not found.`);

function withDeployment(call: Call, then: (deployment: Deployment, endpoint: Endpoint) => Reply): Reply {
  const endpoint = findEndpoint(call);
  const deployment = endpoint?.deployments.get(call.params["deployment"]!);
  return deployment === undefined ? deploymentNotFound(call) : then(deployment, endpoint!);
}

async function getDeployment(call: Call): Promise<Reply> {
  await lookAt(call);
  return withDeployment(call, (deployment) => ({ status: 200, body: deploymentBody(call.world, deployment) }));
}

function patchDeployment(call: Call): Reply {
  return withDeployment(call, (deployment) => {
    const read = readBody(call, DEPLOYMENT_PATCH_SHAPE);
    if ("refused" in read) return read.refused;
    const refused = refusedWhileBusy(call, call.path);
    if (refused !== null) return refused;
    deployment.tags = (read.body["tags"] ?? deployment.tags) as Json;
    deployment.sku = { ...deployment.sku, ...((read.body["sku"] ?? {}) as Json) };
    return { status: 200, body: deploymentBody(call.world, deployment) };
  });
}

function deleteDeployment(call: Call): Reply {
  const endpoint = findEndpoint(call);
  const deployment = endpoint?.deployments.get(call.params["deployment"]!);
  if (endpoint === undefined || deployment === undefined) return { status: 204 };
  const refused = refusedWhileBusy(call, call.path, endpointPath(call.world, endpoint.name));
  if (refused !== null) return refused;
  const traffic = (endpoint.properties["traffic"] ?? {}) as Json;
  if (Number(traffic[deployment.name] ?? 0) > 0) {
    return badArgument(call, `The deployment '${deployment.name}' has traffic: set it to 0 before deleting it.`);
  }
  deployment.provisioningState = "Deleting";
  const settle = () => {
    deployment.container?.stop();
    endpoint.deployments.delete(deployment.name);
    const { [deployment.name]: _, ...rest } = (endpoint.properties["traffic"] ?? {}) as Json;
    endpoint.properties = { ...endpoint.properties, traffic: rest };
  };
  return { status: 202, headers: begin(call, { kind: "od", work: Promise.resolve(null), settle }).headers };
}

function getLogs(call: Call): Reply {
  return withDeployment(call, (deployment) => {
    const read = readBody(call, { fields: { containerType: "text?", tail: "number?" } });
    if ("refused" in read) return read.refused;
    const { containerType = "InferenceServer", tail = 500 } = read.body as {
      readonly tail?: number;
      readonly containerType?: string;
    };
    if (!["InferenceServer", "StorageInitializer"].includes(containerType)) {
      return badArgument(call, `There is no container type ${containerType}.`);
    }
    const all =
      containerType === "InferenceServer"
        ? (deployment.container?.logs() ?? deployment.lastLogs)
        : "Downloaded the model.\n";
    return { status: 200, body: { content: all.split("\n").slice(-tail).join("\n") } };
  });
}

async function listDeployments(call: Call): Promise<Reply> {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  for (const deployment of endpoint.deployments.values()) await lookAt(call, pathOf(call.world, deployment));
  return armPage(
    call,
    [...endpoint.deployments.values()].map((deployment) => deploymentBody(call.world, deployment)),
  );
}

const DEPLOYMENTS = `${ENDPOINT_PATH}/deployments`;
const DEPLOYMENT = `${DEPLOYMENTS}/{deployment}`;
const route = (
  method: string,
  path: string,
  step: string,
  action: string,
  handle: (call: Call) => Reply | Promise<Reply>,
): Route => ({
  method,
  path,
  step: `deployment ${step}`,
  permission: `${ENDPOINT_ACTIONS}/deployments/${action}`,
  handle,
});

export const DEPLOYMENT_ROUTES: readonly Route[] = [
  route("GET", DEPLOYMENTS, "list", "read", listDeployments),
  route("GET", DEPLOYMENT, "get", "read", getDeployment),
  route("PUT", DEPLOYMENT, "put", "write", putDeployment),
  route("PATCH", DEPLOYMENT, "patch", "write", patchDeployment),
  route("DELETE", DEPLOYMENT, "delete", "delete", deleteDeployment),
  route("POST", `${DEPLOYMENT}/getLogs`, "logs", "getLogs/action", getLogs),
];
