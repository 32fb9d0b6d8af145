import type { EndpointPlatform } from "../../operations/deploy/endpoint-platform.ts";
import { Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { WORKSPACE_OPTIONS, workspaceName } from "../azure-settings.ts";
import { MODEL_NAME_OPTION } from "../cloud-registration.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { oneOf, wholeNumber } from "../options.ts";

/** What the command can do besides deploying; one at a time. */
const DEEDS = ["status", "logs", "traffic", "key", "delete"] as const;

export const deployCommand: CommandSpec = {
  name: "deploy",
  summary: "Serve a registered model behind an Azure Machine Learning endpoint",
  args: [
    { name: "target", description: "Where to: azureml", required: true },
    { name: "endpoint", description: "Name of the endpoint; as --endpoint", required: false },
  ],
  options: [
    {
      name: "endpoint",
      value: "NAME",
      description: "Name of the endpoint: 3 to 32 letters, digits and dashes",
      defaultText: "AZURE_ML_ENDPOINT, else one of this workspace's own",
    },
    ...WORKSPACE_OPTIONS,
    MODEL_NAME_OPTION,
    { name: "model-version", value: "N", description: "Its version", defaultText: "the newest" },
    {
      name: "image",
      value: "IMAGE",
      description: "Scoring image by its digest: REGISTRY/oddrun-scoring@sha256:DIGEST",
      defaultText: "ODDRUN_SCORING_IMAGE",
    },
    {
      name: "instance-type",
      value: "SIZE",
      description: "Machine of each instance",
      defaultText: "as what serves now, else Standard_DS2_v2",
    },
    { name: "instances", value: "COUNT", description: "How many", defaultText: "as what serves now, else 1" },
    {
      name: "auth",
      value: "WAY",
      description: "How callers sign in: aad (Entra) or key; fixed once the endpoint is there",
      defaultText: "aad",
    },
    {
      name: "identity",
      value: "ID",
      description: "User-assigned identity of a new endpoint; it needs AcrPull and Storage Blob Data Reader",
      defaultText: "one that Azure makes",
    },
    { name: "currency", value: "CODE", description: "Currency of prices", defaultText: "USD" },
    { name: "keep-old", description: "Leave what served before in place, without traffic; it goes on costing" },
    { name: "yes", description: "Go on without asking: costs money, or deletes" },
    { name: "take-over", description: "Go on although another run seems to be deploying" },
    { name: "json", description: "Print as JSON" },
    { name: "status", description: "Show the endpoint, what is behind it and what it costs" },
    { name: "logs", description: "Show the last lines of a deployment's containers" },
    { name: "lines", value: "COUNT", description: "With --logs: how many", defaultText: "100" },
    {
      name: "container",
      value: "NAME",
      description: "With --logs: storage-initializer or inference-server",
      defaultText: "inference-server",
    },
    {
      name: "deployment",
      value: "NAME",
      description: "With --logs: which deployment",
      defaultText: "the one with most traffic, else the last made",
    },
    { name: "traffic", value: "SHARES", description: "Share the requests out: blue=90,green=10" },
    { name: "key", description: "Print the endpoint's key (--auth key), and nothing else" },
    { name: "delete", description: "Delete the endpoint and all behind it: the end of its cost" },
  ],
  async run(input, context) {
    const [target] = input.args;
    if (target !== "azureml")
      throw problem("bad-usage", `"oddrun deploy azureml" is what there is, not "${printable(target ?? "")}".`);
    const deeds = DEEDS.filter((deed) => input.isSet(deed));
    if (deeds.length > 1)
      throw problem("bad-usage", `Only one of ${deeds.map((deed) => `--${deed}`).join(", ")} at a time.`);
    const name = workspaceName(input, context.env, "Deploying");
    const { deployRequest, endpointName } = await import("./deploy-settings.ts");
    // settings first: what can't be right is told before anything is loaded or asked
    const named = endpointName(input, context.env, "oddrun");
    if (deeds.length === 0) deployRequest(input, context.env, named);
    const { azureContext, loadAzure } = await import("../azure.ts");
    const azure = await loadAzure('"oddrun deploy azureml"');
    const connect = (signal: AbortSignal) => azure.connectWorkspace(name, { ...azureContext(context), signal });
    const { endpoints } = connect(context.signal);
    const endpoint = endpointName(input, context.env, endpoints.defaultName);
    switch (deeds[0]) {
      case "status":
        return await showStatus(input, context, endpoints, endpoint);
      case "logs":
        return await showLogs(input, context, endpoints, endpoint);
      case "traffic":
        return await shift(input, context, endpoints, endpoint);
      case "key":
        return await showKey(input, context, endpoints, endpoint);
      case "delete":
        return await remove(input, context, endpoints, endpoint);
      case undefined:
    }
    const { deploy } = await import("./deploy-run.ts");
    return await deploy(input, context, connect, endpoint);
  },
};

type Deed = (
  input: CommandInput,
  context: CommandContext,
  endpoints: EndpointPlatform,
  endpoint: string,
) => Promise<number>;

const showStatus: Deed = async (input, { stdout }, endpoints, endpoint) => {
  const { reportEndpoint } = await import("../../operations/deploy/deploy-manage.ts");
  const { currencyOf } = await import("./deploy-settings.ts");
  const { reportText } = await import("./deploy-text.ts");
  const { jsonText } = await import("../json-text.ts");
  const report = await reportEndpoint(endpoints, endpoint, currencyOf(input));
  if (input.isSet("json")) {
    const { traffic: _, ...shown } = report.endpoint;
    stdout.write(jsonText({ ...shown, deployments: report.deployments }));
  } else stdout.write(reportText(report));
  return 0;
};

const showLogs: Deed = async (input, { stdout }, endpoints, endpoint) => {
  const { existing } = await import("../../operations/deploy/deploy-manage.ts");
  const { logLines } = await import("../../operations/deploy/deploy-roll-back.ts");
  const lineCount = wholeNumber(input, "lines", { min: 1, max: 10_000, otherwise: 100 });
  const container = oneOf(input, "container", ["storage-initializer", "inference-server"], "inference-server");
  const { traffic } = await existing(endpoints, endpoint);
  const names = (await endpoints.deployments(endpoint)).map(({ name }) => name);
  const [busiest] = names.toSorted((one, other) => (traffic.get(other) ?? 0) - (traffic.get(one) ?? 0));
  const wanted = input.text("deployment") ?? busiest;
  if (wanted === undefined) throw problem("endpoint-idle", `Endpoint "${endpoint}"`, null);
  if (!names.includes(wanted)) throw problem("endpoint-idle", `Endpoint "${endpoint}"`, printable(wanted));
  for (const line of logLines(await endpoints.logs(endpoint, wanted, container, lineCount), lineCount))
    stdout.write(`${line}\n`);
  return 0;
};

const showKey: Deed = async (_, { stdout }, endpoints, endpoint) => {
  const { endpointKey } = await import("../../operations/deploy/deploy-manage.ts");
  stdout.write(`${await endpointKey(endpoints, endpoint)}\n`);
  return 0;
};

const shift: Deed = async (input, context, endpoints, endpoint) => {
  const { shiftTraffic } = await import("../../operations/deploy/deploy-manage.ts");
  const { readTraffic } = await import("../../operations/deploy/endpoint-names.ts");
  const { thisDeployer } = await import("./deploy-settings.ts");
  const traffic = readTraffic(input.text("traffic") ?? "");
  const idle = await shiftTraffic(endpoints, endpoint, traffic, thisDeployer(input, context));
  const shares = [...traffic].map(([name, percent]) => `${name} ${percent} %`).join(", ");
  context.stdout.write(`Traffic of ${endpoint}: ${shares}.\n`);
  if (idle.length > 0) context.stdout.write(`Without requests, and costing as before: ${idle.join(", ")}.\n`);
  return 0;
};

const remove: Deed = async (input, context, endpoints, endpoint) => {
  const { removeEndpoint } = await import("../../operations/deploy/deploy-manage.ts");
  const { hasConsent } = await import("./deploy-consent.ts");
  const { thisDeployer } = await import("./deploy-settings.ts");
  const gone = (line: string) => {
    context.stdout.write(`${line}\n`);
    return 0;
  };
  // nobody is asked about what is not there
  if ((await endpoints.endpoint(endpoint)) === null) return gone(`There is no endpoint ${endpoint}.`);
  const what = `Endpoint ${endpoint} and all deployments behind it are to be deleted; models stay registered.\n`;
  if (!(await hasConsent(input, context, what))) return 0;
  try {
    const isDeleted = await removeEndpoint(endpoints, endpoint, thisDeployer(input, context));
    return gone(isDeleted ? `Endpoint ${endpoint} is deleted.` : `There is no endpoint ${endpoint}.`);
  } catch (error) {
    if (!context.signal.aborted || error instanceof Problem) throw error;
    throw problem("delete-interrupted", endpoint);
  }
};
