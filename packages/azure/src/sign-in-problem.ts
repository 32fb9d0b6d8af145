import { type AzureContext, Problem, problem } from "oddrun/ports";
import type { AssertionClaims } from "./github-assertion.ts";
import { shown } from "./shown.ts";

/** Why Entra gave no token, as far as its words tell. */
export interface SignInFailure {
  /** Entra's own numbers, AADSTS left out, in the order they came. */
  readonly codes: readonly number[];
  readonly text: string;
}

/** No federated credential matches: the subject, the issuer, the audience, or the letter case of the subject. */
const NO_MATCH = new Set([70021, 700211, 700212, 700213, 7002137, 7002138]);

/** What each of Entra's refusals means for the one who runs the command. */
const REFUSALS: Readonly<Record<number, (who: string) => string>> = {
  700024: () =>
    "the assertion is too old or not valid yet. If it comes from azure/login, which keeps one for minutes only, drop that step: with the permission id-token: write, AZURE_TENANT_ID and AZURE_CLIENT_ID Oddrun asks for a new one each time. Else set this machine's clock",
  7000215: () =>
    "the client secret is wrong. AZURE_CLIENT_SECRET takes the secret's value, not its id; better, use no secret: a managed identity, or in Actions the permission id-token: write",
  7000222: () =>
    "the client secret has run out. Make a new one for AZURE_CLIENT_SECRET; better, use no secret: a managed identity, or in Actions the permission id-token: write",
  90002: () => "there is no such tenant. Check AZURE_TENANT_ID: it is the directory's id, and the cloud must be right",
  700016: (who) =>
    `there is no such application in the tenant (${who}). Check AZURE_CLIENT_ID, which is a client id and not an object id, and AZURE_TENANT_ID`,
  53003: () =>
    "a Conditional Access policy forbids it. Ask the tenant's administrator to let this identity in from here, or sign in as one that is",
};

/** What `error` says of a refusal by Entra; its codes are found in any of the library's wrappings. */
export function signInFailure(error: unknown): SignInFailure {
  const text = textsOf(error).join("\n");
  return { codes: [...text.matchAll(/AADSTS(\d{5,8})\b/g)].map(([, code]) => Number(code)), text };
}

/** Whether a credential that was made minutes ago may still become known. */
export function mayBeTooNew({ codes }: SignInFailure): boolean {
  return codes.some((code) => NO_MATCH.has(code));
}

/** The problem for a sign-in that failed with `error`. No token is in any of them. */
export function signInProblem(error: unknown, env: AzureContext["env"], sent: AssertionClaims | null): Problem {
  const known = chainOf(error).find((link) => link instanceof Problem);
  if (known !== undefined) return known;
  const failure = signInFailure(error);
  if (mayBeTooNew(failure)) return noMatch(failure, env, sent);
  const [code] = failure.codes;
  if (code !== undefined) {
    const who = `AZURE_CLIENT_ID ${shown(env["AZURE_CLIENT_ID"] ?? "is not set")}`;
    return problem("azure-sign-in-refused", `AADSTS${code}`, REFUSALS[code]?.(who) ?? shown(ownWords(failure.text)));
  }
  const lost =
    /\b(network_error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|endpoints_resolution_error|CERT\w+|SELF_SIGNED\w+|UNABLE_TO_\w+)\b/.exec(
      failure.text,
    );
  if (lost !== null && isSure(env)) return problem("azure-sign-in-unreachable", lost[1]!);
  if (isUnavailable(error)) return problem("azure-sign-in-missing", waysTried(error), wayOut(env));
  return problem("azure-sign-in-refused", "no code", shown(ownWords(failure.text)));
}

function noMatch({ codes }: SignInFailure, env: AzureContext["env"], sent: AssertionClaims | null): Problem {
  const identity = shown(env["AZURE_CLIENT_ID"] ?? "of the signed-in account");
  const said =
    sent === null
      ? "what was sent is not known here"
      : `subject "${shown(sent.subject)}", issuer "${shown(sent.issuer)}"`;
  return problem("azure-federation-mismatch", `AADSTS${codes.find((code) => NO_MATCH.has(code))}`, identity, said);
}

/** True when the settings name one way to sign in, so that a lost connection is Entra's and not a probe's. */
function isSure(env: AzureContext["env"]): boolean {
  return (env["AZURE_TENANT_ID"] ?? "") !== "" && (env["AZURE_CLIENT_ID"] ?? "") !== "";
}

function isUnavailable(error: unknown): boolean {
  const names = ["CredentialUnavailableError", "AggregateAuthenticationError"];
  return chainOf(error).some((link) => link instanceof Error && names.includes(link.name));
}

/** Each way that was tried with the first sentence of why it would not do. */
function waysTried(error: unknown): string {
  const each = (error as { readonly errors?: unknown }).errors;
  const tried = Array.isArray(each) ? each : [error];
  return tried.map((one) => shown(firstSentence(one instanceof Error ? one.message : String(one)), 120)).join("; ");
}

function wayOut(env: AzureContext["env"]): string {
  if (env["GITHUB_ACTIONS"] === "true" && (env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") === "") {
    return 'This job may not ask GitHub for an identity token: give it "permissions: id-token: write", and set AZURE_TENANT_ID and AZURE_CLIENT_ID';
  }
  if (env["GITHUB_ACTIONS"] === "true")
    return "Set AZURE_TENANT_ID and AZURE_CLIENT_ID; this job may ask GitHub for the rest";
  return 'Sign in with "az login"; on Azure give the machine a managed identity; elsewhere set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET';
}

/** Entra's own sentence, without the numbers for its support that follow it. */
function ownWords(text: string): string {
  const from = text.indexOf("AADSTS");
  return (from === -1 ? text : text.slice(from)).split(/\s*(?:Trace ID|Correlation ID|Timestamp):/)[0]!;
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.!?])\s/)[0]!.replace(/\.$/, "");
}

function textsOf(error: unknown): string[] {
  return chainOf(error).flatMap((link) => {
    if (!(link instanceof Error)) return [String(link)];
    const { code, errors } = link as { readonly code?: unknown; readonly errors?: unknown };
    return [
      link.message,
      ...(typeof code === "string" ? [code] : []),
      ...(Array.isArray(errors) ? errors.map(String) : []),
    ];
  });
}

/** The error and its causes. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < 10; link = (link as Error).cause) {
    chain.push(link);
  }
  return chain;
}
