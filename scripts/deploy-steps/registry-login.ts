/**
 * Signs docker in to the Azure container registry of AZURE_CONTAINER_REGISTRY with the job's own identity, so that no action and no
 * stored password is needed. The token goes from here to docker's standard input: not to a file, an argument or a variable.
 *
 *   node scripts/deploy-steps/registry-login.ts
 */
import { spawnSync } from "node:child_process";
import { ask, asStep, azureTokens, type GetToken, needed } from "./azure-token.ts";

const SCOPE = "https://containerregistry.azure.net/.default";
/** What the registry calls everybody who comes with a token of its own. */
const USER = "00000000-0000-0000-0000-000000000000";

/** The registry's own token in exchange for Entra's (Azure/acr, docs/AAD-OAuth.md); it lasts three hours. */
export async function registryToken(
  registry: string,
  tenant: string,
  getToken: GetToken,
  send: typeof fetch = fetch,
): Promise<string> {
  const form = { grant_type: "access_token", service: registry, tenant, access_token: await getToken(SCOPE) };
  const answer = await ask(
    `https://${registry}/oauth2/exchange`,
    {
      method: "POST",
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(30_000),
    },
    send,
  );
  if (!answer.ok)
    throw new Error(
      `${registry} answered ${answer.status} to the exchange of tokens. The identity needs the role AcrPush there, and the registry must let this runner in.`,
    );
  const token = ((await answer.json()) as { readonly refresh_token?: unknown }).refresh_token;
  if (typeof token !== "string" || token === "") throw new Error(`${registry} gave no token.`);
  return token;
}

export async function login(
  env: NodeJS.ProcessEnv,
  getToken: GetToken = azureTokens(env),
  send: typeof fetch = fetch,
): Promise<void> {
  const registry = needed(env, "AZURE_CONTAINER_REGISTRY", /^[a-z0-9]{5,50}\.azurecr\.(io|us|cn)$/);
  const tenant = needed(env, "AZURE_TENANT_ID", /^[0-9a-f-]{36}$/i);
  const token = await registryToken(registry, tenant, getToken, send);
  const args = ["login", "--username", USER, "--password-stdin", registry];
  const { status, error } = spawnSync("docker", args, { input: token, env, stdio: ["pipe", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`docker login ended with ${status ?? error?.message}.`);
  process.stdout.write(`docker is signed in to ${registry}\n`);
}

if (import.meta.main) await asStep(() => login(process.env));
