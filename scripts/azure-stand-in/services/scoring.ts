import type { Deployment, Endpoint } from "../endpoint-state.ts";
import type { Call, Reply, Route, Service } from "../http.ts";
import { refusalCode, refusalHeaders } from "../refusals.ts";
import { judgeToken } from "../tokens.ts";
import { isAllowed, type Json } from "../world.ts";
import { ENDPOINT_ACTIONS } from "./online-endpoints.ts";

const DEFAULT_TIMEOUT_MS = 5000;

const unauthorized = (message: string): Reply => ({
  status: 401,
  headers: { "www-authenticate": "Bearer", "content-type": "application/json" },
  body: { error: { code: "Unauthorized", message } },
});

/** Null when the caller may score. */
function refusedCaller(call: Call, endpoint: Endpoint): Reply | null {
  const [, bearer] = /^Bearer\s+(\S+)$/i.exec(call.headers["authorization"] ?? "") ?? [];
  if (bearer === undefined) return unauthorized("The Authorization header is missing or not a bearer token.");
  if (endpoint.properties["authMode"] === "Key") {
    const { primaryKey, secondaryKey } = endpoint.keys;
    return bearer === primaryKey || bearer === secondaryKey
      ? null
      : unauthorized("The key is not one of this endpoint.");
  }
  const verdict = judgeToken(call.world.entraKey, `Bearer ${bearer}`, ["https://ml.azure.com"], call.world.now());
  if (verdict.kind !== "valid") return unauthorized(`The token is not valid for this endpoint: ${verdict.kind}.`);
  // Azure's own table of statuses has 401 for a missing permission to score as well.
  return isAllowed(call.world, `${ENDPOINT_ACTIONS}/score/action`)
    ? null
    : unauthorized("The caller does not have the permission to score.");
}

/** The deployment that a request goes to: the one its header names, else one by its share of the traffic. */
function chosen(call: Call, endpoint: Endpoint): Deployment | null {
  const named = call.headers["azureml-model-deployment"];
  if (named !== undefined) return endpoint.deployments.get(named) ?? null;
  const traffic = Object.entries((endpoint.properties["traffic"] ?? {}) as Json).filter(
    ([, share]) => Number(share) > 0,
  );
  // Evenly by turns: what is asked 100 times meets each deployment by its share exactly.
  const turn = (turns.get(endpoint) ?? 0) % 100;
  turns.set(endpoint, turn + 1);
  let upTo = 0;
  for (const [name, share] of traffic) {
    upTo += Number(share);
    if (turn < upTo) return endpoint.deployments.get(name) ?? null;
  }
  return null;
}

const turns = new WeakMap<Endpoint, number>();

function milliseconds(duration: unknown): number {
  const match = /^PT(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(String(duration));
  return match === null ? DEFAULT_TIMEOUT_MS : Number(match[1] ?? 0) * 60_000 + Number(match[2] ?? 0) * 1000;
}

async function forward(call: Call, deployment: Deployment): Promise<Reply> {
  const { requestSettings } = deployment.properties as { readonly requestSettings?: Json | null };
  const most =
    2 * Number(requestSettings?.["maxConcurrentRequestsPerInstance"] ?? 1) * Number(deployment.sku["capacity"]);
  const headers = { "azureml-model-deployment": deployment.name };
  if (deployment.inFlight >= most) return { status: 429, headers, body: "Too many pending requests" };
  deployment.inFlight += 1;
  try {
    const query = call.query.toString();
    const answer = await deployment.container!.ask({
      method: call.method,
      path: query === "" ? call.path : `${call.path}?${query}`,
      headers: { "content-type": call.headers["content-type"] ?? "application/json" },
      body: call.body,
      timeoutMs: milliseconds(requestSettings?.["requestTimeout"]),
    });
    if (answer === "timeout") return { status: 408, headers, body: "upstream request timeout" };
    if (answer.status === 200) return { ...answer, headers: { ...answer.headers, ...headers } };
    return {
      status: 424,
      headers: {
        ...answer.headers,
        ...headers,
        "ms-azureml-model-error-statuscode": String(answer.status),
        "ms-azureml-model-error-reason": "model_error",
      },
      body: answer.body ?? null,
    };
  } finally {
    deployment.inFlight -= 1;
  }
}

async function score(call: Call): Promise<Reply> {
  const name = call.host.split(".")[0]!;
  const endpoint = call.world.endpoints.get(name);
  // An endpoint that is not there has no address either; through a proxy that is a bad gateway.
  if (endpoint === undefined) return { status: 502, body: `No endpoint is called ${name}.` };
  const refused = refusedCaller(call, endpoint);
  if (refused !== null) return refused;
  const deployment = chosen(call, endpoint);
  if (deployment === null || deployment.container === null) {
    const message = "The endpoint doesn't have any valid deployment with positive weight.";
    return { status: 404, body: { error: { code: "NotFound", message } } };
  }
  return await forward(call, deployment);
}

const route = (method: string, path: string): Route => ({ method, path, step: "score", handle: score });

/** The front end of the online endpoints. */
export const SCORING: Service = {
  name: "scoring",
  hosts: /^[a-z][a-z0-9-]+\.[a-z0-9]+\.inference\.ml\.azure\.com$/,
  admit: () => null,
  refuse: (_, status) => ({
    status,
    headers: {
      ...refusalHeaders(status),
      ...(status === 424
        ? { "ms-azureml-model-error-statuscode": "500", "ms-azureml-model-error-reason": "model_error" }
        : {}),
    },
    body: refusalCode(status)[1],
  }),
  noRoute: (call) => ({ status: 404, body: `The stand-in has no ${call.method} ${call.path}.` }),
  headers: () => ({ "x-request-id": "stand-in" }),
  routes: [route("POST", "/{path*}"), route("GET", "/{path*}")],
};
