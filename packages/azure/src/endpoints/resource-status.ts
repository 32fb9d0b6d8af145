import type { DeployerMark, DeploymentStatus, EndpointStatus, ResourceState } from "oddrun/ports";
import type { DeploymentResource, EndpointResource } from "./shapes.ts";

/** Tags by which Oddrun knows its own; they hold no secret. */
export const MADE_TAG = "oddrun";
export const MADE_VALUE = "made";
export const RUN_TAG = "oddrun_run";
const DEPLOYING_TAG = "oddrun_deploying";

type Tags = Readonly<Record<string, string | null | undefined>>;

export function endpointStatus(name: string, { tags, properties }: EndpointResource): EndpointStatus {
  const auth = properties.authMode.toLowerCase();
  return {
    name,
    isOurs: tags?.[MADE_TAG] === MADE_VALUE,
    deployer: deployerIn(tags ?? {}),
    state: resourceState(properties.provisioningState),
    auth: auth === "aadtoken" ? "aad" : auth === "key" ? "key" : null,
    scoringUrl: properties.scoringUri ?? null,
    traffic: new Map(Object.entries(properties.traffic ?? {})),
  };
}

export function deploymentStatus({ name, tags, sku, properties }: DeploymentResource): DeploymentStatus {
  const model = assetIn(properties.model ?? "", "models");
  return {
    name,
    isOurs: tags?.[MADE_TAG] === MADE_VALUE,
    runId: tags?.[RUN_TAG] ?? null,
    state: resourceState(properties.provisioningState),
    modelName: model.name,
    modelVersion: model.version,
    environmentVersion: assetIn(properties.environmentId ?? "", "environments").version,
    instanceType: properties.instanceType ?? "",
    instanceCount: sku?.capacity ?? 0,
  };
}

/** The tags of an endpoint with the mark of who is deploying set or taken away. */
export function tagsWithMark(tags: Tags, mark: DeployerMark | null): Readonly<Record<string, string>> {
  const { [DEPLOYING_TAG]: _, ...others } = tags;
  const kept = Object.entries(others).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
  const marked = mark === null ? [] : [[DEPLOYING_TAG, `${mark.runId} ${new Date(mark.sinceMs).toISOString()}`]];
  return Object.fromEntries([...kept, ...marked]) as Record<string, string>;
}

function deployerIn(tags: Tags): DeployerMark | null {
  const [runId = "", since = ""] = (tags[DEPLOYING_TAG] ?? "").split(" ");
  if (runId === "") return null;
  const sinceMs = Date.parse(since);
  // a mark that can't be read is nobody's, and very old
  return { runId, sinceMs: Number.isNaN(sinceMs) ? 0 : sinceMs };
}

export function resourceState(provisioningState: string | null | undefined): ResourceState {
  switch ((provisioningState ?? "").toLowerCase()) {
    case "succeeded":
      return "ready";
    case "failed":
    case "canceled":
      return "failed";
    case "deleting":
      return "deleting";
    default:
      return "changing";
  }
}

/** Name and version in ".../models/NAME/versions/VERSION" or "azureml:NAME:VERSION"; empty where it is neither. */
function assetIn(id: string, kind: "models" | "environments"): { readonly name: string; readonly version: string } {
  const [, name, version] =
    new RegExp(`/${kind}/([^/]+)/versions/([^/]+)$`, "i").exec(id) ?? /^azureml:([^:]+):([^:]+)$/.exec(id) ?? [];
  return { name: name ?? "", version: version ?? "" };
}
