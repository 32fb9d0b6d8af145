import type { TokenCredential } from "@azure/core-auth";
import { ClientAssertionCredential, ClientSecretCredential, DefaultAzureCredential } from "@azure/identity";
import type { AzureContext } from "oddrun/ports";
import { type Assertion, type AssertionClaims, githubAssertion, mayAskGithub } from "./github-assertion.ts";
import { pause, waitScale } from "./pause.ts";
import { mayBeTooNew, signInFailure, signInProblem } from "./sign-in-problem.ts";

/** How Oddrun signs in to Azure here. */
export interface AzureSignIn {
  /** In words: "GitHub's identity token of this job". */
  readonly way: string;
  /** Gives tokens or one of our problems, never another error. */
  readonly credential: TokenCredential;
  /** What GitHub's last assertion said of the job; null when none was asked for. */
  readonly lastClaims: () => AssertionClaims | null;
}

/** Waits before Entra is asked again about a credential that it does not know: new ones take minutes to become known. */
const NEW_CREDENTIAL_WAITS_MS = [10_000, 20_000, 30_000, 60_000] as const;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 16_000;

/** Tokens for Azure; see `azureSignIn`. */
export function azureCredential(context: AzureContext): TokenCredential {
  return azureSignIn(context).credential;
}

/**
 * In GitHub Actions with AZURE_TENANT_ID and AZURE_CLIENT_ID: GitHub's own assertion, asked for anew for each token, so that long
 * jobs go on. Else a client secret, else whatever DefaultAzureCredential finds; AZURE_TOKEN_CREDENTIALS narrows that and goes first.
 * `isPatient` waits some minutes for a federated credential that has just been made.
 */
export function azureSignIn(context: AzureContext, { isPatient = true } = {}): AzureSignIn {
  let claims: AssertionClaims | null = null;
  // the library asks for it twice for one token
  let asked: Promise<Assertion> | null = null;
  const { way, source } = signInSource(context, async () => {
    asked ??= githubAssertion(context);
    const { token, ...latest } = await asked;
    claims = latest;
    return token;
  });
  const waits = isPatient ? [...NEW_CREDENTIAL_WAITS_MS] : [];
  return {
    way,
    lastClaims: () => claims,
    credential: {
      async getToken(scopes, options) {
        for (let attempt = 0; ; attempt += 1) {
          (context.signal as AbortSignal).throwIfAborted();
          asked = null;
          try {
            return await source.getToken(scopes, options);
          } catch (error) {
            (context.signal as AbortSignal).throwIfAborted();
            const waitMs = waits[attempt];
            if (waitMs === undefined || claims === null || !mayBeTooNew(signInFailure(error))) {
              throw signInProblem(error, context.env, claims);
            }
            const waitS = Math.round(waitMs / 1_000);
            context.progress(
              `Entra knows no federated credential for this job; a new one takes minutes, asking again in ${waitS} s`,
            );
            await pause(context, waitMs);
          }
        }
      },
    },
  };
}

function signInSource(
  context: AzureContext,
  assertion: () => Promise<string>,
): { readonly way: string; readonly source: TokenCredential } {
  const { env } = context;
  const [tenant = "", client = "", secret = ""] = ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"].map((name) =>
    env[`AZURE_${name}`]?.trim(),
  );
  const scale = waitScale(context);
  const options = {
    retryOptions: { retryDelayInMs: RETRY_FIRST_MS * scale, maxRetryDelayInMs: RETRY_LONGEST_MS * scale },
  };
  const isNarrowed = (env["AZURE_TOKEN_CREDENTIALS"] ?? "") !== "";
  if (!isNarrowed && tenant !== "" && client !== "") {
    if (mayAskGithub(env)) {
      return {
        way: "GitHub's identity token of this job",
        source: new ClientAssertionCredential(tenant, client, assertion, options),
      };
    }
    if (secret !== "") {
      return { way: "AZURE_CLIENT_SECRET", source: new ClientSecretCredential(tenant, client, secret, options) };
    }
  }
  return {
    way: isNarrowed ? `AZURE_TOKEN_CREDENTIALS=${env["AZURE_TOKEN_CREDENTIALS"]}` : "DefaultAzureCredential",
    source: new DefaultAzureCredential(options),
  };
}
