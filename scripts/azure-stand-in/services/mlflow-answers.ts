import { type Call, readJson, type Reply, type Route } from "../http.ts";
import { refusalCode, refusalHeaders } from "../refusals.ts";
import { judgeToken, type Principal } from "../tokens.ts";
import { isAllowed, type Json, stableId } from "../world.ts";

export const BASE =
  "/mlflow/v1.0/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}/api/2.0/mlflow";

export const mlflowError = (code: string, message: string): Reply => ({
  status: code === "RESOURCE_DOES_NOT_EXIST" ? 404 : 400,
  body: { error_code: code, message },
});

/** An error of Azure ML's gateway before MLflow: another shape than MLflow's own. */
function gatewayError(call: Call, status: number, message: string, inner: string): Reply {
  const { location } = call.world.names;
  return {
    status,
    body: {
      error: {
        code: "UserError",
        severity: null,
        message,
        messageFormat: null,
        messageParameters: null,
        referenceCode: null,
        detailsUri: null,
        target: null,
        details: [],
        innerError: { code: inner, innerError: null },
        debugInfo: null,
        additionalInfo: null,
      },
      correlation: { operation: stableId(call.path).replaceAll("-", ""), request: stableId(message).slice(0, 16) },
      environment: location,
      location,
      time: new Date(call.world.now()).toISOString(),
      componentName: "mlflow",
    },
  };
}

export const refuseMlflow = (call: Call, status: number): Reply => {
  const [code, message] = refusalCode(status);
  return { ...gatewayError(call, status, message, code), headers: refusalHeaders(status) };
};

export function admitMlflow(call: Call, route: Route): Principal | Reply {
  const { names } = call.world;
  const audiences = ["https://management.azure.com", "https://management.core.windows.net"];
  const verdict = judgeToken(call.world.entraKey, call.headers["authorization"], audiences, call.world.now());
  switch (verdict.kind) {
    case "missing":
      return gatewayError(call, 401, "Bearer token not provided.", "AuthorizationError");
    case "malformed":
    case "expired":
    case "wrong-audience":
      return gatewayError(call, 401, `The bearer token is not valid: ${verdict.kind}.`, "AuthorizationError");
    case "valid":
      break;
  }
  const { subscription, group, workspace } = call.params;
  const isOurs =
    subscription?.toLowerCase() === names.subscriptionId &&
    group?.toLowerCase() === names.resourceGroup.toLowerCase() &&
    workspace?.toLowerCase() === names.workspace.toLowerCase();
  if (!isOurs) return gatewayError(call, 404, `Workspace ${workspace ?? ""} not found.`, "NotFoundError");
  if (route.permission !== undefined && !isAllowed(call.world, route.permission)) {
    const message = `The client does not have authorization to perform action '${route.permission}'.`;
    return gatewayError(call, 403, message, "AuthorizationError");
  }
  return verdict.principal;
}

export const mlflowNoRoute = (call: Call): Reply =>
  gatewayError(call, 404, `The stand-in has no ${call.method} ${call.path}.`, "NotFoundError");

/** A field as text, however it was sent. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The body's fields, or the refusal of a body that is none or has a field MLflow does not know. */
export function readFields(
  call: Call,
  known: readonly string[],
): { readonly fields: Json } | { readonly refused: Reply } {
  const body = readJson(call.body);
  if (!isObject(body)) return { refused: mlflowError("MALFORMED_REQUEST", "The request body is not a JSON object.") };
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown === undefined) return { fields: body };
  return { refused: mlflowError("INVALID_PARAMETER_VALUE", `Message type has no field named "${unknown}".`) };
}
