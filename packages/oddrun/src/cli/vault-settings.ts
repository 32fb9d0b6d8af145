import type { AzureContext } from "../operations/deploy/azure.ts";
import { problem } from "../operations/problems.ts";
import { refuseUnresolvedSettings } from "./unresolved-settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a setting begins with that names a secret of Key Vault, to be read by Oddrun itself. */
const REFERENCE = /^\s*keyvault:/i;
/** Settings that are Oddrun's to read, or its libraries'. What GitHub or a shell sets is not looked at. */
const SETTING =
  /^(ODDRUN_\w+|AZURE_\w+|APPLICATIONINSIGHTS_\w+|GITHUB_TOKEN|GH_TOKEN|GITHUB_WEBHOOK_SECRET|DATABASE_URL)$/;

/** Commands that read these settings: others do not ask the vault for them, and do without. Any other setting is everybody's. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  ODDRUN_API_KEY: ["serve"],
  ODDRUN_ENDPOINT_KEY: ["score"],
  GITHUB_TOKEN: ["collect", "train", "evidence"],
  GH_TOKEN: ["collect", "train", "evidence"],
  ODDRUN_GITHUB_APP_PRIVATE_KEY: ["collect", "train", "evidence"],
};

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
 * The environment with the secrets of Key Vault that settings name in their place, as far as `command` reads them. Text that App Service
 * left unresolved is refused, lest it be taken for a key. Without references this is the environment itself, and nothing is loaded.
 */
export async function settingsFromVault(
  command: string,
  env: Environment,
  world: Pick<AzureContext, "now" | "signal">,
): Promise<Environment> {
  refuseUnresolvedSettings(env);
  const references = vaultReferences(env);
  if (references.length === 0) return env;
  for (const [name] of references) refuseOwnReference(name);
  const wanted = references.filter(([name]) => READERS[name]?.includes(command) ?? true);
  const settings: Record<string, string | undefined> = { ...env };
  for (const [name] of references) delete settings[name];
  if (wanted.length === 0) return settings;
  const { loadAzure } = await import("./azure.ts");
  const azure = await loadAzure(`${wanted[0]![0]}=keyvault:...`);
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const context = { ...world, env, log, progress: silent };
  const read = wanted.map(
    async ([name, address]) => [name, await azure.readVaultSecret(name, address, context)] as const,
  );
  return { ...settings, ...Object.fromEntries(await Promise.all(read)) };
}
