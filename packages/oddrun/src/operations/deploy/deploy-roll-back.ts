import { endpointChanges } from "./deploy-change.ts";
import { checkStillOurs } from "./deploy-lock.ts";
import type { DeployTools } from "./deploy-model.ts";
import type { DeployPlan } from "./deploy-plan.ts";
import type { ContainerName } from "./endpoint-platform.ts";
import { Problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

const LOG_LINES = 30;
const LOG_LINE_CHARS = 300;
const CONTAINERS: readonly ContainerName[] = ["storage-initializer", "inference-server"];

/**
 * After a failure: shows what the new deployment's containers said, gives the traffic back and takes the new deployment away.
 * `wasThere`: it was made by an earlier run.
 * @returns in words how things stand now.
 */
export async function putBack(
  plan: DeployPlan,
  colour: string,
  wasThere: boolean,
  tools: DeployTools,
): Promise<string> {
  const { platform, deployer, isHurried = false } = tools;
  const { endpoint, serving } = plan;
  const changes = endpointChanges(endpoint, tools);
  const before = serving === null ? "nothing serves, as before" : `${serving.name} serves as before`;
  try {
    const { traffic } = await checkStillOurs(platform, endpoint, deployer);
    const made = await (isHurried ? platform.deployment(endpoint, colour) : changes.settledDeployment(colour));
    if (made === null && isHurried)
      return `${before}, and ${colour} was not there when looked for: "oddrun deploy azureml ${endpoint} --status" shows whether it came after all.`;
    if (made !== null && !wasThere && made.runId !== deployer.runId) return `Another run made ${colour}; ${before}.`;
    if (made !== null && !isHurried) await showLogs(endpoint, colour, tools);
    if ((traffic.get(colour) ?? 0) > 0) {
      tools.say(`Giving the traffic back to ${serving?.name ?? "nothing"}`);
      await changes.setTraffic(serving === null ? new Map() : new Map([[serving.name, 100]]));
    }
    // only a test that it failed is reason to delete what somebody may have kept
    if (wasThere && isHurried && made !== null)
      return `It was undone: ${before}, and ${colour}, which was there before, stays and costs.`;
    if (made !== null) {
      tools.say(`Deleting ${colour}`);
      await changes.deleteDeployment(colour);
    }
    const empty = plan.isEndpointNew ? " The new endpoint is empty and costs nothing; a repeated command uses it." : "";
    return `It was undone: ${before}, and ${colour} is deleted.${empty}`;
  } catch (error) {
    if (!(error instanceof Problem) && !tools.isStopped()) throw error;
    const why =
      error instanceof Problem ? error.message : isHurried ? "there was no more time." : "the command was to stop.";
    return `It could not be undone: ${why} ${colour} may be there and cost; repeat the command, it goes on from what it finds.`;
  }
}

/** The last lines of each container that says something, made harmless. */
export async function showLogs(endpoint: string, deployment: string, { platform, say }: DeployTools): Promise<void> {
  for (const container of CONTAINERS) {
    const text = await platform.logs(endpoint, deployment, container, LOG_LINES).catch((error: unknown) => {
      if (error instanceof Problem) return `(no log: ${error.message})`;
      throw error;
    });
    const lines = logLines(text, LOG_LINES);
    if (lines.length === 0) continue;
    say(`Log of ${deployment}, ${container}:`);
    for (const line of lines) say(`  ${line}`);
  }
}

/** The last lines of a log from outside, each on one line of its own with nothing invisible in it. */
export function logLines(text: string, lineCount: number): readonly string[] {
  return text
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.trim() !== "")
    .slice(-lineCount)
    .map((line) => printable(line, LOG_LINE_CHARS));
}
