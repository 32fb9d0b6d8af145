import { randomUUID } from "node:crypto";
import type { Call, Reply, Service } from "../http.ts";
import { FEDERATION_AUDIENCE, GITHUB_ISSUER } from "../names.ts";
import { refusalHeaders } from "../refusals.ts";
import { readToken, signToken } from "../tokens.ts";
import type { World } from "../world.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The resources that tokens are given for. Entra gives the audience as the scope spells it, without "/.default". */
const RESOURCES = new Set([
  "https://management.azure.com",
  "https://management.core.windows.net",
  "https://storage.azure.com",
  "https://vault.azure.net",
  "https://ml.azure.com",
]);

/** The shape of Entra's errors, with code, ids and time said twice as Entra does. */
function entraError(call: Call, error: string, code: number, text: string): Reply {
  const timestamp = `${new Date(call.world.now()).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const traceId = randomUUID();
  const correlationId = call.headers["client-request-id"] ?? randomUUID();
  return {
    status: error === "invalid_client" ? 401 : 400,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  };
}

function refusedAssertion(call: Call, assertion: string): Reply | null {
  const { world } = call;
  const claims = readToken(world.githubKey, assertion);
  const see = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
  const noMatch = (code: number, what: string, value: unknown) =>
    entraError(
      call,
      "invalid_client",
      code,
      `No matching federated identity record found for presented assertion ${what} '${String(value)}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. ${see}`,
    );
  if (claims === null) {
    return entraError(call, "invalid_client", 50027, "JWT token is invalid or malformed: signature is not valid.");
  }
  if (claims["iss"] !== GITHUB_ISSUER) return noMatch(700211, "issuer", claims["iss"]);
  if (claims["aud"] !== FEDERATION_AUDIENCE) return noMatch(700212, "audience", claims["aud"]);
  const nowS = Math.floor(world.now() / 1000);
  if (Number(claims["exp"]) <= nowS) {
    const at = (seconds: unknown) => new Date(Number(seconds) * 1000).toISOString();
    return entraError(
      call,
      "invalid_client",
      700024,
      `Client assertion is not within its valid time range. Current time: ${at(nowS)}, assertion valid from ${at(claims["nbf"])}, expiry time of assertion ${at(claims["exp"])}.`,
    );
  }
  const subject = String(claims["sub"]);
  if (world.federatedSubjects.has(subject)) return null;
  const likeIt = [...world.federatedSubjects].find((known) => known.toLowerCase() === subject.toLowerCase());
  return likeIt === undefined
    ? noMatch(700213, "subject", subject)
    : entraError(
        call,
        "invalid_client",
        7002138,
        `No matching federated identity record found for presented assertion subject '${subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. ${see}`,
      );
}

function refusedClient(call: Call, form: URLSearchParams): Reply | null {
  const { names } = call.world;
  if (form.get("client_id") !== names.clientId) {
    return entraError(
      call,
      "unauthorized_client",
      700016,
      `Application with identifier '${form.get("client_id") ?? ""}' was not found in the directory '${names.tenantId}'.`,
    );
  }
  const assertion = form.get("client_assertion");
  if (assertion !== null) {
    return form.get("client_assertion_type") === ASSERTION_TYPE
      ? refusedAssertion(call, assertion)
      : entraError(call, "invalid_request", 900144, "The client_assertion_type is not the one of JWT bearers.");
  }
  const secret = form.get("client_secret");
  if (secret === null) {
    return entraError(
      call,
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  return secret === names.clientSecret
    ? null
    : entraError(
        call,
        "invalid_client",
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${names.clientId}'.`,
      );
}

export function accessToken(world: World, audience: string, lifetimeS = world.tokenLifetimeS): string {
  const { names } = world;
  const nowS = Math.floor(world.now() / 1000);
  return signToken(world.entraKey, {
    aud: audience,
    iss: `https://sts.windows.net/${names.tenantId}/`,
    iat: nowS,
    nbf: nowS,
    exp: nowS + lifetimeS,
    appid: names.clientId,
    idtyp: "app",
    oid: names.objectId,
    sub: names.objectId,
    tid: names.tenantId,
    uti: randomUUID(),
    ver: "1.0",
  });
}

function giveToken(call: Call): Reply {
  const { world } = call;
  if (!/^application\/x-www-form-urlencoded/i.test(call.headers["content-type"] ?? "")) {
    return entraError(call, "invalid_request", 900144, "The request body must be a form.");
  }
  const form = new URLSearchParams(call.body.toString("utf8"));
  if (form.get("grant_type") !== "client_credentials") {
    return entraError(call, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
  }
  const refused = refusedTenant(call) ?? refusedClient(call, form);
  if (refused !== null) return refused;
  // MSAL adds openid, offline_access and profile to what it was asked for.
  const scope = (form.get("scope") ?? "").split(" ").find((word) => word.endsWith("/.default"));
  if (scope === undefined) {
    return entraError(
      call,
      "invalid_scope",
      1002012,
      `The provided value for scope ${form.get("scope") ?? ""} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const audience = scope.slice(0, -"/.default".length);
  if (!RESOURCES.has(audience.replace(/\/$/, ""))) {
    return entraError(
      call,
      "invalid_resource",
      500011,
      `The resource principal named ${audience} was not found in the tenant named ${world.names.tenantId}.`,
    );
  }
  return {
    status: 200,
    body: {
      token_type: "Bearer",
      expires_in: world.tokenLifetimeS,
      ext_expires_in: world.tokenLifetimeS,
      access_token: accessToken(world, audience),
    },
  };
}

function refusedTenant(call: Call): Reply | null {
  const tenant = call.params["tenant"] ?? "";
  if (tenant === call.world.names.tenantId) return null;
  return entraError(
    call,
    "invalid_request",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

function openidConfiguration(call: Call): Reply {
  const refused = refusedTenant(call);
  if (refused !== null) return refused;
  const base = `https://login.microsoftonline.com/${call.world.names.tenantId}`;
  return {
    status: 200,
    body: {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      id_token_signing_alg_values_supported: ["RS256"],
      subject_types_supported: ["pairwise"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      tenant_region_scope: "EU",
      cloud_instance_name: "microsoftonline.com",
    },
  };
}

function instanceDiscovery(call: Call): Reply {
  const { tenantId } = call.world.names;
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `https://login.microsoftonline.com/${tenantId}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: "login.microsoftonline.com",
          preferred_cache: "login.windows.net",
          aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        },
      ],
    },
  };
}

/** Signs applications in, by secret or by GitHub's token. */
export const ENTRA: Service = {
  name: "entra",
  hosts: /^login\.microsoftonline\.com$/,
  admit: () => null,
  refuse: (call, status) => ({
    ...entraError(
      call,
      status >= 500 ? "temporarily_unavailable" : "invalid_request",
      90033,
      "A transient error has occurred. Please try again.",
    ),
    status,
    headers: refusalHeaders(status),
  }),
  noRoute: (call) => entraError(call, "invalid_request", 900561, `The stand-in has no ${call.method} ${call.path}.`),
  routes: [
    { method: "POST", path: "/{tenant}/oauth2/v2.0/token", step: "entra token", handle: giveToken },
    {
      method: "GET",
      path: "/{tenant}/v2.0/.well-known/openid-configuration",
      step: "entra configuration",
      handle: openidConfiguration,
    },
    { method: "GET", path: "/common/discovery/instance", step: "entra instances", handle: instanceDiscovery },
  ],
};
