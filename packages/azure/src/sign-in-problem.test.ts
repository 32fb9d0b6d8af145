import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "oddrun/ports";
import { mayBeTooNew, signInFailure, signInProblem } from "./sign-in-problem.ts";

const CLIENT = { AZURE_TENANT_ID: "tenant-1", AZURE_CLIENT_ID: "client-1" };
const SENT = { subject: "repo:acme/shop:ref:refs/heads/main", issuer: "https://token.actions.githubusercontent.com" };

/** As the libraries wrap what Entra said: the words in a cause. */
function refusal(words: string): Error {
  const cause = new Error(
    `invalid_client: Error(s): 1 - Timestamp: x - Description: ${words} Trace ID: t Timestamp: x`,
  );
  const error = new Error(cause.message, { cause });
  error.name = "AuthenticationRequiredError";
  return error;
}

for (const code of [70021, 700211, 700212, 700213, 7002137, 7002138]) {
  test(`AADSTS${code} tells the subject and issuer that were sent, and may pass in a while`, () => {
    const error = refusal(`AADSTS${code}: No matching federated identity record found for presented assertion`);
    const { code: kind, exitCode, message } = signInProblem(error, CLIENT, SENT);
    assert.equal(kind, "azure-federation-mismatch");
    assert.equal(exitCode, 4);
    for (const part of [`AADSTS${code}`, SENT.subject, SENT.issuer, "client-1", "github_owner_id", "doctor"]) {
      assert.ok(message.includes(part), part);
    }
    assert.ok(mayBeTooNew(signInFailure(error)));
  });
}

for (const [code, way] of [
  [700024, "azure/login"],
  [7000215, "AZURE_CLIENT_SECRET"],
  [7000222, "run out"],
  [90002, "AZURE_TENANT_ID"],
  [700016, "client-1"],
  [53003, "Conditional Access"],
] as const) {
  test(`AADSTS${code} tells its own way out (${way})`, () => {
    const error = refusal(`AADSTS${code}: words of Entra.`);
    const { code: kind, message } = signInProblem(error, CLIENT, SENT);
    assert.equal(kind, "azure-sign-in-refused");
    assert.ok(message.includes(`AADSTS${code}`) && message.includes(way), message);
    assert.ok(!mayBeTooNew(signInFailure(error)));
  });
}

test("a code that is not known is told in Entra's words, on one line, without its support numbers", () => {
  const { message } = signInProblem(refusal("AADSTS50058: Session \u001b[31mgone.\r\nReally."), CLIENT, null);
  assert.match(message, /AADSTS50058\): AADSTS50058: Session ⟨U\+001B⟩\[31mgone\. +Really\./);
  assert.doesNotMatch(message, /Trace ID|\n/);
});

test("no token stands in a message, whatever Entra repeats", () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJlc2lnbmF0dXJl`;
  const { message } = signInProblem(refusal(`AADSTS50013: ${token} and client_secret=hunter2hunter2`), CLIENT, SENT);
  assert.doesNotMatch(message, /eyJ|hunter2/);
});

test("a lost connection to Entra is told as that when the settings name the sign-in", () => {
  const error = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
  assert.equal(signInProblem(error, CLIENT, null).code, "azure-sign-in-unreachable");
});

const unavailable = Object.assign(new Error("no"), {
  name: "AggregateAuthenticationError",
  errors: [
    new Error("EnvironmentCredential is unavailable. No underlying."),
    new Error("Azure CLI could not be found. Visit."),
  ],
});

test("without any way to sign in, those tried are listed", () => {
  const { code, message } = signInProblem(unavailable, {}, null);
  assert.equal(code, "azure-sign-in-missing");
  assert.match(message, /az login.*Tried: EnvironmentCredential is unavailable; Azure CLI could not be found\.$/);
});

test("a workflow without the right to ask for an identity token is told the permission", () => {
  assert.match(signInProblem(unavailable, { GITHUB_ACTIONS: "true" }, null).message, /permissions: id-token: write/);
});

test("one of our own problems comes through the library's wrapping as it was", () => {
  const own = problem("github-id-token", "GitHub refused");
  assert.equal(signInProblem(new Error("wrapped", { cause: own }), CLIENT, null), own);
});
