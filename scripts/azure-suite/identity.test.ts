import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { azureCredential, readVaultSecret } from "@oddrun/azure";
import { type AzureContext, Problem } from "oddrun/ports";
import { settingsFromVault } from "../../packages/oddrun/dist/cli/vault-settings.js";
import { type AzureStandIn, startAzureStandIn } from "../azure-stand-in/index.ts";

const SUBJECT = "repo:octo@11/widgets@22:ref:refs/heads/main";
const SCOPE = "https://management.azure.com/.default";
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let azure: AzureStandIn;
let undo: () => void;
const progress: string[] = [];

before(async () => {
  azure = await startAzureStandIn({ federatedSubjects: [SUBJECT] });
  undo = azure.useInProcess();
});
after(async () => {
  undo();
  await azure.close();
});
beforeEach(() => {
  azure.clearRequests();
  progress.length = 0;
});

function contextOf(env: Readonly<Record<string, string>>): AzureContext {
  const signal = new AbortController().signal;
  return { env, now: Date.now, log: SILENT, signal, progress: (line) => void progress.push(line) };
}

const asJob = (subject = SUBJECT) => azure.githubOidcEnv({ subject });

function withSecret(change: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { AZURE_TOKEN_CREDENTIALS: _, ...env } = azure.env;
  return { ...env, ...change };
}

/** The problem that the sign-in ends with; nothing secret stands in it. */
async function failure(env: Readonly<Record<string, string>>): Promise<Problem> {
  try {
    await azureCredential(contextOf(env)).getToken(SCOPE);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.exitCode, 4);
    for (const secret of ["eyJ", azure.names.clientSecret, "stand-in-request-token"])
      assert.ok(!error.message.includes(secret), error.message);
    return error;
  }
  return assert.fail("the sign-in worked");
}

const steps = () => azure.requests.map(({ step }) => step);

test("a job signs in with GitHub's own assertion, asked for anew for each access token", async () => {
  const credential = azureCredential(contextOf(asJob()));
  assert.ok((await credential.getToken(SCOPE))?.token.startsWith("eyJ"));
  await credential.getToken("https://storage.azure.com/.default");
  assert.equal(steps().filter((step) => step === "github id token").length, 2);
  assert.equal(steps().filter((step) => step === "entra token").length, 2);
});

test("an assertion is asked for again after lost connections and 500, and given up after four tries", async () => {
  azure.plant({ step: "github id token", answer: "lost-before" });
  azure.plant({ step: "github id token", answer: { status: 500 } });
  await azureCredential(contextOf(asJob())).getToken(SCOPE);
  azure.clearRequests();
  const end = azure.plant({ step: "github id token", times: 9, answer: { status: 503 } });
  const { code, message } = await failure(asJob());
  end();
  assert.equal(code, "github-id-token");
  assert.match(message, /status 503, 4 times/);
  assert.equal(azure.requests.length, 4);
});

test("GitHub or a vault that does not answer is asked again or told, and not waited for without end", async () => {
  azure.addSecret("hung", "value");
  azure.plant({ step: "github id token", answer: "hang" });
  const end = azure.plant({ step: "secret get", answer: "hang" });
  const [token, why] = await Promise.all([azureCredential(contextOf(asJob())).getToken(SCOPE), unread("hung")]);
  end();
  assert.ok(token);
  assert.match(why, /gave no answer in time/);
});

test("the job's token does not follow a redirect", async () => {
  const location = "https://elsewhere.actions.githubusercontent.com/stand-in";
  azure.plant({ step: "github id token", answer: { status: 302, headers: { location } } });
  assert.match((await failure(asJob())).message, /redirect/);
  assert.deepEqual(steps(), ["github id token"]);
});

test("a refusal or an answer without a token ends the sign-in at once", async () => {
  for (const answer of [
    { status: 401 },
    { status: 200, body: "<html>" },
    { status: 200, body: { value: "no token" } },
  ]) {
    azure.clearRequests();
    azure.plant({ step: "github id token", answer });
    assert.equal((await failure(asJob())).code, "github-id-token");
    assert.equal(azure.requests.length, 1);
  }
});

test("a wrong subject is told with the subject and issuer that were sent, after waiting for a new credential", async () => {
  const { code, message } = await failure(asJob("repo:octo/widgets:ref:refs/heads/main"));
  assert.equal(code, "azure-federation-mismatch");
  assert.match(message, /AADSTS700213.*subject "repo:octo\/widgets:ref:refs\/heads\/main".*githubusercontent\.com/);
  assert.equal(progress.length, 4);
});

test("a credential that becomes known while it is waited for is enough", async () => {
  const late = "repo:octo@11/widgets@22:environment:azure-production";
  const context = { ...contextOf(asJob(late)), progress: () => void azure.state.federatedSubjects.add(late) };
  assert.ok(await azureCredential(context).getToken(SCOPE));
});

test("letter case alone is told as what it is", async () => {
  assert.match((await failure(asJob(SUBJECT.replace("octo", "Octo")))).message, /AADSTS7002138.*Letter case counts/);
});

const REFUSALS: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ["a wrong secret", { AZURE_CLIENT_SECRET: "not~the~secret" }, /AADSTS7000215.*AZURE_CLIENT_SECRET/],
  [
    "a tenant that is none",
    { AZURE_TENANT_ID: "99999999-9999-4999-8999-999999999999" },
    /AADSTS90002.*AZURE_TENANT_ID/,
  ],
  [
    "an application that is none",
    { AZURE_CLIENT_ID: "99999999-9999-4999-8999-999999999999" },
    /AADSTS700016.*AZURE_CLIENT_ID/,
  ],
];
for (const [what, change, words] of REFUSALS) {
  test(`${what} is told with the setting to mend`, async () => {
    assert.match((await failure(withSecret(change))).message, words);
  });
}

test("an assertion too old and a policy against it are each told in their own way", async () => {
  for (const [code, words] of [
    [700024, /azure\/login/],
    [53003, /Conditional Access/],
  ] as const) {
    const body = { error: "invalid_client", error_description: `AADSTS${code}: no. Trace ID: 1`, error_codes: [code] };
    azure.plant({ step: "entra token", answer: { status: 401, body } });
    assert.match((await failure(asJob())).message, words);
  }
});

test("Entra out of reach is told as that", async () => {
  const end = azure.plant({ step: /^entra/, times: 99, answer: "lost-before" });
  const { code } = await failure(withSecret());
  end();
  assert.equal(code, "azure-sign-in-unreachable");
});

const VAULT = "https://kv-oddrun.vault.azure.net";
const read = (path: string, env = withSecret()) =>
  readVaultSecret("ODDRUN_API_KEY", `${VAULT}/secrets/${path}`, contextOf(env));

async function unread(path: string): Promise<string> {
  try {
    await read(path);
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === "vault-secret-unread", String(error));
    assert.ok(error.message.startsWith("ODDRUN_API_KEY is to be the secret"), error.message);
    return error.message;
  }
  return assert.fail("it was read");
}

test("a secret is read from Key Vault, the newest version or the one named", async () => {
  azure.addSecret("api-key", "first-value-of-the-key");
  azure.addSecret("api-key", "second-value-of-the-key");
  assert.equal(await read("api-key"), "second-value-of-the-key");
  assert.equal(await read(`api-key/${"1".padStart(32, "0")}`), "first-value-of-the-key");
  assert.equal(await read("api-key", asJob()), "second-value-of-the-key");
});

test("a missing role, a missing secret and a disabled one are each told with their way out", async () => {
  assert.match(await unread("nothing"), /no such secret/);
  const giveBack = azure.deny("Microsoft.KeyVault/vaults/secrets/getSecret/action");
  assert.match(await unread("api-key"), /role "Key Vault Secrets User"/);
  giveBack();
  const createdAtMs = Date.now();
  azure.state.secrets.set("off", [{ version: "0".repeat(32), value: "x", isEnabled: false, createdAtMs }]);
  assert.match(await unread("off"), /disabled/);
});

test("a command gets the secrets of the settings that it reads, and the vault is asked for no other", async () => {
  azure.addSecret("server-key", "the-value-of-the-server-key");
  const env = {
    ...withSecret(),
    ODDRUN_API_KEY: `keyvault:${VAULT}/secrets/server-key`,
    GITHUB_TOKEN: `keyvault:${VAULT}/secrets/not-to-be-asked-for`,
  };
  const settings = await settingsFromVault("serve", env, contextOf(env));
  assert.equal(settings["ODDRUN_API_KEY"], "the-value-of-the-server-key");
  assert.equal(settings["GITHUB_TOKEN"], undefined);
  assert.equal(settings["AZURE_TENANT_ID"], azure.names.tenantId);
});

test("a secret that has run out or is not valid yet is not used", async () => {
  const nowS = Math.floor(Date.now() / 1000);
  for (const [attributes, words] of [
    [{ exp: nowS - 60 }, /ran out at/],
    [{ nbf: nowS + 600 }, /not to be used before/],
  ] as const) {
    const body = {
      id: `${VAULT}/secrets/api-key/${"2".padStart(32, "0")}`,
      value: "x",
      attributes: { enabled: true, ...attributes },
    };
    // the first request, without a token, is answered with whom to ask for one
    azure.plant({ step: "secret get", skip: 1, answer: { status: 200, body } });
    assert.match(await unread("api-key"), words);
  }
});

test("no host was asked for that the sign-in does not need", () => {
  assert.deepEqual(azure.refusedHosts, []);
});
