import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { type AzureContext, type EndpointScorer, problem } from "oddrun/ports";
import { azureRequests } from "../requests.ts";

/** Entra tokens for endpoints are of this scope; those of Azure Resource Manager are refused. */
const ENDPOINT_SCOPE = "https://ml.azure.com/.default";

export interface ScorerSettings {
  /** For messages. */
  readonly place: string;
  readonly url: string;
  /** The key, or who signs in for tokens. */
  readonly access: { readonly key: string } | { readonly credential: TokenCredential };
  readonly context: AzureContext;
  /** In place of real sockets, in tests. */
  readonly httpClient?: HttpClient;
}

/** Scoring at an address. Scoring changes nothing, so that a lost request is simply sent again. */
export function endpointScorer({ place, url, access, context, httpClient }: ScorerSettings): EndpointScorer {
  const isKey = "key" in access;
  const send = azureRequests({
    credential: isKey ? null : access.credential,
    scope: ENDPOINT_SCOPE,
    context,
    ...(httpClient === undefined ? {} : { httpClient }),
  });
  return {
    place,
    auth: isKey ? "key" : "aad",
    async score(body, deployment) {
      const answer = await send({
        method: "POST",
        url,
        body,
        headers: {
          ...(isKey ? { authorization: `Bearer ${access.key}` } : {}),
          ...(deployment === null ? {} : { "azureml-model-deployment": deployment }),
        },
      });
      const modelStatus = Number(answer.header("ms-azureml-model-error-statuscode") ?? "");
      return {
        status: answer.status,
        modelStatus: Number.isInteger(modelStatus) && modelStatus >= 100 ? modelStatus : null,
        body: answer.body,
      };
    },
  };
}

/** The address, if a key or token may be sent there. */
export function checkedAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw problem("bad-usage", "An endpoint's address begins with https:// and holds no password.");
  }
  return url.href;
}

/** A key as it can be sent in a header. */
export function checkedKey(text: string): string {
  if (/^[\x21-\x7e]{1,4096}$/.test(text)) return text;
  throw problem("bad-usage", "ODDRUN_ENDPOINT_KEY holds something that is no key: copy it again, alone on one line.");
}
