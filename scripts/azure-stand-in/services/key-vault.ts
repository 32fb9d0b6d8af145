import type { Call, Reply, Route, Service } from "../http.ts";
import { refusalCode, refusalHeaders } from "../refusals.ts";
import { judgeToken, type Principal } from "../tokens.ts";
import { isAllowed, type SecretVersion } from "../world.ts";

/** Versions of the data plane that are documented; others are refused. */
const VERSIONS = ["7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];
const GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";

const vaultError = (
  status: number,
  code: string,
  message: string,
  more: { readonly inner?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Reply => ({
  status,
  headers: more.headers ?? {},
  body: { error: { code, message, ...(more.inner === undefined ? {} : { innererror: { code: more.inner } }) } },
});

/** A vault answers the first request with whom to ask for a token, and for which resource. */
function admit(call: Call, route: Route): Principal | Reply {
  const { world } = call;
  const challenge = {
    "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${world.names.tenantId}", resource="https://vault.azure.net"`,
  };
  const verdict = judgeToken(world.entraKey, call.headers["authorization"], ["https://vault.azure.net"], world.now());
  if (verdict.kind !== "valid") {
    const error = verdict.kind === "missing" ? "" : ` error="invalid_token", error_description="${verdict.kind}"`;
    const headers = { "www-authenticate": `${challenge["www-authenticate"]}${error === "" ? "" : `,${error}`}` };
    const text = "AKV10000: Request is missing a Bearer or PoP token.";
    return vaultError(401, "Unauthorized", verdict.kind === "missing" ? text : `AKV10022: ${verdict.kind} token.`, {
      headers,
    });
  }
  const version = call.query.get("api-version");
  if (version === null) return vaultError(400, "BadParameter", "Query parameter api-version is missing.");
  if (!VERSIONS.includes(version))
    return vaultError(400, "BadParameter", `The api-version ${version} is not supported.`);
  if (route.permission === undefined || isAllowed(world, route.permission)) return verdict.principal;
  const { clientId, objectId } = verdict.principal;
  return vaultError(
    403,
    "Forbidden",
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: appid=${clientId};oid=${objectId};iss=https://sts.windows.net/${world.names.tenantId}/\r\nAction: '${route.permission}'\r\nResource: '${call.path}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null\r\nVault: ${world.names.vault};location=${world.names.location}\r\n`,
    { inner: "ForbiddenByRbac" },
  );
}

function secretBody(call: Call, { version, value, isEnabled, createdAtMs }: SecretVersion): object {
  const createdAtS = Math.floor(createdAtMs / 1000);
  return {
    value,
    id: `https://${call.host}/secrets/${call.params["name"]!}/${version}`,
    attributes: {
      enabled: isEnabled,
      created: createdAtS,
      updated: createdAtS,
      recoveryLevel: "Recoverable",
      recoverableDays: 90,
    },
    tags: {},
  };
}

function getSecret(call: Call): Reply {
  const { name, version } = call.params;
  const versions = call.world.secrets.get(name!) ?? [];
  const found = version === undefined ? versions.at(-1) : versions.find((known) => known.version === version);
  if (found === undefined) {
    const message = `A secret with (name/id) ${name!}${version === undefined ? "" : `/${version}`} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`;
    return vaultError(404, "SecretNotFound", message);
  }
  if (found.isEnabled) return { status: 200, body: secretBody(call, found) };
  return vaultError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", {
    inner: "SecretDisabled",
  });
}

/** The workspace's vault, with its roles by RBAC. */
export const KEY_VAULT: Service = {
  name: "key vault",
  hosts: /^[a-z][a-z0-9-]{1,22}[a-z0-9]\.vault\.azure\.net$/,
  admit,
  refuse: (_, status) => vaultError(status, ...refusalCode(status), { headers: refusalHeaders(status) }),
  noRoute: (call) => vaultError(404, "NotFound", `The stand-in has no ${call.method} ${call.path}.`),
  headers: ({ world }) => ({ "x-ms-keyvault-region": world.names.location }),
  routes: [
    { method: "GET", path: "/secrets/{name}", step: "secret get", permission: GET_SECRET, handle: getSecret },
    { method: "GET", path: "/secrets/{name}/{version}", step: "secret get", permission: GET_SECRET, handle: getSecret },
  ],
};
