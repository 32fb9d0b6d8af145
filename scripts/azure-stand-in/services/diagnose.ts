import { randomUUID } from "node:crypto";
import { ML_ACTIONS, mlError, WORKSPACE_PATH } from "../arm.ts";
import type { Call, Reply, Route } from "../http.ts";
import { workspaceId } from "../names.ts";
import { readBody, type Shape } from "../shape.ts";

/** What can be asked about, and under which name the answer tells of it. */
const PARTS: Readonly<Record<string, string>> = {
  udr: "userDefinedRouteResults",
  nsg: "networkSecurityRuleResults",
  resourceLock: "resourceLockResults",
  dnsResolution: "dnsResolutionResults",
  storageAccount: "storageAccountResults",
  keyVault: "keyVaultResults",
  containerRegistry: "containerRegistryResults",
  applicationInsights: "applicationInsightsResults",
  others: "otherResults",
};
const SHAPE: Shape = {
  fields: { value: { fields: Object.fromEntries(Object.keys(PARTS).map((part) => [part, "any?"])) } },
};

/** Looks that a diagnosis takes before it is there, by its id. */
const looksLeft = new Map<string, number>();

function begin(call: Call): Reply {
  const read = readBody(call, SHAPE);
  if ("refused" in read) return read.refused;
  const id = randomUUID();
  looksLeft.set(id, 1);
  const location = `https://${call.host}${workspaceId(call.world.names)}/diagnoses/${id}?api-version=${call.query.get("api-version")!}`;
  return { status: 202, headers: { location, "retry-after": "5" } };
}

function result(call: Call): Reply {
  const id = call.params["id"]!;
  const left = looksLeft.get(id);
  if (left === undefined) return mlError(call, 404, "There is no such diagnosis.");
  looksLeft.set(id, left - 1);
  if (left > 0) return { status: 202, headers: { "retry-after": "5" } };
  const empty = Object.fromEntries(Object.values(PARTS).map((part) => [part, []]));
  return { status: 200, body: { value: { ...empty, ...Object.fromEntries(call.world.diagnosis) } } };
}

const permission = `${ML_ACTIONS}/diagnose/action`;

export const DIAGNOSE_ROUTES: readonly Route[] = [
  { method: "POST", path: `${WORKSPACE_PATH}/diagnose`, step: "workspace diagnose", permission, handle: begin },
  { method: "GET", path: `${WORKSPACE_PATH}/diagnoses/{id}`, step: "diagnosis get", permission, handle: result },
];
