import { openRejectFile, type RejectFile } from "../../adapters/files/reject-file.ts";
import { checkEndpointName } from "../../operations/deploy/endpoint-names.ts";
import type { EndpointScorer } from "../../operations/deploy/endpoint-platform.ts";
import { scoreThroughEndpoint } from "../../operations/deploy/endpoint-score.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { azureContext, loadAzure } from "../azure.ts";
import { workspaceName } from "../azure-settings.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { rejectPath } from "../options.ts";
import { scoredSource, scoreFile } from "./score-file.ts";

const WANTED = '"oddrun score --endpoint"';

/** Scores records behind an endpoint instead of with a model here. */
export async function scoreByEndpoint(input: CommandInput, context: CommandContext): Promise<number> {
  if (input.isSet("model-dir")) throw problem("bad-usage", "--model-dir and --endpoint: choose one of them.");
  const deployment = input.text("deployment") ?? null;
  if (deployment !== null && !/^[A-Za-z][A-Za-z0-9-]{1,31}$/.test(deployment))
    throw problem("bad-usage", `"${printable(deployment)}" cannot be the name of a deployment.`);
  const scorer = await scorerOf(input, context);
  const models = new Set<string>();
  const rejects = input.isSet("skip-bad") ? await refusedFile(input) : null;
  let refusedCount = 0;
  try {
    await scoreFile(input, context, {
      scored: (batches) =>
        scoreThroughEndpoint(scorer, batches, {
          deployment,
          answeredBy: (sha256) => models.add(sha256),
          passOver:
            rejects === null
              ? null
              : async (id, what) => {
                  refusedCount += 1;
                  await rejects.file.add(what, id);
                },
        }),
    });
    await rejects?.file.commit();
  } finally {
    await rejects?.file.abort();
  }
  if (rejects !== null && refusedCount > 0)
    context.stderr.write(`${refusedCount} records were refused by the endpoint; ${rejects.path} says why.\n`);
  if (models.size > 1) {
    context.stderr.write(
      `Note: ${models.size} models answered, since the endpoint's traffic is shared or changed meanwhile.\n`,
    );
  }
  return 0;
}

async function scorerOf(input: CommandInput, context: CommandContext): Promise<EndpointScorer> {
  const endpoint = input.text("endpoint") ?? "";
  if (/^\w+:\/\//.test(endpoint)) {
    const key = context.env["ODDRUN_ENDPOINT_KEY"] ?? "";
    if (key === "") throw problem("bad-usage", "An endpoint by its address needs its key in ODDRUN_ENDPOINT_KEY.");
    return (await loadAzure(WANTED)).connectEndpoint({ url: endpoint, key }, azureContext(context));
  }
  checkEndpointName(endpoint);
  const name = workspaceName(input, context.env, WANTED);
  return await (await loadAzure(WANTED)).connectWorkspace(name, azureContext(context)).endpoints.scorer(endpoint);
}

/** Records that the file's reader took and the endpoint did not: beside the file of those that the reader did not take. */
async function refusedFile(input: CommandInput): Promise<{ readonly file: RejectFile; readonly path: string }> {
  const path = rejectPath(scoredSource(input), input).replace(/(\.csv)?$/, ".endpoint.csv");
  return { path, file: await openRejectFile(path, { force: input.isSet("force") }) };
}
