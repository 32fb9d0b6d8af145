import { checkNobodyElse, type Deployer } from "./deploy-lock.ts";
import type { DeploymentStatus, EndpointPlatform, EndpointStatus } from "./endpoint-platform.ts";
import { type MonthlyCost, monthlyCost } from "./endpoint-cost.ts";
import { problem } from "../problems.ts";

export interface EndpointReport {
  readonly endpoint: EndpointStatus;
  readonly deployments: readonly (DeploymentStatus & { readonly trafficPercent: number; readonly cost: MonthlyCost })[];
}

/** The endpoint and all behind it, with what it costs. */
export async function reportEndpoint(
  platform: EndpointPlatform,
  name: string,
  currency: string,
): Promise<EndpointReport> {
  const endpoint = await existing(platform, name);
  const region = await platform.region();
  const priceByType = new Map<string, Awaited<ReturnType<EndpointPlatform["price"]>>>();
  const deployments = await platform.deployments(name);
  for (const { instanceType } of deployments)
    if (!priceByType.has(instanceType))
      priceByType.set(instanceType, await platform.price(region, instanceType, currency));
  return {
    endpoint,
    deployments: deployments.map((each) => ({
      ...each,
      trafficPercent: endpoint.traffic.get(each.name) ?? 0,
      cost: monthlyCost({ ...each, region }, priceByType.get(each.instanceType)!),
    })),
  };
}

/** Shares the requests out among deployments that are there; answers with those that get none from now on, and cost as before. */
export async function shiftTraffic(
  platform: EndpointPlatform,
  name: string,
  traffic: ReadonlyMap<string, number>,
  deployer: Deployer,
): Promise<readonly string[]> {
  const endpoint = await existing(platform, name);
  if (!endpoint.isOurs) throw problem("endpoint-foreign", name);
  checkNobodyElse(endpoint, deployer);
  const deployments = await platform.deployments(name);
  for (const [deployment, percent] of traffic) {
    const found = deployments.find((each) => each.name === deployment);
    const there = deployments.map((each) => each.name).join(", ") || "none";
    if (found === undefined)
      throw problem("bad-usage", `Endpoint ${name} has no deployment ${deployment}; there: ${there}.`);
    if (percent > 0 && found.state !== "ready")
      throw problem("bad-usage", `Deployment ${deployment} is not ready for requests (${found.state}).`);
  }
  await platform.setTraffic(name, traffic);
  return deployments.map((each) => each.name).filter((each) => (traffic.get(each) ?? 0) === 0);
}

/** Deletes the endpoint with all behind it; false when there was none. */
export async function removeEndpoint(platform: EndpointPlatform, name: string, deployer: Deployer): Promise<boolean> {
  const endpoint = await platform.endpoint(name);
  if (endpoint === null) return false;
  if (!endpoint.isOurs) throw problem("endpoint-foreign", name);
  checkNobodyElse(endpoint, deployer);
  await platform.deleteEndpoint(name);
  return true;
}

/** @throws Problem "endpoint-not-found", "endpoint-without-key" */
export async function endpointKey(platform: EndpointPlatform, name: string): Promise<string> {
  const { auth } = await existing(platform, name);
  if (auth !== "key") throw problem("endpoint-without-key", name);
  return await platform.key(name);
}

/** @throws Problem "endpoint-not-found" */
export async function existing(platform: EndpointPlatform, name: string): Promise<EndpointStatus> {
  const endpoint = await platform.endpoint(name);
  if (endpoint === null) throw problem("endpoint-not-found", name);
  return endpoint;
}
