import type { Call, Reply, Route } from "./http.ts";
import { refusalCode, refusalHeaders } from "./refusals.ts";
import { isAllowed, stableId } from "./world.ts";
import { judgeToken, type Principal, type TokenRefusal } from "./tokens.ts";

/** The version that the stand-in's Azure ML knows: field for field the public specification of that date. */
export const ML_VERSION = "2025-06-01";
export const WORKSPACE_PATH =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}";
export const ML_ACTIONS = "Microsoft.MachineLearningServices/workspaces";

const AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"];

export const armError = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({ status, headers, body: { error: { code, message } } });

export const refuseArm = (_: Call, status: number): Reply =>
  armError(status, ...refusalCode(status), refusalHeaders(status));

/** An error of Azure ML's own, behind the resource manager: more is said of it in `details` and `additionalInfo`. */
export function mlError(
  call: Call,
  status: number,
  message: string,
  more: { readonly code?: string; readonly inner?: string; readonly details?: readonly object[] } = {},
): Reply {
  const { location } = call.world.names;
  const correlation = { operation: stableId(call.path).replaceAll("-", ""), request: stableId(message).slice(0, 16) };
  return {
    status,
    body: {
      error: {
        code: more.code ?? "UserError",
        message,
        details: more.details ?? [],
        additionalInfo: [
          { type: "ComponentName", info: { value: "managementfrontend" } },
          { type: "Correlation", info: { value: correlation } },
          { type: "Environment", info: { value: location } },
          { type: "Location", info: { value: location } },
          { type: "Time", info: { value: new Date(call.world.now()).toISOString() } },
          ...(more.inner === undefined ? [] : [{ type: "InnerError", info: { value: { code: more.inner } } }]),
        ],
      },
    },
  };
}

function challenge(call: Call, code: string, message: string): Reply {
  const uri = `https://login.microsoftonline.com/${call.world.names.tenantId}`;
  return armError(401, code, message, {
    "www-authenticate": `Bearer authorization_uri="${uri}", error="invalid_token", error_description="${message}"`,
  });
}

function refusedVersion(call: Call, versions: readonly string[]): Reply | null {
  const version = call.query.get("api-version");
  if (version === null || version === "") {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    return armError(400, "MissingApiVersionParameter", message);
  }
  if (versions.includes(version)) return null;
  const type = /\/providers\/(.+)$/i.exec(call.path)?.[1] ?? call.path;
  return armError(
    400,
    "InvalidResourceType",
    `The resource type '${type}' could not be found for api version '${version}'. The supported api-versions are '${versions.join(",")}'.`,
  );
}

function refusedName(call: Call): Reply | null {
  const { names } = call.world;
  const { subscription, group, workspace } = call.params;
  const differs = (sent: string | undefined, real: string) =>
    sent !== undefined && sent.toLowerCase() !== real.toLowerCase();
  if (differs(subscription, names.subscriptionId)) {
    return armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  }
  if (differs(group, names.resourceGroup)) {
    return armError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  }
  if (differs(workspace, names.workspace)) {
    const type = "Microsoft.MachineLearningServices/workspaces";
    return armError(
      404,
      "ResourceNotFound",
      `The Resource '${type}/${workspace}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
  }
  return null;
}

function refusedAction(call: Call, principal: Principal, action: string | undefined): Reply | null {
  if (action === undefined || isAllowed(call.world, action)) return null;
  return armError(
    403,
    "AuthorizationFailed",
    `The client '${principal.clientId}' with object id '${principal.objectId}' does not have authorization to perform action '${action}' over scope '${call.path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

function refusedToken(call: Call, verdict: TokenRefusal): Reply {
  const utc = (date: Date): string => date.toISOString();
  if (verdict.kind === "missing") {
    return challenge(call, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  }
  if (verdict.kind === "expired") {
    return challenge(
      call,
      "ExpiredAuthenticationToken",
      `The access token expiry UTC time '${utc(verdict.expiredAt)}' is earlier than current UTC time '${utc(new Date(call.world.now()))}'.`,
    );
  }
  if (verdict.kind === "wrong-audience") {
    return challenge(
      call,
      "InvalidAuthenticationTokenAudience",
      `The access token has been obtained for wrong audience or resource '${verdict.audience}'. It should exactly match with one of the allowed audiences '${AUDIENCES.join("/','")}/'.`,
    );
  }
  return challenge(call, "InvalidAuthenticationToken", "The access token is invalid.");
}

/** Token, then api-version, then names, then roles: in this order, so that each test meets the refusal it means. */
export function admitArm(call: Call, route: Route): Principal | Reply {
  const verdict = judgeToken(call.world.entraKey, call.headers["authorization"], AUDIENCES, call.world.now());
  if (verdict.kind !== "valid") return refusedToken(call, verdict);
  const { principal } = verdict;
  const refused =
    refusedVersion(call, route.apiVersions ?? [ML_VERSION]) ??
    refusedName(call) ??
    refusedAction(call, principal, route.permission);
  return refused ?? principal;
}

/** One page of a list, with the link to the next. `$skip` carries the place, as Azure ML's own links do. */
export function armPage(call: Call, items: readonly object[], size = call.world.pageSize): Reply {
  const from = Number(call.query.get("$skip") ?? "0");
  if (!Number.isSafeInteger(from) || from < 0) return mlError(call, 400, "The $skip token is invalid.");
  const value = items.slice(from, from + size);
  if (from + size >= items.length) return { status: 200, body: { value } };
  const query = new URLSearchParams(call.query);
  query.set("$skip", String(from + size));
  return { status: 200, body: { value, nextLink: `https://${call.host}${call.path}?${query.toString()}` } };
}

export const systemData = (createdAtMs: number, modifiedAtMs: number, by: string): object => ({
  createdAt: new Date(createdAtMs).toISOString(),
  createdBy: by,
  createdByType: "Application",
  lastModifiedAt: new Date(modifiedAtMs).toISOString(),
  lastModifiedBy: by,
  lastModifiedByType: "Application",
});
