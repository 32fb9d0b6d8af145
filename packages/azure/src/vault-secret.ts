import type { TokenCredential } from "@azure/core-auth";
import { isRestError } from "@azure/core-rest-pipeline";
import { type KeyVaultSecret, SecretClient } from "@azure/keyvault-secrets";
import { type AzureContext, type AzurePackage, Problem, problem } from "oddrun/ports";
import { z } from "zod";
import { azureCredential } from "./credential.ts";
import { waitScale } from "./pause.ts";
import { shown } from "./shown.ts";
import { requestTimeoutMs } from "./waits.ts";

/** Where vaults are: the public cloud, 21Vianet's in China, the US government's. A token is sent to no other host. */
export const VAULT_SUFFIXES = [".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net"] as const;

const TRIES_AGAIN_MAX = 3;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 16_000;
const REQUEST_TIMEOUT_MS = 30_000;

interface VaultSecretAddress {
  /** "https://VAULT.vault.azure.net" */
  readonly vaultUrl: string;
  readonly name: string;
  /** Undefined is the newest. */
  readonly version: string | undefined;
}

/** The parts of "https://VAULT.vault.azure.net/secrets/NAME[/VERSION]"; what is wrong with the address is told for `setting`. */
export function readVaultAddress(setting: string, text: string): VaultSecretAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const refuse = (why: string) => problem("vault-reference-wrong", setting, why);
  if (url === null || url.protocol !== "https:") throw refuse("what follows is no https address");
  const suffix = VAULT_SUFFIXES.find((one) => url.hostname.endsWith(one));
  const vault = suffix === undefined ? "" : url.hostname.slice(0, -suffix.length);
  if (!/^[a-z0-9-]{3,24}$/.test(vault)) throw refuse(`its host is no vault: ${shown(url.hostname)}`);
  if (url.username !== "" || url.password !== "" || url.port !== "" || url.search !== "" || url.hash !== "") {
    throw refuse("it has more than a host and a path");
  }
  const [, name, version] = /^\/secrets\/([0-9A-Za-z-]{1,127})(?:\/([0-9a-f]{32}))?\/?$/.exec(url.pathname) ?? [];
  if (name === undefined) throw refuse("its path is not /secrets/NAME or /secrets/NAME/VERSION");
  return { vaultUrl: url.origin, name, version };
}

/** The value of a secret that is enabled and in its time. */
export const readVaultSecret: AzurePackage["readVaultSecret"] = async (setting, address, context) => {
  const where = readVaultAddress(setting, address);
  return await secretValue(setting, where, context, azureCredential(context));
};

async function secretValue(
  setting: string,
  { vaultUrl, name, version }: VaultSecretAddress,
  context: AzureContext,
  credential: TokenCredential,
): Promise<string> {
  const scale = waitScale(context);
  const retryOptions = {
    maxRetries: TRIES_AGAIN_MAX,
    retryDelayInMs: RETRY_FIRST_MS * scale,
    maxRetryDelayInMs: RETRY_LONGEST_MS * scale,
  };
  const client = new SecretClient(vaultUrl, credential, { retryOptions });
  const { host } = new URL(vaultUrl);
  const unread = (why: string) => problem("vault-secret-unread", setting, name, host, why);
  let secret: KeyVaultSecret;
  try {
    secret = await client.getSecret(name, {
      ...(version === undefined ? {} : { version }),
      abortSignal: context.signal as AbortSignal,
      requestOptions: { timeout: requestTimeoutMs(context, REQUEST_TIMEOUT_MS) },
    });
  } catch (error) {
    (context.signal as AbortSignal).throwIfAborted();
    if (error instanceof Problem) throw error;
    throw unread(whyUnread(error));
  }
  // the vault hands out a secret that has run out, for recovery: as a setting it is not meant to be used any more
  const { expiresOn, notBefore } = secret.properties;
  if (expiresOn !== undefined && expiresOn.getTime() <= context.now()) {
    throw unread(`it ran out at ${expiresOn.toISOString()}; set a new version, or a later expiry`);
  }
  if (notBefore !== undefined && notBefore.getTime() > context.now()) {
    throw unread(`it is not to be used before ${notBefore.toISOString()}; check that and this machine's clock`);
  }
  if (secret.value === undefined || secret.value === "") throw unread("its value is empty; set a new version");
  return secret.value;
}

const INNER = z.object({ code: z.string() });
const DETAILS = z.object({ error: z.object({ innererror: INNER.nullish(), innerError: INNER.nullish() }) });

function whyUnread(error: unknown): string {
  if ((error as Error).name === "AbortError") {
    return "the vault gave no answer in time; check the network, private endpoints and HTTPS_PROXY";
  }
  if (!isRestError(error)) return shown(error instanceof Error ? error.message : String(error));
  const details = DETAILS.safeParse(error.details);
  const inner = details.success ? (details.data.error.innererror ?? details.data.error.innerError)?.code : undefined;
  switch (error.statusCode) {
    case undefined:
      return `the vault cannot be reached (${shown(error.code ?? error.name)}); check its name, the network, private endpoints and HTTPS_PROXY`;
    case 401:
      return "the vault does not take the token (401); check that the identity is of the vault's tenant";
    case 403:
      if (inner === "SecretDisabled") return "it is disabled; enable it, or name another version";
      if (inner === "ForbiddenByFirewall" || inner === "ForbiddenByConnection") {
        return "the vault's firewall lets nothing in from here; allow this address, or run where the vault's private endpoint is";
      }
      return 'the identity may not read it (403); give it the role "Key Vault Secrets User" on the vault, which takes some minutes to work';
    case 404:
      return "there is no such secret or version (404), or it was deleted; check the name, or recover it";
    default:
      return `the vault answered with status ${error.statusCode} (${shown(error.code ?? "no code")})`;
  }
}
