import { createHash } from "node:crypto";
import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import {
  type AzureContext,
  type AzureWorkspaceName,
  type ContainerName,
  type DeployerMark,
  type EndpointPlatform,
  type EndpointScorer,
  type EndpointToMake,
  Problem,
  problem,
  SCORING_CONTRACT,
} from "oddrun/ports";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { pause } from "../pause.ts";
import { shownLog } from "./shown-log.ts";
import { checkedKey, endpointScorer } from "./endpoint-scorer.ts";
import { deploymentStatus, endpointStatus, MADE_TAG, MADE_VALUE, RUN_TAG, tagsWithMark } from "./resource-status.ts";
import { retailPrice } from "./retail-price.ts";
import { scoringEnvironment } from "./scoring-environment.ts";
import {
  deploymentShape,
  type EndpointResource,
  endpointShape,
  keysShape,
  logsShape,
  workspaceShape,
} from "./shapes.ts";

const AUTH_MODES = { aad: "AADToken", key: "Key" } as const;
const CONTAINERS: Readonly<Record<ContainerName, string>> = {
  "storage-initializer": "StorageInitializer",
  "inference-server": "InferenceServer",
};
/** A host of managed endpoints: tokens and keys are sent there and nowhere else. */
const SCORING_HOST = /\.inference\.ml\.azure\.(com|us|cn)$/;

export interface EndpointSettings {
  readonly name: AzureWorkspaceName;
  readonly arm: ArmClient;
  readonly credential: TokenCredential;
  readonly context: AzureContext;
  /** In place of real sockets, in tests. */
  readonly httpClient?: HttpClient;
}

/** Managed online endpoints of an Azure Machine Learning workspace. */
export function azureEndpoints({ name, arm, credential, context, httpClient }: EndpointSettings): EndpointPlatform {
  const environments = scoringEnvironment(name, arm);
  const endpointPath = (endpoint: string) => workspacePath(name, "onlineEndpoints", endpoint);
  const deploymentPath = (endpoint: string, deployment: string) =>
    workspacePath(name, "onlineEndpoints", endpoint, "deployments", deployment);
  let region: Promise<string> | null = null;
  const regionOnce = () => {
    region ??= arm.get(workspacePath(name), workspaceShape).then(({ location }) => regionName(location));
    return region;
  };

  async function deployments(endpoint: string) {
    const path = `${endpointPath(endpoint)}/deployments`;
    return (await arm.list(path, deploymentShape)).map(deploymentStatus);
  }

  async function endpoint(endpointName: string) {
    const found = await arm.find(endpointPath(endpointName), endpointShape);
    return found === null ? null : endpointStatus(endpointName, found);
  }

  /** A PATCH knows tags and identity only, so that every change is a PUT of the whole, as it was read just before. */
  async function rewrite(endpointName: string, doing: string, change: (resource: EndpointResource) => object) {
    const path = endpointPath(endpointName);
    const body = change(await arm.get(path, endpointShape));
    await conflicting(endpointName, () => arm.put(path, body, endpointShape, { doing }));
  }

  async function key(endpointName: string): Promise<string> {
    return (await arm.post(`${endpointPath(endpointName)}/listKeys`, null, keysShape)).primaryKey;
  }

  async function scorer(endpointName: string): Promise<EndpointScorer> {
    const found = await endpoint(endpointName);
    if (found === null) throw problem("endpoint-not-found", endpointName);
    const place = `Endpoint "${endpointName}"`;
    const host = URL.canParse(found.scoringUrl ?? "") ? new URL(found.scoringUrl!) : null;
    if (host === null || host.protocol !== "https:" || !SCORING_HOST.test(host.hostname)) {
      throw problem("endpoint-answer-unusable", place, "Azure names no address of a managed endpoint for it");
    }
    const given = context.env["ODDRUN_ENDPOINT_KEY"] ?? "";
    const ownKey = async () => (given === "" ? await key(endpointName) : checkedKey(given));
    const access = found.auth === "key" ? { key: await ownKey() } : { credential };
    return endpointScorer({
      place,
      url: host.href,
      access,
      context,
      ...(httpClient === undefined ? {} : { httpClient }),
    });
  }

  return {
    defaultName: `oddrun-${createHash("sha256").update(workspacePath(name).toLowerCase()).digest("hex").slice(0, 8)}`,
    region: regionOnce,
    endpoint,
    deployments,
    async deployment(endpointName, deployment) {
      const found = await arm.find(deploymentPath(endpointName, deployment), deploymentShape);
      return found === null ? null : deploymentStatus(found);
    },
    environmentVersion: (image) => environments.versionOf(image),
    ensureEnvironment: (image) => environments.ensure(image),
    async createEndpoint({ name: endpointName, auth, identityId, deployer }: EndpointToMake) {
      const body = {
        location: await regionOnce(),
        tags: tagsWithMark({ [MADE_TAG]: MADE_VALUE }, deployer),
        identity:
          identityId === null
            ? { type: "SystemAssigned" }
            : { type: "UserAssigned", userAssignedIdentities: { [identityId]: {} } },
        properties: {
          authMode: AUTH_MODES[auth],
          description: "Says how odd each record of pipeline metrics is; made by oddrun deploy azureml.",
        },
      };
      const doing = `Making endpoint ${endpointName}`;
      await conflicting(endpointName, () => arm.put(endpointPath(endpointName), body, endpointShape, { doing }));
    },
    mark: (endpointName: string, deployer: DeployerMark | null) =>
      rewrite(endpointName, `Marking endpoint ${endpointName}`, (resource) => ({
        ...writable(resource),
        tags: tagsWithMark(resource.tags ?? {}, deployer),
      })),
    setTraffic: (endpointName, traffic) =>
      rewrite(endpointName, `Shifting the traffic of ${endpointName}`, (resource) => {
        const body = writable(resource);
        return { ...body, properties: { ...body.properties, traffic: Object.fromEntries(traffic) } };
      }),
    async createDeployment(endpointName, deployment, content, runId) {
      const body = {
        location: await regionOnce(),
        tags: { [MADE_TAG]: MADE_VALUE, [RUN_TAG]: runId },
        sku: { name: "Default", capacity: content.instanceCount },
        properties: {
          endpointComputeType: "Managed",
          instanceType: content.instanceType,
          model: workspacePath(name, "models", content.modelName, "versions", content.modelVersion),
          environmentId: environments.idOf(content.environmentVersion),
          environmentVariables: { [SCORING_CONTRACT.authVariable]: SCORING_CONTRACT.authByPlatform },
          // Azure's own defaults are one request at a time and 5 s
          requestSettings: { maxConcurrentRequestsPerInstance: 50, requestTimeout: "PT30S" },
          scaleSettings: { scaleType: "Default" },
        },
      };
      const doing = `Making deployment ${deployment}`;
      const path = deploymentPath(endpointName, deployment);
      await conflicting(endpointName, () => arm.put(path, body, deploymentShape, { doing }));
    },
    async deleteDeployment(endpointName, deployment) {
      const doing = `Deleting deployment ${deployment}`;
      await conflicting(endpointName, () => arm.delete(deploymentPath(endpointName, deployment), { doing }));
    },
    async deleteEndpoint(endpointName) {
      const doing = `Deleting endpoint ${endpointName}`;
      await conflicting(endpointName, () => arm.delete(endpointPath(endpointName), { doing }));
    },
    async logs(endpointName, deployment, container, lineCount) {
      const path = `${deploymentPath(endpointName, deployment)}/getLogs`;
      const body = { containerType: CONTAINERS[container], tail: lineCount };
      return shownLog((await arm.post(path, body, logsShape)).content ?? "");
    },
    key,
    scorer,
    price: (asked, instanceType, currency) =>
      retailPrice({ region: asked, instanceType, currency }, context, httpClient),
    async servingVersion(endpointName) {
      const found = await endpoint(endpointName);
      const [first] = [...(found?.traffic ?? [])].sort(([, one], [, other]) => other - one);
      if (first === undefined || first[1] <= 0) return null;
      const [deployment, trafficPercent] = first;
      const serving = (await deployments(endpointName)).find((each) => each.name === deployment);
      if (serving === undefined) return null;
      const { modelName, modelVersion } = serving;
      return { modelName, modelVersion, deployment, trafficPercent };
    },
    wait: (durationMs) => pause(context, durationMs),
  };
}

/** "West Europe" and "westeurope" are one. */
function regionName(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

/** What of an endpoint is sent back when it is written: all that is not the service's own. */
function writable({ location, kind, sku, tags, identity, properties }: EndpointResource) {
  const { provisioningState: _, scoringUri: __, ...settable } = properties;
  const identities = Object.keys(identity?.userAssignedIdentities ?? {}).map((id) => [id, {}]);
  return withoutNulls({
    location,
    kind,
    sku,
    tags,
    identity:
      identity &&
      withoutNulls({
        type: identity.type,
        userAssignedIdentities: identities.length === 0 ? null : Object.fromEntries(identities),
      }),
    properties: withoutNulls(settable),
  });
}

function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined)) as T;
}

/** Azure's 409 says that another change of the endpoint is under way. */
async function conflicting(endpoint: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "azure-conflict") throw error;
    throw problem("endpoint-busy", endpoint, error.message.replace(/\.$/, ""));
  }
}
