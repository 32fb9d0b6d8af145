import { createDefaultHttpClient, createEmptyPipeline, createHttpHeaders } from "@azure/core-rest-pipeline";
import { createPipelineRequest, isRestError, proxyPolicy } from "@azure/core-rest-pipeline";
import { type AzureContext, problem } from "oddrun/ports";
import { z } from "zod";
import { pause } from "./pause.ts";
import { shown } from "./shown.ts";
import { requestTimeoutMs } from "./waits.ts";

/** The audience that Entra's federated credentials are made for. */
export const ASSERTION_AUDIENCE = "api://AzureADTokenExchange";

const TRY_COUNT_MAX = 4;
const FIRST_WAIT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** What an assertion says of the job it was made for: what a federated credential must repeat letter by letter. */
export interface AssertionClaims {
  readonly subject: string;
  readonly issuer: string;
}

export interface Assertion extends AssertionClaims {
  /** A secret for some minutes. */
  readonly token: string;
}

const ANSWER = z.object({ value: z.string().min(1).max(20_000) });
const CLAIMS = z.object({ sub: z.string(), iss: z.string() });

/** Whether the job may ask GitHub for an assertion: GitHub sets both variables when it has `id-token: write`. */
export function mayAskGithub(env: AzureContext["env"]): boolean {
  return (env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") !== "" && (env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "") !== "";
}

/**
 * Asks GitHub for an assertion of who this job is. It is good for minutes, so one is asked for whenever Entra is; the job's own
 * token goes to the host that GitHub named and is not sent after a redirect.
 */
export async function githubAssertion(context: AzureContext): Promise<Assertion> {
  const url = requestUrl(context.env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "");
  const bearer = context.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
  let why = "";
  for (let attempt = 1; attempt <= TRY_COUNT_MAX; attempt += 1) {
    if (attempt > 1) await pause(context, FIRST_WAIT_MS * 2 ** (attempt - 2));
    const answer = await ask(url, bearer, context);
    if (answer.kind === "given") return readAssertion(answer.body);
    if (answer.kind === "refused") throw problem("github-id-token", answer.why);
    why = answer.why;
  }
  throw problem("github-id-token", `${why}, ${TRY_COUNT_MAX} times in a row. Run the job again`);
}

/** The address that GitHub gave, asked for Azure's audience. */
function requestUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw problem(
      "github-id-token",
      "ACTIONS_ID_TOKEN_REQUEST_URL is no https address, so the job's token is not sent",
    );
  }
  url.searchParams.set("audience", ASSERTION_AUDIENCE);
  return url;
}

type Answer =
  | { readonly kind: "given"; readonly body: string }
  | { readonly kind: "refused" | "failed"; readonly why: string };

async function ask(url: URL, bearer: string, context: AzureContext): Promise<Answer> {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  const request = createPipelineRequest({
    url: url.href,
    method: "GET",
    headers: createHttpHeaders({ authorization: `bearer ${bearer}`, accept: "application/json" }),
    timeout: requestTimeoutMs(context, REQUEST_TIMEOUT_MS),
    abortSignal: context.signal as AbortSignal,
  });
  try {
    const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), request);
    if (status === 200) return { kind: "given", body: bodyAsText ?? "" };
    if (status >= 500 || status === 429) return { kind: "failed", why: `GitHub answered with status ${status}` };
    if (status >= 300 && status < 400) {
      return {
        kind: "refused",
        why: `GitHub answered with a redirect (${status}), and the job's token goes no further`,
      };
    }
    return { kind: "refused", why: `GitHub refused with status ${status}; the job may have ended or been cancelled` };
  } catch (error) {
    (context.signal as AbortSignal).throwIfAborted();
    if ((error as Error).name === "AbortError") return { kind: "failed", why: `${url.host} gave no answer in time` };
    if (!isRestError(error)) throw error;
    return { kind: "failed", why: `${url.host} could not be reached (${shown(error.code ?? error.name)})` };
  }
}

function readAssertion(body: string): Assertion {
  const answer = ANSWER.safeParse(parsedJson(body));
  const claims = answer.success ? claimsOf(answer.data.value) : null;
  if (!answer.success || claims === null) {
    throw problem("github-id-token", "GitHub's answer holds no token that can be read");
  }
  return { token: answer.data.value, ...claims };
}

/** What the token says of itself; its signature is for Entra to check. */
function claimsOf(token: string): AssertionClaims | null {
  const claims = CLAIMS.safeParse(parsedJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  return claims.success ? { subject: claims.data.sub, issuer: claims.data.iss } : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
