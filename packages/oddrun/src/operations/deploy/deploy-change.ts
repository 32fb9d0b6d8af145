import { checkNobodyElse, type Deployer } from "./deploy-lock.ts";
import type { DeployedContent, DeployerMark, EndpointPlatform, ResourceState } from "./endpoint-platform.ts";
import { Problem, problem } from "../problems.ts";

/** Work of the cloud on a thing is waited for at most so long: half an hour. */
const SETTLE_TRIES = 120;
const SETTLE_WAIT_MS = 15_000;
/** So often a change is sent that the cloud refuses because another one is under way. */
const CHANGE_TRIES = 4;

export interface Changer {
  readonly platform: EndpointPlatform;
  readonly deployer: Deployer;
}

/** The changes of one endpoint. Each is done when it returns, also when the answer that said so was lost on its way. */
export interface EndpointChanges {
  /** Answers with null when there is nothing; waits while the cloud is at work on it. */
  settledEndpoint(): ReturnType<EndpointPlatform["endpoint"]>;
  settledDeployment(name: string): ReturnType<EndpointPlatform["deployment"]>;
  mark(deployer: DeployerMark | null): Promise<void>;
  setTraffic(traffic: ReadonlyMap<string, number>): Promise<void>;
  createDeployment(name: string, content: DeployedContent): Promise<void>;
  deleteDeployment(name: string): Promise<void>;
}

export function endpointChanges(endpoint: string, { platform, deployer }: Changer): EndpointChanges {
  async function settled<T extends { readonly state: ResourceState }>(look: () => Promise<T | null>) {
    for (let tryCount = 1; ; tryCount += 1) {
      const found = await look();
      if (found === null || found.state === "ready" || found.state === "failed") return found;
      if (tryCount === SETTLE_TRIES) throw problem("endpoint-busy", endpoint, "Azure is still at work on it");
      await platform.wait(SETTLE_WAIT_MS);
    }
  }
  const settledEndpoint = () => settled(() => platform.endpoint(endpoint));
  const settledDeployment = (name: string) => settled(() => platform.deployment(endpoint, name));

  /**
   * A request whose answer is lost is sent again, and then refused because of the work that the first one began. So a refusal is
   * looked into: it is done once the cloud has come to rest and all is as it was to be.
   */
  async function persist(change: () => Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
    for (let tryCount = 1; ; tryCount += 1) {
      try {
        await change();
        return;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== "endpoint-busy" || tryCount === CHANGE_TRIES) throw error;
        checkNobodyElse(await settledEndpoint(), deployer);
        if (await isDone()) return;
        await platform.wait(SETTLE_WAIT_MS);
      }
    }
  }

  return {
    settledEndpoint,
    settledDeployment,
    mark: (wanted) =>
      persist(
        () => platform.mark(endpoint, wanted),
        async () => ((await settledEndpoint())?.deployer?.runId ?? null) === (wanted?.runId ?? null),
      ),
    setTraffic: (traffic) =>
      persist(
        () => platform.setTraffic(endpoint, traffic),
        async () => isSameTraffic((await settledEndpoint())?.traffic ?? new Map(), traffic),
      ),
    createDeployment: (name, content) =>
      persist(
        () => platform.createDeployment(endpoint, name, content, deployer.runId),
        async () => {
          const made = await settledDeployment(name);
          return made?.state === "ready" && made.runId === deployer.runId;
        },
      ),
    deleteDeployment: (name) =>
      persist(
        () => platform.deleteDeployment(endpoint, name),
        async () => (await settledDeployment(name)) === null,
      ),
  };
}

function isSameTraffic(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return [...one.keys(), ...other.keys()].every((name) => (one.get(name) ?? 0) === (other.get(name) ?? 0));
}
