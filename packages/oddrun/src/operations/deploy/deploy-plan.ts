import type { CloudModelVersion, CloudRegistry, ModelFile } from "./cloud-registry.ts";
import { endpointChanges } from "./deploy-change.ts";
import { checkNobodyElse, type Deployer } from "./deploy-lock.ts";
import type { SmokeProbe } from "./deploy-smoke.ts";
import { type MonthlyCost, monthlyCost } from "./endpoint-cost.ts";
import { COLOURS } from "./endpoint-names.ts";
import type {
  DeployedContent,
  DeploymentStatus,
  EndpointAuth,
  EndpointPlatform,
  EndpointStatus,
} from "./endpoint-platform.ts";
import { problem } from "../problems.ts";

export const DEFAULT_INSTANCE_TYPE = "Standard_DS2_v2";

export interface DeployRequest {
  readonly endpoint: string;
  readonly modelName: string;
  /** Null takes the newest. */
  readonly modelVersion: string | null;
  /** By digest. */
  readonly image: string;
  /** Null: as what serves now, else the default. */
  readonly instanceType: string | null;
  readonly instanceCount: number | null;
  /** Null: as the endpoint has it, else Entra. */
  readonly auth: EndpointAuth | null;
  readonly identityId: string | null;
  /** Leave what served before in place, without traffic: it goes on costing. */
  readonly keepOld: boolean;
  /** In which prices are told: "USD". */
  readonly currency: string;
}

/** What is to be done, found out by reading alone. */
export interface DeployPlan {
  readonly endpoint: string;
  readonly image: string;
  readonly auth: EndpointAuth;
  readonly identityId: string | null;
  readonly isEndpointNew: boolean;
  readonly content: DeployedContent;
  readonly probe: SmokeProbe;
  /** Null when what is wanted serves already. */
  readonly colour: string | null;
  /** What has that name already: what is wanted, what Azure may yet finish as wanted, or another one, to be deleted. */
  readonly atColour: "nothing" | "wanted" | "unfinished" | "other";
  /** Serves today; null on the first deployment. */
  readonly serving: DeploymentStatus | null;
  /** Of ours, without traffic and of no use: to be deleted. */
  readonly leftovers: readonly string[];
  readonly keepsOld: boolean;
  readonly cost: MonthlyCost;
  /** What the one that serves today costs; null on the first deployment. */
  readonly servingCost: MonthlyCost | null;
}

export interface PlanTools {
  readonly platform: EndpointPlatform;
  readonly registry: Pick<CloudRegistry, "versions" | "pull">;
  readonly deployer: Deployer;
  /** The model of these files, checked, with records scored by it. Throws a Problem when they are no model of ours. */
  readonly probeOf: (files: readonly ModelFile[], place: string) => SmokeProbe;
}

/** Finds out what a deployment would do; nothing is changed. */
export async function planDeployment(request: DeployRequest, tools: PlanTools): Promise<DeployPlan> {
  const { platform, registry, deployer, probeOf } = tools;
  const version = await wantedVersion(registry, request);
  const { name: modelName, version: modelVersion } = version;
  const probe = probeOf(await registry.pull(modelName, modelVersion), `${modelName} version ${modelVersion}`);
  const seen = await platform.endpoint(request.endpoint);
  checkNobodyElse(seen, deployer);
  // What a run that was killed left the cloud at shows its traffic only when it is done.
  const isAtRest = seen === null || seen.state === "ready" || seen.state === "failed";
  const endpoint = isAtRest ? seen : await endpointChanges(request.endpoint, { platform, deployer }).settledEndpoint();
  const auth = checkEndpoint(endpoint, request);

  const deployments = endpoint === null ? [] : await platform.deployments(request.endpoint);
  const serving = servingOne(deployments, endpoint);
  const content: DeployedContent = {
    modelName,
    modelVersion,
    environmentVersion: platform.environmentVersion(request.image),
    instanceType: request.instanceType ?? serving?.instanceType ?? DEFAULT_INSTANCE_TYPE,
    instanceCount: request.instanceCount ?? serving?.instanceCount ?? 1,
  };
  const idle = deployments.filter((each) => each.isOurs && each.name !== serving?.name);
  const isServing = serving !== null && serving.state !== "failed" && isSameContent(serving, content);
  const made = isServing ? undefined : idle.find((each) => each.state === "ready" && isSameContent(each, content));
  const colour = isServing ? null : (made?.name ?? freeColour(deployments, serving, request.endpoint));
  const occupant = idle.find(({ name }) => name === colour);
  const region = await platform.region();
  const price = await platform.price(region, content.instanceType, request.currency);
  const cost = monthlyCost({ ...content, region }, price);
  const isSameType = serving?.instanceType.toLowerCase() === content.instanceType.toLowerCase();
  const servingPrice =
    serving === null || isSameType ? price : await platform.price(region, serving.instanceType, request.currency);
  return {
    endpoint: request.endpoint,
    image: request.image,
    auth,
    identityId: request.identityId,
    isEndpointNew: endpoint === null,
    content,
    probe,
    colour,
    atColour: occupant === undefined ? "nothing" : made === undefined ? otherOf(occupant, content) : "wanted",
    serving,
    leftovers: request.keepOld ? [] : idle.map(({ name }) => name).filter((name) => name !== colour),
    keepsOld: request.keepOld,
    cost,
    servingCost: serving === null ? null : monthlyCost({ ...serving, region }, servingPrice),
  };
}

async function wantedVersion(
  registry: PlanTools["registry"],
  { modelName, modelVersion }: DeployRequest,
): Promise<CloudModelVersion> {
  const versions = await registry.versions(modelName);
  const found = modelVersion === null ? versions[0] : versions.find(({ version }) => version === modelVersion);
  if (found === undefined) {
    throw problem(
      "cloud-model-missing",
      modelName,
      modelVersion,
      versions.map(({ version }) => version),
    );
  }
  return found;
}

function checkEndpoint(endpoint: EndpointStatus | null, request: DeployRequest): EndpointAuth {
  if (endpoint === null) return request.auth ?? "aad";
  if (!endpoint.isOurs) throw problem("endpoint-foreign", endpoint.name);
  if (endpoint.state === "deleting") throw problem("endpoint-busy", endpoint.name, "it is being deleted");
  if (endpoint.auth === null || (request.auth !== null && request.auth !== endpoint.auth)) {
    throw problem("endpoint-auth-fixed", endpoint.name, endpoint.auth);
  }
  return endpoint.auth;
}

function servingOne(
  deployments: readonly DeploymentStatus[],
  endpoint: EndpointStatus | null,
): DeploymentStatus | null {
  const serving = deployments.filter(({ name }) => (endpoint?.traffic.get(name) ?? 0) > 0);
  if (serving.length > 1) {
    throw problem(
      "traffic-split",
      endpoint!.name,
      serving.map(({ name }) => `${name} ${endpoint!.traffic.get(name)} %`),
    );
  }
  return serving[0] ?? null;
}

function otherOf(occupant: DeploymentStatus, content: DeployedContent): "unfinished" | "other" {
  return occupant.state === "changing" && isSameContent(occupant, content) ? "unfinished" : "other";
}

/** The one of the two that does not serve; a stranger's deployment of that name is left alone. */
function freeColour(
  deployments: readonly DeploymentStatus[],
  serving: DeploymentStatus | null,
  endpoint: string,
): string {
  const strangers = deployments.filter(({ isOurs }) => !isOurs).map(({ name }) => name);
  const free = COLOURS.find((colour) => colour !== serving?.name && !strangers.includes(colour));
  if (free === undefined) throw problem("endpoint-foreign", endpoint);
  return free;
}

/** Two that run the same answer alike. */
export function isSameContent(one: DeployedContent, other: DeployedContent): boolean {
  return (
    one.modelName === other.modelName &&
    one.modelVersion === other.modelVersion &&
    one.environmentVersion === other.environmentVersion &&
    one.instanceType.toLowerCase() === other.instanceType.toLowerCase() &&
    one.instanceCount === other.instanceCount
  );
}
