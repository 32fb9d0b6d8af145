import type { AzureContext } from "../operations/azure.ts";
import { problem } from "../operations/problems.ts";
import { refuseUnresolvedSettings } from "./unresolved-settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a setting begins with that names a secret of Key Vault, to be read by Oddrun itself. */
const REFERENCE = /^\s*keyvault:/i;
/** Settings that are Oddrun's to read, or its libraries'. What GitHub or a shell sets is not looked at. */
const SETTING =
  /^(ODDRUN_\w+|AZURE_\w+|APPLICATIONINSIGHTS_\w+|GITHUB_TOKEN|GH_TOKEN|GITHUB_WEBHOOK_SECRET|DATABASE_URL)$/;

/** The settings that name a secret of Key Vault, with the secret's address. */
export function vaultReferences(env: Environment): (readonly [name: string, address: string])[] {
  return Object.keys(env)
    .filter((name) => REFERENCE.test(env[name] ?? "") && SETTING.test(name))
    .map((name) => [name, env[name]!.replace(REFERENCE, "").trim()]);
}

/** Refuses to look in the vault for what opens it. */
export function refuseOwnReference(name: string): void {
  if (!name.startsWith("AZURE_")) return;
  throw problem("vault-reference-wrong", name, "what is needed to sign in cannot come from the vault");
}

/**
 * The environment with the secrets of Key Vault that settings name in their place. Text that App Service left unresolved is refused,
 * lest it be taken for a key. Without references this is the environment itself, and nothing is loaded.
 */
export async function settingsFromVault(
  env: Environment,
  world: Pick<AzureContext, "now" | "signal">,
): Promise<Environment> {
  refuseUnresolvedSettings(env);
  const references = vaultReferences(env);
  if (references.length === 0) return env;
  for (const [name] of references) refuseOwnReference(name);
  const { loadAzure } = await import("./azure.ts");
  const azure = await loadAzure(`${references[0]![0]}=keyvault:...`);
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const context = { ...world, env, log, progress: silent };
  const read = references.map(
    async ([name, address]) => [name, await azure.readVaultSecret(name, address, context)] as const,
  );
  return { ...env, ...Object.fromEntries(await Promise.all(read)) };
}
