/**
 * Gives the web app of AZURE_WEB_APP the image of APP_IMAGE, which is named by its digest; the platform then starts it.
 *
 *   node scripts/deploy-steps/web-app-image.ts
 */
import { ask, asStep, azureTokens, type GetToken, needed } from "./azure-token.ts";

const API_VERSION = "2023-12-01";
const SCOPE = "https://management.azure.com/.default";
const ID = /^[0-9a-f-]{36}$/i;

export async function setWebAppImage(
  env: NodeJS.ProcessEnv,
  getToken: GetToken = azureTokens(env),
  send: typeof fetch = fetch,
): Promise<void> {
  const subscription = needed(env, "AZURE_SUBSCRIPTION_ID", ID);
  const group = needed(env, "AZURE_RESOURCE_GROUP", /^[\w.()-]{1,90}$/);
  const app = needed(env, "AZURE_WEB_APP", /^[A-Za-z0-9-]{2,60}$/);
  const image = needed(env, "APP_IMAGE", /^[a-z0-9]+\.azurecr\.(io|us|cn)\/[a-z0-9/_-]+@sha256:[0-9a-f]{64}$/);
  const path = `subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${app}/config/web`;
  const answer = await ask(
    `https://management.azure.com/${path}?api-version=${API_VERSION}`,
    {
      method: "PATCH",
      headers: { authorization: `Bearer ${await getToken(SCOPE)}`, "content-type": "application/json" },
      body: JSON.stringify({ properties: { linuxFxVersion: `DOCKER|${image}` } }),
      signal: AbortSignal.timeout(60_000),
    },
    send,
  );
  if (!answer.ok)
    throw new Error(
      `Azure answered ${answer.status} for ${app}. The identity needs the role Website Contributor there.`,
    );
  process.stdout.write(`${app} runs ${image}\n`);
}

if (import.meta.main) await asStep(() => setWebAppImage(process.env));
