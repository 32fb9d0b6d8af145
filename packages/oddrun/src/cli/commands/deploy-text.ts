import type { Deployed } from "../../operations/deploy/deploy-model.ts";
import type { EndpointReport } from "../../operations/deploy/deploy-manage.ts";
import type { DeployPlan } from "../../operations/deploy/deploy-plan.ts";
import { costText, shortCostText } from "../../operations/deploy/endpoint-cost.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { columns } from "../text-table.ts";

/** What a deployment would do and cost, a few lines. */
export function planText(plan: DeployPlan, place: string): string {
  const { endpoint, colour, atColour, content, serving, isEndpointNew, auth, leftovers } = plan;
  const model = `${content.modelName} version ${content.modelVersion}`;
  const lines = [`${isEndpointNew ? "New endpoint" : "Endpoint"} ${endpoint} (${authText(auth)}), ${place}.`];
  if (colour === null) lines.push(`${serving!.name} serves ${model} already.`);
  else {
    const before = serving === null ? "" : `, in place of ${shownModel(serving)} (${serving.name})`;
    lines.push(`Deployment ${colour}${atColour === "wanted" ? ", made already," : ""} is to serve ${model}${before}.`);
  }
  const replaced = colour === null ? null : serving;
  const isKept = plan.keepsOld || replaced?.isOurs === false;
  const old = replaced !== null && !isKept ? [replaced.name] : [];
  const idle = [...(atColour === "other" ? [colour] : []), ...leftovers].map((name) => `${name} (without traffic)`);
  const doomed = [...old, ...idle];
  if (doomed.length > 0) lines.push(`To be deleted: ${doomed.join(", ")}.`);
  if (atColour === "unfinished") lines.push(`${colour}, which Azure is still making, is deleted if it fails.`);
  if (atColour === "wanted") lines.push(`${colour} is tried first, and deleted if it fails its test.`);
  lines.push(costText(plan.cost, deleteCommand(endpoint)));
  if (replaced !== null) {
    const name = replaced.isOurs ? replaced.name : `${replaced.name}, which Oddrun did not make,`;
    const besides = `(${shortCostText(plan.servingCost!)})`;
    lines.push(
      isKept
        ? `${name} stays and costs on top of that ${besides}.`
        : `While ${atColour === "wanted" ? `${colour} is tried` : "the new one is made and tried"}, ${name} costs too ${besides}.`,
    );
  }
  return `${lines.join("\n")}\n`;
}

export function deleteCommand(endpoint: string): string {
  return `oddrun deploy azureml ${endpoint} --delete`;
}

export function deployedText({ isChanged, deployment, scoringUrl, removed }: Deployed, plan: DeployPlan): string {
  const { endpoint, content } = plan;
  const model = `${content.modelName} version ${content.modelVersion}`;
  const what = isChanged
    ? `${endpoint} serves ${model} (${deployment}, 100 % of the traffic).`
    : `Nothing to do: ${endpoint} serves ${model} with this image already (${deployment}).`;
  const gone = removed.length === 0 ? "" : ` Deleted: ${removed.join(", ")}.`;
  return `${what}${gone}\nScore with: oddrun score --endpoint ${endpoint}\nAddress: ${printable(scoringUrl ?? "none yet", 300)}\n`;
}

export function reportText({ endpoint, deployments }: EndpointReport): string {
  const mark = endpoint.deployer;
  const lines = [
    `Endpoint ${endpoint.name}: ${endpoint.state}, ${endpoint.auth === null ? "a way to sign in that Oddrun does not use" : authText(endpoint.auth)}${endpoint.isOurs ? "" : ", not made by Oddrun"}.`,
    `Address: ${printable(endpoint.scoringUrl ?? "none yet", 300)}`,
    ...(mark === null
      ? []
      : [
          `Deploying: run ${printable(mark.runId)} since ${new Date(mark.sinceMs).toISOString().slice(0, 16)}Z. It may have ended without a word; "--take-over" then goes on.`,
        ]),
  ];
  if (deployments.length === 0) return `${lines.join("\n")}\nNo deployment: it answers nothing and costs nothing.\n`;
  const rows = deployments.map((each) => [
    printable(each.name),
    each.state,
    `${each.trafficPercent} %`,
    shownModel(each),
    `${each.instanceCount} x ${printable(each.instanceType)}`,
    each.cost.perMonth === null ? "unknown" : `${each.cost.perMonth.toFixed(2)} ${each.cost.price!.currency}`,
  ]);
  const table = columns([["deployment", "state", "traffic", "model", "instances", "a month"], ...rows]);
  return `${[...lines, ...table].join("\n")}\nIt costs until "${deleteCommand(endpoint.name)}".\n`;
}

function authText(auth: "aad" | "key"): string {
  return auth === "aad" ? "sign-in by Entra" : "sign-in by key";
}

function shownModel({
  modelName,
  modelVersion,
}: {
  readonly modelName: string;
  readonly modelVersion: string;
}): string {
  return modelName === "" ? "another model" : `${printable(modelName)} version ${printable(modelVersion)}`;
}
