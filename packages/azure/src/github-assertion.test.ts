import assert from "node:assert/strict";
import { test } from "node:test";
import { type AzureContext, Problem } from "oddrun/ports";
import { githubAssertion, mayAskGithub } from "./github-assertion.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function jobWith(url: string): AzureContext {
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "token-of-the-job" };
  return { env, now: Date.now, log: SILENT, signal: new AbortController().signal, progress() {} };
}

for (const url of [
  "http://127.0.0.1:1/token",
  "not an address",
  "https://user:word@127.0.0.1:1/token",
  "file:///etc/passwd",
]) {
  test(`the job's token is not sent to ${url}`, async () => {
    await assert.rejects(githubAssertion(jobWith(url)), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /no https address/);
      assert.doesNotMatch(error.message, /token-of-the-job|word@/);
      return error.code === "github-id-token";
    });
  });
}

test("a job may ask GitHub when both of its variables are set", () => {
  assert.equal(mayAskGithub(jobWith("https://token.example").env), true);
  assert.equal(mayAskGithub({ ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example" }), false);
  assert.equal(mayAskGithub({}), false);
});
