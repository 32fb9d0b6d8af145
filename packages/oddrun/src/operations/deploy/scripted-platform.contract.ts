import type { CloudModelVersion, CloudRegistry } from "./cloud-registry.ts";
import type { DeployPlan, DeployRequest, PlanTools } from "./deploy-plan.ts";
import { planDeployment } from "./deploy-plan.ts";
import { type Deployed, type DeployTools, deployModel } from "./deploy-model.ts";
import type { Deployer } from "./deploy-lock.ts";
import type { SmokeProbe } from "./deploy-smoke.ts";
import type {
  DeployerMark,
  DeploymentStatus,
  EndpointAuth,
  EndpointPlatform,
  EndpointStatus,
  ResourceState,
} from "./endpoint-platform.ts";
import { problem } from "../problems.ts";

type Settable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface ScriptedEndpoint {
  isOurs: boolean;
  state: ResourceState;
  auth: EndpointAuth;
  traffic: Map<string, number>;
  deployer: DeployerMark | null;
  deployments: Map<string, Settable<DeploymentStatus>>;
}

/** When a call of a port's member fails: before it did anything, or after it did all, its answer lost. */
export interface ScriptedFault {
  readonly call: number;
  readonly when: "before" | "after";
  readonly error?: Error;
}

export interface ScriptedPlatform extends EndpointPlatform {
  /** The cloud as it is. */
  readonly endpoints: Map<string, ScriptedEndpoint>;
  /** Each call of a member that asks or changes, in order: "createDeployment green". */
  readonly calls: string[];
  readonly environments: Set<string>;
  /** Set by tests. */
  fault: ScriptedFault | null;
  /** Run just before the call of that number. */
  meanwhile: ((call: string) => void) | null;
  /** What a deployment answers, by its name; without it as its model should. */
  readonly scoreOdd: Map<
    string,
    (tryCount: number) => { status: number; modelStatus: number | null; body: unknown } | null
  >;
  logText: string;
}

export const PROBE_SCORES = [0.4, 0.7] as const;

/** The hash that stands for a version's model. */
export const shaOf = (version: string): string => `sha-${version}`;

/** A cloud in memory that keeps the order that the real one asks for, and fails where a test says. */
export function scriptedPlatform(): ScriptedPlatform {
  const tries = new Map<string, number>();
  const found = (name: string): ScriptedEndpoint => {
    const endpoint = platform.endpoints.get(name);
    if (endpoint === undefined) throw problem("endpoint-not-found", name);
    return endpoint;
  };
  async function call<T>(what: string, act: () => T): Promise<T> {
    await Promise.resolve();
    platform.meanwhile?.(what);
    platform.calls.push(what);
    const { fault } = platform;
    const isHit = fault !== null && fault.call === platform.calls.length;
    const failure = () =>
      fault?.error ?? problem("endpoint-answer-unusable", "the cloud", `call ${fault?.call} failed`);
    if (isHit && fault.when === "before") throw failure();
    const result = act();
    if (isHit) throw failure();
    return result;
  }
  const statusOf = (name: string, endpoint: ScriptedEndpoint): EndpointStatus => ({
    ...endpoint,
    name,
    scoringUrl: `https://${name}.example`,
    traffic: new Map(endpoint.traffic),
  });
  const platform: ScriptedPlatform = {
    endpoints: new Map(),
    calls: [],
    environments: new Set(),
    fault: null,
    meanwhile: null,
    scoreOdd: new Map(),
    logText: "started",
    defaultName: "oddrun-test",
    region: () => call("region", () => "westeurope"),
    endpoint: (name) =>
      call(`endpoint ${name}`, () => {
        const endpoint = platform.endpoints.get(name);
        return endpoint === undefined ? null : statusOf(name, endpoint);
      }),
    deployments: (name) =>
      call("deployments", () => [...found(name).deployments.values()].map((each) => ({ ...each }))),
    deployment: (name, deployment) =>
      call(`deployment ${deployment}`, () => {
        const each = found(name).deployments.get(deployment);
        return each === undefined ? null : { ...each };
      }),
    environmentVersion: (image) => `env-${image}`,
    ensureEnvironment: (image) => call("ensureEnvironment", () => void platform.environments.add(`env-${image}`)),
    createEndpoint: ({ name, auth, deployer }) =>
      call(`createEndpoint ${name}`, () => {
        const made = {
          isOurs: true,
          state: "ready",
          auth,
          traffic: new Map(),
          deployer,
          deployments: new Map(),
        } as const;
        platform.endpoints.set(name, { ...made });
      }),
    mark: (name, deployer) =>
      call(`mark ${deployer === null ? "off" : deployer.runId}`, () => {
        found(name).deployer = deployer;
      }),
    setTraffic: (name, traffic) =>
      call(`setTraffic ${[...traffic].map(([each, percent]) => `${each}=${percent}`).join(",")}`, () => {
        const endpoint = found(name);
        for (const each of traffic.keys())
          if (!endpoint.deployments.has(each)) throw new Error(`no deployment ${each}`);
        endpoint.traffic = new Map(traffic);
      }),
    createDeployment: (name, deployment, content, runId) =>
      call(`createDeployment ${deployment}`, () => {
        if (!platform.environments.has(content.environmentVersion)) throw new Error("no such environment");
        const made = { ...content, name: deployment, isOurs: true, runId, state: "ready" } as const;
        found(name).deployments.set(deployment, { ...made });
      }),
    deleteDeployment: (name, deployment) =>
      call(`deleteDeployment ${deployment}`, () => {
        const endpoint = found(name);
        if ((endpoint.traffic.get(deployment) ?? 0) > 0) throw new Error(`${deployment} has traffic`);
        endpoint.deployments.delete(deployment);
        endpoint.traffic.delete(deployment);
      }),
    deleteEndpoint: (name) => call(`deleteEndpoint ${name}`, () => void platform.endpoints.delete(name)),
    logs: (_, deployment, container) => call(`logs ${deployment} ${container}`, () => platform.logText),
    key: () => call("key", () => "key-1"),
    scorer: async (name) => ({
      place: `Endpoint "${name}"`,
      auth: "aad",
      score: (_, wanted) =>
        call(`score ${wanted ?? "-"}`, () => {
          const { traffic, deployments } = found(name);
          const deployment = wanted ?? [...traffic].find(([, percent]) => percent > 0)?.[0] ?? "";
          const tryCount = (tries.get(deployment) ?? 0) + 1;
          tries.set(deployment, tryCount);
          const odd = platform.scoreOdd.get(deployment)?.(tryCount) ?? null;
          if (odd !== null) return odd;
          const serving = deployments.get(deployment);
          if (serving === undefined) return { status: 404, modelStatus: null, body: "" };
          const sha256 = shaOf(serving.modelVersion);
          const body = {
            predictions: [false, true],
            scores: [...PROBE_SCORES],
            reasons: [null, "odd"],
            model: { sha256 },
          };
          return { status: 200, modelStatus: null, body };
        }),
    }),
    price: () => call("price", () => ({ perHour: 0.2, currency: "USD" })),
    servingVersion: () => Promise.resolve(null),
    wait: () => Promise.resolve(),
  };
  return platform;
}

/** A registry with versions "1" to `count` of one model. */
export function scriptedRegistry(count: number): Pick<CloudRegistry, "versions" | "pull"> {
  const versions: CloudModelVersion[] = Array.from({ length: count }, (_, index) => ({
    name: "pipeline-anomaly",
    version: `${count - index}`,
    createdAtMs: null,
    modelUri: "",
    properties: new Map(),
  }));
  return {
    versions: (name) => Promise.resolve(versions.filter((version) => version.name === name)),
    pull: (_, version) => Promise.resolve([{ name: "model.json", bytes: new TextEncoder().encode(version) }]),
  };
}

export const testDeployer = (runId: string): Deployer => ({
  runId,
  now: () => Date.UTC(2026, 10, 20),
  isGone: (other) => other.startsWith("dead"),
  takeOver: false,
});

const probeOf: PlanTools["probeOf"] = ([file]): SmokeProbe => ({
  records: [{ duration: 300 }, { duration: 900 }],
  scores: PROBE_SCORES,
  modelSha256: shaOf(new TextDecoder().decode(file!.bytes)),
});

export const REQUEST: DeployRequest = {
  endpoint: "ep-test",
  modelName: "pipeline-anomaly",
  modelVersion: null,
  image: "image-1",
  instanceType: null,
  instanceCount: null,
  auth: null,
  identityId: null,
  keepOld: false,
  currency: "USD",
};

/** What would be done. */
export function planAll(
  platform: ScriptedPlatform,
  {
    versions = 1,
    request = {},
    deployer = testDeployer("run-1"),
  }: {
    readonly versions?: number | undefined;
    readonly request?: Partial<DeployRequest> | undefined;
    readonly deployer?: Deployer | undefined;
  },
): Promise<DeployPlan> {
  const registry = scriptedRegistry(versions);
  return planDeployment({ ...REQUEST, ...request }, { platform, registry, deployer, probeOf });
}

export interface DeployRun {
  readonly deployed: Deployed;
  readonly said: readonly string[];
}

/** Plans and carries out at once, as the command does once it has consent. */
export async function deployAll(
  platform: ScriptedPlatform,
  options: {
    readonly versions?: number;
    readonly request?: Partial<DeployRequest>;
    readonly deployer?: Deployer;
    readonly isStopped?: () => boolean;
    readonly afterStop?: (tools: DeployTools) => DeployTools;
    readonly said?: string[];
  } = {},
): Promise<DeployRun> {
  const { deployer = testDeployer("run-1"), isStopped = () => false, said = [] } = options;
  const plan = await planAll(platform, options);
  const tools: DeployTools = { platform, deployer, isStopped, say: (line) => said.push(line) };
  const { afterStop } = options;
  const deployed = await deployModel(
    plan,
    afterStop === undefined ? tools : { ...tools, afterStop: () => afterStop(tools) },
  );
  return { deployed, said };
}
