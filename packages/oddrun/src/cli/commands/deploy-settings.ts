import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { MODEL_FILE } from "@oddrun/core/isolation-forest";
import { decodeModelFiles, sha256 } from "../../adapters/model-registry/index.ts";
import type { ModelFile } from "../../operations/deploy/cloud-registry.ts";
import type { Deployer } from "../../operations/deploy/deploy-lock.ts";
import type { DeployRequest } from "../../operations/deploy/deploy-plan.ts";
import type { SmokeProbe } from "../../operations/deploy/deploy-smoke.ts";
import { checkEndpointName, checkImage } from "../../operations/deploy/endpoint-names.ts";
import type { EndpointAuth } from "../../operations/deploy/endpoint-platform.ts";
import { problem } from "../../operations/problems.ts";
import { smokeProbe } from "../../operations/deploy/smoke-probe.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { namedEndpoint } from "../azure-settings.ts";
import { modelNameOption } from "../cloud-registration.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { oneOf, wholeNumber } from "../options.ts";

/** The endpoint that is meant: the argument, --endpoint, AZURE_ML_ENDPOINT, or the workspace's own. */
export function endpointName(input: CommandInput, env: CommandContext["env"], otherwise: string): string {
  const [, argument] = input.args;
  const option = input.text("endpoint");
  if (argument !== undefined && option !== undefined && argument !== option) {
    throw problem("bad-usage", `Two endpoints are named: ${printable(argument)} and --endpoint ${printable(option)}.`);
  }
  return checkEndpointName(argument ?? namedEndpoint(input, env) ?? otherwise);
}

export function deployRequest(input: CommandInput, env: CommandContext["env"], endpoint: string): DeployRequest {
  const image = input.text("image") ?? env["ODDRUN_SCORING_IMAGE"] ?? "";
  if (image === "") {
    throw problem(
      "bad-usage",
      "Which image is to serve? Name it by digest with --image REGISTRY/oddrun-scoring@sha256:... or ODDRUN_SCORING_IMAGE; the workflow that builds it prints it.",
    );
  }
  const modelVersion = input.text("model-version") ?? null;
  if (modelVersion !== null && !/^[1-9]\d{0,8}$/.test(modelVersion))
    throw problem("bad-usage", `--model-version takes a whole number, not "${printable(modelVersion)}".`);
  const instanceType = input.text("instance-type") ?? null;
  if (instanceType !== null && !/^Standard_[A-Za-z0-9_]{1,60}$/.test(instanceType))
    throw problem(
      "bad-usage",
      `--instance-type takes a size such as Standard_DS2_v2, not "${printable(instanceType)}".`,
    );
  const identityId = input.text("identity") ?? null;
  if (identityId !== null && !IDENTITY_ID.test(identityId))
    throw problem(
      "bad-usage",
      "--identity takes the id of a user-assigned identity: /subscriptions/.../userAssignedIdentities/NAME.",
    );
  return {
    endpoint,
    modelName: modelNameOption(input),
    modelVersion,
    image: checkImage(image),
    instanceType,
    instanceCount: input.isSet("instances") ? wholeNumber(input, "instances", { min: 1, max: 50, otherwise: 1 }) : null,
    auth: input.isSet("auth") ? oneOf<EndpointAuth>(input, "auth", ["aad", "key"], "aad") : null,
    identityId,
    keepOld: input.isSet("keep-old"),
    currency: currencyOf(input),
  };
}

const IDENTITY_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;

/** In which prices are told. */
export function currencyOf(input: CommandInput): string {
  const currency = input.text("currency") ?? "USD";
  if (/^[A-Z]{3}$/.test(currency)) return currency;
  throw problem("bad-usage", `--currency takes three capital letters such as USD, not "${printable(currency)}".`);
}

/** This run as others see it: a job of GitHub Actions through all its attempts, or this process on this machine. */
export function thisDeployer(input: CommandInput, { env, now }: Pick<CommandContext, "env" | "now">): Deployer {
  const takeOver = input.isSet("take-over");
  const actionsRun = env["GITHUB_RUN_ID"] ?? "";
  if (/^\d{1,20}$/.test(actionsRun)) return { runId: `github-${actionsRun}`, now, takeOver, isGone: () => false };
  // the name of a machine is nobody's business
  const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 10);
  const prefix = `local-${machine}-`;
  return {
    runId: `${prefix}${process.pid}`,
    now,
    takeOver,
    isGone: (runId) => runId.startsWith(prefix) && !isAlive(Number(runId.slice(prefix.length))),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The model of these files with records scored by it. */
export function probeOf(files: readonly ModelFile[], place: string): SmokeProbe {
  const model = decodeModelFiles(files, place);
  if (model.kind !== "metrics") {
    throw problem("model-refused", place, "it judges stored runs, and an endpoint scores pipeline metrics");
  }
  const manifest = files.find(({ name }) => name === MODEL_FILE)!;
  return smokeProbe(model, sha256(manifest.bytes));
}
