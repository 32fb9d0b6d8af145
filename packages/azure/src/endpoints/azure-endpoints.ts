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
  type EndpointStatus,
  type EndpointToMake,
  problem,
  SCORING_CONTRACT,
} from "oddrun/ports";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { pause } from "../pause.ts";
import { shownLog } from "./shown-log.ts";
import { sharesText, writable } from "./endpoint-body.ts";
import { checkedKey, endpointScorer } from "./endpoint-scorer.ts";
import { ownChange } from "./own-change.ts";
import {
  deploymentStatus,
  endpointStatus,
  MADE_TAG,
  MADE_VALUE,
  resourceState,
  RUN_TAG,
  tagsWithMark,
} from "./resource-status.ts";
import { retailPrice } from "./retail-price.ts";
import { scoringEnvironment } from "./scoring-environment.ts";
import {
  anyResourceShape,
  deploymentShape,
  endpointNameShape,
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

  /** Made anew it would lose its traffic, and taken for deleted it would go on costing: one that is said not to be there is looked for in the list too. */
  async function checkNotListed(endpointName: string): Promise<void> {
    const listed = await arm.list(workspacePath(name, "onlineEndpoints"), endpointNameShape);
    if (listed.some((each) => each.name.toLowerCase() === endpointName.toLowerCase()))
      throw problem("endpoint-busy", endpointName, "Azure lists it, and says that it is not there");
  }

  async function endpoint(endpointName: string) {
    const found = await arm.find(endpointPath(endpointName), endpointShape);
    if (found !== null) return endpointStatus(endpointName, found);
    await checkNotListed(endpointName);
    return null;
  }

  /** Changes the endpoint as a whole and knows its own change again. */
  async function putEndpoint(
    endpointName: string,
    doing: string,
    body: object,
    isAsWanted: (status: EndpointStatus) => boolean,
  ) {
    await ownChange(
      {
        endpoint: endpointName,
        change: () => arm.put(endpointPath(endpointName), body, endpointShape, { doing }),
        look: async () => {
          const resource = await endpoint(endpointName);
          return resource === null ? null : { state: resource.state, resource };
        },
        isDone: (there) => there?.state === "ready" && isAsWanted(there.resource),
      },
      context,
    );
  }

  /** A PATCH knows tags and identity only, so that every change is a PUT of the whole, as it was read just before. */
  async function rewrite(
    endpointName: string,
    doing: string,
    change: (resource: EndpointResource) => object,
    isAsWanted: (status: EndpointStatus) => boolean,
  ) {
    const body = change(await arm.get(endpointPath(endpointName), endpointShape));
    await putEndpoint(endpointName, doing, body, isAsWanted);
  }

  async function remove(endpointName: string, path: string, doing: string) {
    await ownChange(
      {
        endpoint: endpointName,
        async change() {
          // told that there is nothing, look: what is left behind costs
          if (!(await arm.delete(path, { doing })) && (await arm.find(path, anyResourceShape)) !== null)
            throw problem("azure-conflict", endpointName, "it was said not to be there, and it is");
        },
        look: async () => {
          const resource = await arm.find(path, anyResourceShape);
          return resource === null ? null : { state: resourceState(resource.properties.provisioningState), resource };
        },
        isDone: (there) => there === null,
      },
      context,
    );
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
      // a PUT over one that is there takes its traffic away, and a person may have taken long to agree
      await checkNotListed(endpointName);
      const isOurs = (status: EndpointStatus) => status.deployer?.runId === deployer.runId;
      await putEndpoint(endpointName, `Making endpoint ${endpointName}`, body, isOurs);
    },
    mark: (endpointName: string, deployer: DeployerMark | null) =>
      rewrite(
        endpointName,
        `Marking endpoint ${endpointName}`,
        (resource) => ({ ...writable(resource), tags: tagsWithMark(resource.tags ?? {}, deployer) }),
        (status) => status.deployer?.runId === deployer?.runId,
      ),
    setTraffic: (endpointName, traffic) =>
      rewrite(
        endpointName,
        `Shifting the traffic of ${endpointName}`,
        (resource) => {
          const body = writable(resource);
          return { ...body, properties: { ...body.properties, traffic: Object.fromEntries(traffic) } };
        },
        (status) => sharesText(status.traffic) === sharesText(traffic),
      ),
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
      await ownChange(
        {
          endpoint: endpointName,
          change: () => arm.put(path, body, deploymentShape, { doing }),
          look: async () => {
            const found = await arm.find(path, deploymentShape);
            const resource = found === null ? null : deploymentStatus(found);
            return resource === null ? null : { state: resource.state, resource };
          },
          isDone: (there) => {
            const isOwn =
              there !== null &&
              there.resource.runId === runId &&
              there.resource.modelVersion === content.modelVersion &&
              there.resource.environmentVersion === content.environmentVersion;
            if (isOwn && there.state === "failed")
              throw problem("azure-operation-failed", doing, "Failed", "no reason given");
            return isOwn && there.state === "ready";
          },
        },
        context,
      );
    },
    deleteDeployment: (endpointName, deployment) =>
      remove(endpointName, deploymentPath(endpointName, deployment), `Deleting deployment ${deployment}`),
    deleteEndpoint: (endpointName) =>
      remove(endpointName, endpointPath(endpointName), `Deleting endpoint ${endpointName}`),
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
