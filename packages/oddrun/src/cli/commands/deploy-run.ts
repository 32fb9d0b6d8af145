import type { AzureConnection } from "../../operations/deploy/azure.ts";
import { type DeployTools, deployModel } from "../../operations/deploy/deploy-model.ts";
import { planDeployment } from "../../operations/deploy/deploy-plan.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { hasConsent } from "./deploy-consent.ts";
import { deployRequest, probeOf, thisDeployer } from "./deploy-settings.ts";
import { deployedText, planText } from "./deploy-text.ts";

/** After a stop, what was made is taken back within this; a second stop ends it at once. */
const UNDO_MAX_MS = 60_000;

/** Plans, shows what it does and costs, asks, and carries it out. */
export async function deploy(
  input: CommandInput,
  context: CommandContext,
  connect: (signal: AbortSignal) => AzureConnection,
  endpoint: string,
): Promise<number> {
  const { endpoints: platform, registry, place } = connect(context.signal);
  const request = deployRequest(input, context.env, endpoint);
  const deployer = thisDeployer(input, context);
  const isJson = input.isSet("json");
  const plan = await planDeployment(request, { platform, registry, deployer, probeOf });
  const isChange = plan.colour !== null || plan.leftovers.length > 0;
  if (isChange) {
    const what = planText(plan, place);
    if (!(await hasConsent(input, context, what))) {
      context.stderr.write("Nothing was changed.\n");
      return 0;
    }
    // who said --yes has not seen it yet
    if (input.isSet("yes")) context.stderr.write(what);
  }
  const say = (line: string) => void context.stderr.write(`${line}\n`);
  let undoing: DeployTools | null = null;
  const afterStop = (): DeployTools => {
    if (undoing !== null) return undoing;
    say(`Stopping: what was made is taken back, for ${UNDO_MAX_MS / 1000} s at most. Stop once more to leave at once.`);
    const limit = AbortSignal.timeout(UNDO_MAX_MS);
    const { endpoints } = connect(limit);
    undoing = { platform: endpoints, deployer, say, isStopped: () => limit.aborted, isHurried: true };
    return undoing;
  };
  const deployed = await deployModel(plan, {
    platform,
    deployer,
    say,
    isStopped: () => context.signal.aborted,
    afterStop,
  });
  const { content, cost } = plan;
  context.stdout.write(
    isJson ? jsonText({ endpoint, ...deployed, ...content, image: request.image, cost }) : deployedText(deployed, plan),
  );
  return 0;
}
