import { endpointChanges } from "./deploy-change.ts";
import { checkNobodyElse, checkStillOurs, type Deployer, otherDeployer } from "./deploy-lock.ts";
import { type DeployPlan, isSameContent } from "./deploy-plan.ts";
import { putBack } from "./deploy-roll-back.ts";
import { smokeTest } from "./deploy-smoke.ts";
import type { EndpointPlatform, EndpointStatus, EndpointToMake } from "./endpoint-platform.ts";
import { Problem, problem } from "../problems.ts";

/** Within this a new role is known nearly always; making the deployment takes some minutes besides. */
const PULL_WAIT_MS = 180_000;

const MAYBE_LEFT = "What served goes on serving; a new deployment may be there and cost.";
const OLD_LEFT = "The new deployment serves; an old one may be there still and cost.";
const STILL_SERVED = "What serves goes on serving.";
const EMPTY_LEFT = `The endpoint may be there; empty it costs nothing, and "--delete" takes it away.`;

export interface DeployTools {
  readonly platform: EndpointPlatform;
  readonly deployer: Deployer;
  /** True once the command is to stop. */
  readonly isStopped: () => boolean;
  /** After a stop: tools that work for a short time more, to take back what costs. Without it nothing is asked any more. */
  readonly afterStop?: () => DeployTools;
  /** These are such tools: nothing that Azure is at is waited for. */
  readonly isHurried?: boolean;
  /** One line on what was done or is being done. */
  readonly say: (line: string) => void;
}

export interface Deployed {
  /** False when all of it was there already. */
  readonly isChanged: boolean;
  readonly deployment: string;
  readonly scoringUrl: string | null;
  /** What served before and was deleted, in the order deleted. */
  readonly removed: readonly string[];
}

/**
 * Carries a plan out: the new deployment is made beside the old one, tried, and only then given the traffic; the old one goes last.
 * Whatever fails leaves the traffic where it was and takes the new deployment away.
 */
export async function deployModel(plan: DeployPlan, tools: DeployTools): Promise<Deployed> {
  const { platform, deployer } = tools;
  const { endpoint } = plan;
  if (plan.colour === null && plan.leftovers.length === 0) {
    const found = await platform.endpoint(endpoint);
    // left by a run that ended with its work done
    if (found !== null && found.deployer !== null && otherDeployer(found, deployer) === null)
      await platform.mark(endpoint, null);
    const { scoringUrl = null } = found ?? {};
    return { isChanged: false, deployment: plan.serving!.name, scoringUrl, removed: [] };
  }
  try {
    if (plan.colour !== null) await platform.ensureEnvironment(plan.image);
    checkAsPlanned(plan, await takeEndpoint(plan, tools));
    if (plan.colour !== null) await exchange(plan, plan.colour, tools);
    const removed = await clearUp(plan, tools);
    const { scoringUrl } = await checkStillOurs(platform, endpoint, deployer);
    return { isChanged: true, deployment: plan.colour ?? plan.serving!.name, scoringUrl, removed };
  } catch (error) {
    if (!tools.isStopped() || error instanceof Problem) throw error;
    throw problem("deploy-interrupted", endpoint, plan.isEndpointNew ? EMPTY_LEFT : STILL_SERVED);
  } finally {
    const giveBack = (able: DeployTools) => giveBackEndpoint(endpoint, able).catch(() => undefined);
    if (!tools.isStopped()) await giveBack(tools);
    // by now it may be: without the time for it the mark of a run that has ended holds nobody up for long
    const able = tools.isStopped() ? tools.afterStop?.() : undefined;
    if (able !== undefined) await giveBack(able);
  }
}

/** Takes our mark away, and nobody else's. */
async function giveBackEndpoint(endpoint: string, tools: DeployTools): Promise<void> {
  if (await isMarkOurs(endpoint, tools)) await endpointChanges(endpoint, tools).mark(null);
}

async function isMarkOurs(endpoint: string, { platform, deployer }: DeployTools): Promise<boolean> {
  return (await platform.endpoint(endpoint))?.deployer?.runId === deployer.runId;
}

/** Between the plan and the mark there may be a person who thinks about the cost, and another who deploys. */
function checkAsPlanned({ endpoint, serving }: DeployPlan, { traffic }: EndpointStatus): void {
  const names = [...traffic].filter(([, percent]) => percent > 0).map(([name]) => name);
  if (names.join() !== (serving?.name ?? ""))
    throw problem("endpoint-busy", endpoint, "its traffic has been changed since this run looked at it");
}

async function takeEndpoint(plan: DeployPlan, tools: DeployTools): Promise<EndpointStatus> {
  const { platform, deployer, say } = tools;
  const changes = endpointChanges(plan.endpoint, tools);
  const mark = { runId: deployer.runId, sinceMs: deployer.now() };
  const { endpoint: name, auth, identityId } = plan;
  if (plan.isEndpointNew) {
    say(`Making endpoint ${name}`);
    await makeEndpoint({ name, auth, identityId, deployer: mark }, tools);
  } else {
    // an earlier run may have left the cloud at work
    await changes.settledEndpoint();
    await changes.mark(mark);
  }
  return await checkStillOurs(platform, name, deployer);
}

/** Of two that make one endpoint the second is refused, or overwrites the first: whose mark is on it in the end has made it. */
async function makeEndpoint(wanted: EndpointToMake, tools: DeployTools): Promise<void> {
  try {
    await tools.platform.createEndpoint(wanted);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "endpoint-busy") throw error;
    const made = await endpointChanges(wanted.name, tools).settledEndpoint();
    checkNobodyElse(made, tools.deployer);
    if (made?.state !== "ready") throw error;
  }
}

/** Makes the new deployment, tries it and gives it the traffic; or puts all back and says why. */
async function exchange(plan: DeployPlan, colour: string, tools: DeployTools): Promise<void> {
  const { platform, deployer, say } = tools;
  const { endpoint, content, probe } = plan;
  const changes = endpointChanges(endpoint, tools);
  let made: "not" | "now" | "before" = "not";
  try {
    if (await isMadeByNow(plan, colour, tools)) made = "before";
    else {
      say(
        `Making deployment ${colour}: ${content.modelName} version ${content.modelVersion}, which takes some minutes`,
      );
      made = "now";
      await makeDeployment(plan, colour, tools);
    }
    const scorer = await platform.scorer(endpoint);
    say(`Trying ${colour} with ${probe.records.length} records`);
    await smokeTest(scorer, probe, colour, (ms) => platform.wait(ms));
    await checkStillOurs(platform, endpoint, deployer);
    say(`Giving ${colour} the traffic`);
    await changes.setTraffic(new Map([[colour, 100]]));
    await smokeTest(scorer, probe, null, (ms) => platform.wait(ms));
  } catch (error) {
    if (tools.isStopped()) {
      const able = made === "not" ? undefined : tools.afterStop?.();
      const state = able === undefined ? MAYBE_LEFT : await putBack(plan, colour, made === "before", able);
      throw problem("deploy-interrupted", endpoint, state);
    }
    // busy with what another run does, that one's work is left alone; busy with anything else, ours is taken back as always
    const isBusy = error instanceof Problem && error.code === "endpoint-busy";
    if (isBusy && !(await isMarkOurs(endpoint, tools).catch(() => false))) throw error;
    const state = made === "not" ? "Nothing was changed." : await putBack(plan, colour, made === "before", tools);
    if (!(error instanceof Problem)) throw error;
    throw problem("deploy-failed", endpoint, error.message, state);
  }
}

/** Makes it; once more after a while when a new endpoint may not pull the image, since its role is not known everywhere at once. */
async function makeDeployment(plan: DeployPlan, colour: string, tools: DeployTools): Promise<void> {
  const { platform, deployer, say } = tools;
  const changes = endpointChanges(plan.endpoint, tools);
  try {
    await changes.createDeployment(colour, plan.content);
  } catch (error) {
    if (!plan.isEndpointNew || !isPullFailure(error)) throw error;
    say(
      `The image could not be pulled. The new endpoint's identity may not be known to the registry yet: once more in ${PULL_WAIT_MS / 60_000} min`,
    );
    await checkStillOurs(platform, plan.endpoint, deployer);
    await changes.deleteDeployment(colour);
    await platform.wait(PULL_WAIT_MS);
    await changes.createDeployment(colour, plan.content);
  }
}

/** By Azure's own sentence, which its troubleshooting guide lists under BadArgument; there is no code for it. */
function isPullFailure(error: unknown): boolean {
  return (
    error instanceof Problem &&
    error.code === "azure-operation-failed" &&
    /unable to download user container image/i.test(error.message)
  );
}

/** The colour may be taken by what a former run left: true when that is what is wanted, else it is deleted, if the plan said so. */
async function isMadeByNow(plan: DeployPlan, colour: string, tools: DeployTools): Promise<boolean> {
  const changes = endpointChanges(plan.endpoint, tools);
  const left = await changes.settledDeployment(colour);
  if (left === null) return false;
  if (left.state === "ready" && isSameContent(left, plan.content)) return true;
  if (plan.atColour === "nothing")
    throw problem("endpoint-busy", plan.endpoint, `${colour} has been made since this run looked at it`);
  tools.say(`Deleting ${colour}, left by an earlier run`);
  await changes.deleteDeployment(colour);
  return false;
}

/** Deletes what no longer serves. The new one stays whatever happens here: it is tried and has the traffic. */
async function clearUp(
  plan: DeployPlan,
  { platform, deployer, say, isStopped }: DeployTools,
): Promise<readonly string[]> {
  const { endpoint, colour, serving } = plan;
  const old = colour !== null && serving?.isOurs === true && !plan.keepsOld ? [serving.name] : [];
  const names = [...old, ...plan.leftovers.filter((name) => name !== colour)];
  for (const [index, name] of names.entries()) {
    try {
      await checkStillOurs(platform, endpoint, deployer);
      say(`Deleting ${name}`);
      await endpointChanges(endpoint, { platform, deployer }).deleteDeployment(name);
    } catch (error) {
      if (isStopped()) throw problem("deploy-interrupted", endpoint, OLD_LEFT);
      if (!(error instanceof Problem) || error.code === "endpoint-busy") throw error;
      throw problem("old-deployment-left", endpoint, names.slice(index), error.message);
    }
  }
  return names;
}
