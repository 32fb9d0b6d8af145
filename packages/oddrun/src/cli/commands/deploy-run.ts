import type { AzureConnection } from "../../operations/azure.ts";
import { deployModel } from "../../operations/deploy-model.ts";
import { planDeployment } from "../../operations/deploy-plan.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { hasConsent } from "./deploy-consent.ts";
import { deployRequest, probeOf, thisDeployer } from "./deploy-settings.ts";
import { deployedText, planText } from "./deploy-text.ts";

/** Plans, shows what it does and costs, asks, and carries it out. */
export async function deploy(
  input: CommandInput,
  context: CommandContext,
  { endpoints: platform, registry, place }: AzureConnection,
  endpoint: string,
): Promise<number> {
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
  const deployed = await deployModel(plan, {
    platform,
    deployer,
    isStopped: () => context.signal.aborted,
    say: (line) => context.stderr.write(`${line}\n`),
  });
  const { content, cost } = plan;
  context.stdout.write(
    isJson ? jsonText({ endpoint, ...deployed, ...content, image: request.image, cost }) : deployedText(deployed, plan),
  );
  return 0;
}
