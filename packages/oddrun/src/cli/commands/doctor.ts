import type { ModelFile } from "../../operations/deploy/cloud-registry.ts";
import type { AzurePackage } from "../../operations/deploy/azure.ts";
import type { CheckOutcome, DoctorCheck } from "../../operations/doctor/doctor.ts";
import { checkEndpointName } from "../../operations/deploy/endpoint-names.ts";
import { Problem } from "../../operations/problems.ts";
import { azureContext, loadAzure } from "../azure.ts";
import {
  halfSetWorkspace,
  isWorkspaceInEnvironment,
  namedEndpoint,
  WORKSPACE_OPTIONS,
  workspaceName,
} from "../azure-settings.ts";
import { MODEL_NAME_OPTION, modelNameOption } from "../cloud-registration.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { apiUrlOption, repositoryOption } from "../options.ts";
import { refuseOwnReference, vaultReferences } from "../vault-settings.ts";

const TIME_LIMIT_MS = 60_000;
/** However much waits are shortened for a test, an answer over a real socket takes some real time. */
const TIME_LIMIT_LEAST_MS = 20_000;

export const doctorCommand: CommandSpec = {
  name: "doctor",
  summary: "Look at everything Oddrun depends on, and say how to mend what is wrong",
  args: [],
  options: [
    {
      name: "repository",
      value: "OWNER/NAME",
      description: "Repository to be collected from, whose OIDC subject is shown",
      defaultText: "GITHUB_REPOSITORY",
    },
    { name: "azure", description: "Look at Azure, also when no setting names it" },
    { name: "no-azure", description: "Do not look at Azure" },
    { name: "endpoint", value: "NAME", description: "Endpoint to look at and to score one record with" },
    ...WORKSPACE_OPTIONS,
    MODEL_NAME_OPTION,
    { name: "model-dir", value: "DIR", description: "The model folder", defaultText: "model" },
    { name: "api-url", value: "URL", description: "GitHub's API", defaultText: "GITHUB_API_URL, else github.com's" },
    { name: "json", description: "Print as JSON" },
  ],
  readsRawSettings: true,
  async run(input, context) {
    const { doctorExitCode, doctorText, examine } = await import("../../operations/doctor/doctor.ts");
    const { localChecks } = await import("../doctor-local.ts");
    // what is too slow is told of and ended: the command ends when it has told of everything
    const end = new AbortController();
    const signal = AbortSignal.any([context.signal, end.signal]);
    const limitMs = timeLimitMs(context.env);
    const secrets = vaultSecrets({ ...context, signal });
    const resolved = { ...context, signal, env: await withSecrets(context.env, secrets, limitMs) };
    const checks: readonly DoctorCheck[] = [
      ...localChecks(context, input.text("model-dir") ?? "model"),
      ...secrets.map(({ check }) => check),
      ...(await githubPart(input, resolved)),
      ...(await azurePart(input, resolved)),
    ];
    const results = await examine(checks, {
      within: (work) => within(work, limitMs),
      onDone: (doneCount, count) => context.progress(`looked at ${doneCount} of ${count}`),
    });
    end.abort();
    context.signal.throwIfAborted();
    const exitCode = doctorExitCode(results);
    context.stdout.write(
      input.isSet("json") ? `${JSON.stringify({ exitCode, checks: results }, null, 2)}\n` : doctorText(results),
    );
    return exitCode;
  },
};

interface VaultSecret {
  readonly name: string;
  readonly value: () => Promise<string>;
  readonly check: DoctorCheck;
}

/** The secrets that settings name, each read once and each with a line of its own. */
function vaultSecrets(context: CommandContext): readonly VaultSecret[] {
  return vaultReferences(context.env).map(([name, address]) => {
    let begun: Promise<string> | null = null;
    const read = async () => {
      refuseOwnReference(name);
      return await (await loadAzure(`${name}=keyvault:...`)).readVaultSecret(name, address, azureContext(context));
    };
    const value = () => (begun ??= read());
    const look = async (): Promise<CheckOutcome> => {
      await value();
      return { status: "ok", found: "read from Key Vault" };
    };
    return { name, value, check: { name: `Secret of ${name}`, area: "remote", look } };
  });
}

/** The settings for the other checks: those that could not be read are left out, as their own line tells. */
async function withSecrets(
  env: CommandContext["env"],
  secrets: readonly VaultSecret[],
  limitMs: number,
): Promise<Readonly<Record<string, string | undefined>>> {
  const { unresolvedSettings } = await import("../unresolved-settings.ts");
  const { orNull } = await import("../../operations/doctor/doctor.ts");
  const settings: Record<string, string | undefined> = { ...env };
  for (const name of unresolvedSettings(env)) delete settings[name];
  await Promise.all(
    secrets.map(async ({ name, value }) => {
      settings[name] = (await orNull(within(value(), limitMs))) ?? undefined;
    }),
  );
  return settings;
}

async function githubPart(input: CommandInput, context: CommandContext): Promise<readonly DoctorCheck[]> {
  const { connectToGithub, githubChecks } = await import("../../adapters/github/index.ts");
  const { version } = await import("../version.ts");
  const { env, log, now, signal } = context;
  const apiUrl = apiUrlOption(input, env);
  return githubChecks({
    connect: () =>
      connectToGithub({
        env,
        ...(apiUrl === undefined ? {} : { apiUrl }),
        marks: null,
        signal,
        log,
        version: version(),
        now,
      }),
    repository: repositoryOption(input, "repository") ?? (env["GITHUB_REPOSITORY"] || null),
    now,
  });
}

async function azurePart(input: CommandInput, context: CommandContext): Promise<readonly DoctorCheck[]> {
  const { env } = context;
  const line = (outcome: CheckOutcome): readonly DoctorCheck[] => [
    { name: "Azure", area: "settings", look: () => Promise.resolve(outcome) },
  ];
  if (input.isSet("no-azure")) return line({ status: "skipped", found: "not asked for (--no-azure)" });
  const asked = ["azure", "endpoint", "workspace", "resource-group", "subscription"].some((name) => input.isSet(name));
  const isSetUp = Object.keys(env).some(
    (name) => /^AZURE_(ML|TENANT|CLIENT|SUBSCRIPTION)/.test(name) && env[name] !== "",
  );
  if (!asked && !isSetUp)
    return line({ status: "skipped", found: "no setting names it; --azure looks at it all the same" });
  const endpoint = input.text("endpoint");
  let azure: AzurePackage;
  try {
    azure = await loadAzure("Looking at Azure");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return line({ status: asked ? "failed" : "warning", found: error.message });
  }
  const isNamed = ["workspace", "resource-group", "subscription"].some((name) => input.isSet(name));
  const ofAzure = azureContext({ ...context, env, progress: () => {} });
  const name = isNamed || isWorkspaceInEnvironment(env) ? workspaceName(input, env, "Looking at Azure") : null;
  const half = name === null ? halfSetWorkspace(env) : null;
  const settings = half === null ? [] : line({ status: "warning", found: half, mend: "Set all three." });
  const checks = azure.doctorChecks(
    {
      workspace: name === null ? null : { name, connection: azure.connectWorkspace(name, ofAzure) },
      endpoint: endpoint === undefined ? null : checkEndpointName(endpoint),
      usualEndpoint: namedEndpoint(input, env),
      modelName: modelNameOption(input),
      describeModel: await modelDescriber(),
    },
    ofAzure,
  );
  return [...settings, ...checks];
}

async function modelDescriber(): Promise<(files: readonly ModelFile[]) => string> {
  const { decodeModelFiles } = await import("../../adapters/model-registry/index.ts");
  return (files) => {
    const model = decodeModelFiles(files, "the registered version");
    return `${model.kind} model of ${model.features.map((feature) => feature.name).join(", ")}`;
  };
}

function timeLimitMs(env: CommandContext["env"]): number {
  const scale = Number(env["ODDRUN_WAIT_SCALE"] ?? "1");
  return Math.max(TIME_LIMIT_MS * (scale >= 0 && scale <= 1 ? scale : 1), TIME_LIMIT_LEAST_MS);
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
