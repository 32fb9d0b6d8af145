import { randomBytes } from "node:crypto";
import { keptProperties, refusedDictionary } from "./property-dictionary.ts";
import { armError, armPage, ML_ACTIONS, mlError, WORKSPACE_PATH } from "../arm.ts";
import type { Endpoint } from "../endpoint-state.ts";
import type { Call, Reply, Route } from "../http.ts";
import { begin, lookAt, refusedWhileBusy } from "../operations.ts";
import { readBody } from "../shape.ts";
import type { Json } from "../world.ts";
import { ENDPOINT_PATCH_SHAPE, ENDPOINT_SHAPE, endpointBody, endpointPath } from "./endpoint-body.ts";
import { accessToken } from "./entra.ts";

const AUTH_MODES = ["Key", "AMLToken", "AADToken"];
const NAME = /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/;

export const findEndpoint = (call: Call): Endpoint | undefined =>
  call.world.endpoints.get((call.params["endpoint"] ?? "").toLowerCase());

export const endpointNotFound = (call: Call): Reply =>
  armError(
    404,
    "ResourceNotFound",
    `The Resource 'Microsoft.MachineLearningServices/workspaces/${call.world.names.workspace}/onlineEndpoints/${call.params["endpoint"]!}' under resource group '${call.world.names.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

function refusedTraffic(call: Call, endpoint: Endpoint | undefined, traffic: Json): Reply | null {
  const shares = Object.entries(traffic).map(([name, share]) => [name, Number(share)] as const);
  const sum = shares.reduce((all, [, share]) => all + share, 0);
  if (shares.some(([, share]) => !Number.isInteger(share) || share < 0 || share > 100) || (sum !== 0 && sum !== 100)) {
    return mlError(call, 400, "Traffic values should be integers and their sum should be 0 or 100.", {
      inner: "BadArgument",
    });
  }
  const missing = shares.find(([name]) => !endpoint?.deployments.has(name));
  if (missing !== undefined) {
    return mlError(call, 400, `Traffic names the deployment '${missing[0]}', which does not exist.`, {
      inner: "BadArgument",
    });
  }
  const unready = shares.find(
    ([name, share]) => share > 0 && endpoint!.deployments.get(name)!.provisioningState !== "Succeeded",
  );
  return unready === undefined
    ? null
    : mlError(call, 400, `The deployment '${unready[0]}' is not in the state Succeeded: it cannot take traffic.`, {
        inner: "BadArgument",
      });
}

const newKey = (): string => randomBytes(24).toString("base64url");

function putEndpoint(call: Call): Reply {
  const name = call.params["endpoint"]!;
  const read = readBody(call, ENDPOINT_SHAPE);
  if ("refused" in read) return read.refused;
  const { body } = read;
  const properties = body["properties"] as Json;
  if (!NAME.test(name)) {
    return mlError(
      call,
      400,
      `The endpoint name '${name}' is not valid: 3 to 32 letters, digits and single dashes, beginning with a letter.`,
      { inner: "BadArgument" },
    );
  }
  const { authMode } = properties;
  if (!AUTH_MODES.includes(authMode as string)) {
    return mlError(call, 400, `authMode should be one of ${AUTH_MODES.join(", ")}.`, { inner: "BadArgument" });
  }
  if ((body["location"] as string).replaceAll(" ", "").toLowerCase() !== call.world.names.location) {
    return mlError(call, 400, "The location is not the one of the workspace.", { inner: "BadArgument" });
  }
  const known = findEndpoint(call);
  const refused =
    refusedWhileBusy(call, call.path) ??
    refusedTraffic(call, known, (properties["traffic"] ?? {}) as Json) ??
    refusedDictionary(call, known?.properties, properties);
  if (refused !== null) return refused;
  if (known !== undefined && known.properties["authMode"] !== authMode) {
    return mlError(call, 400, "authMode of an endpoint cannot be changed.", { inner: "BadArgument" });
  }
  const endpoint: Endpoint = known ?? {
    name,
    createdAtMs: call.world.now(),
    properties: keptProperties(undefined, properties),
    tags: {},
    identity: {},
    provisioningState: "Creating",
    keys: { primaryKey: newKey(), secondaryKey: newKey(), ...(properties["keys"] as object | null | undefined) },
    deployments: new Map(),
  };
  const { names } = call.world;
  const begun = begin(call, {
    kind: "oe",
    work: Promise.resolve(null),
    settle: () => {
      endpoint.properties = keptProperties(endpoint.properties, properties);
      endpoint.provisioningState = "Succeeded";
    },
  });
  endpoint.provisioningState = known === undefined ? "Creating" : "Updating";
  endpoint.tags = (body["tags"] ?? {}) as Json;
  endpoint.identity = {
    ...((body["identity"] ?? { type: "SystemAssigned" }) as Json),
    principalId: names.objectId,
    tenantId: names.tenantId,
  };
  call.world.endpoints.set(name.toLowerCase(), endpoint);
  const url = begun.headers["azure-asyncoperation"]!;
  return {
    status: known === undefined ? 201 : 200,
    headers: begun.headers,
    body: endpointBody(call.world, endpoint, url),
  };
}

function patchEndpoint(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  const read = readBody(call, ENDPOINT_PATCH_SHAPE);
  if ("refused" in read) return read.refused;
  const refused = refusedWhileBusy(call, call.path);
  if (refused !== null) return refused;
  endpoint.tags = (read.body["tags"] ?? endpoint.tags) as Json;
  return { status: 200, body: endpointBody(call.world, endpoint) };
}

async function getEndpoint(call: Call): Promise<Reply> {
  await lookAt(call);
  const endpoint = findEndpoint(call);
  return endpoint === undefined ? endpointNotFound(call) : { status: 200, body: endpointBody(call.world, endpoint) };
}

function deleteEndpoint(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return { status: 204 };
  const refused = refusedWhileBusy(call, call.path);
  if (refused !== null) return refused;
  endpoint.provisioningState = "Deleting";
  const begun = begin(call, {
    kind: "oe",
    work: Promise.resolve(null),
    settle: () => {
      for (const { container } of endpoint.deployments.values()) container?.stop();
      call.world.endpoints.delete(endpoint.name.toLowerCase());
    },
  });
  return { status: 202, headers: begun.headers };
}

function listKeys(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  if (endpoint.properties["authMode"] === "Key") return { status: 200, body: endpoint.keys };
  return mlError(call, 400, "Keys are not available: the endpoint's authMode is not Key.", { inner: "BadArgument" });
}

function regenerateKeys(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  const read = readBody(call, { fields: { keyType: ["Primary", "Secondary"], keyValue: "text?" } });
  if ("refused" in read) return read.refused;
  const which = read.body["keyType"] === "Secondary" ? "secondaryKey" : "primaryKey";
  const value = (read.body["keyValue"] ?? newKey()) as string;
  const settle = () => void (endpoint.keys = { ...endpoint.keys, [which]: value });
  return { status: 202, headers: begin(call, { kind: "oe", work: Promise.resolve(null), settle }).headers };
}

/** A token of the endpoint's own; Entra's tokens serve the endpoints with AADToken. */
function token(call: Call): Reply {
  const endpoint = findEndpoint(call);
  if (endpoint === undefined) return endpointNotFound(call);
  if (endpoint.properties["authMode"] === "Key") {
    return mlError(call, 400, "Tokens are not available: the endpoint's authMode is Key.", { inner: "BadArgument" });
  }
  const nowS = Math.floor(call.world.now() / 1000);
  const lifetimeS = call.world.tokenLifetimeS;
  return {
    status: 200,
    body: {
      accessToken: accessToken(call.world, "https://ml.azure.com"),
      tokenType: "Bearer",
      expiryTimeUtc: nowS + lifetimeS,
      refreshAfterTimeUtc: nowS + Math.floor(lifetimeS / 2),
    },
  };
}

async function listEndpoints(call: Call): Promise<Reply> {
  for (const { name } of call.world.endpoints.values()) await lookAt(call, endpointPath(call.world, name));
  return armPage(
    call,
    [...call.world.endpoints.values()].map((endpoint) => endpointBody(call.world, endpoint)),
  );
}

const ENDPOINTS = `${WORKSPACE_PATH}/onlineEndpoints`;
export const ENDPOINT_PATH = `${ENDPOINTS}/{endpoint}`;
export const ENDPOINT_ACTIONS = `${ML_ACTIONS}/onlineEndpoints`;

const route = (
  method: string,
  path: string,
  step: string,
  action: string,
  handle: (call: Call) => Reply | Promise<Reply>,
): Route => ({ method, path, step: `endpoint ${step}`, permission: `${ENDPOINT_ACTIONS}/${action}`, handle });

export const ENDPOINT_ROUTES: readonly Route[] = [
  route("GET", ENDPOINTS, "list", "read", listEndpoints),
  route("GET", ENDPOINT_PATH, "get", "read", getEndpoint),
  route("PUT", ENDPOINT_PATH, "put", "write", putEndpoint),
  route("PATCH", ENDPOINT_PATH, "patch", "write", patchEndpoint),
  route("DELETE", ENDPOINT_PATH, "delete", "delete", deleteEndpoint),
  route("POST", `${ENDPOINT_PATH}/listKeys`, "keys", "listKeys/action", listKeys),
  route("POST", `${ENDPOINT_PATH}/regenerateKeys`, "regenerate keys", "regenerateKeys/action", regenerateKeys),
  route("POST", `${ENDPOINT_PATH}/token`, "token", "token/action", token),
];
