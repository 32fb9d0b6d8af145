import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type AzureStandIn, startAzureStandIn } from "../azure-stand-in/index.ts";
import { generateCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";
import { startOddrun } from "../collect-suite/oddrun-process.ts";
import { type Line, lineOf, type Looked, notOk, readLines } from "./oddrun-doctor.ts";
import { oddrunHere } from "./stage.ts";
import { WITHOUT_AZURE } from "./without-azure.ts";

const NAME = "octo-org/monorepo";
const PREFIX = "repo:octo-org@9000001/monorepo@710000001";
const SECRET = "a-key-that-nobody-is-to-see-0123456789";
const EXPIRED = "ghp_expiredexpiredexpiredexpiredexpired0";

let azure: AzureStandIn;
let github: GitHubStandIn;
let folder: string;
let undo: () => void;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "oddrun-doctor-"));
  azure = await startAzureStandIn({ containers: "canned", federatedSubjects: [`${PREFIX}:ref:refs/heads/main`] });
  github = await startGitHubStandIn({ corpus: generateCorpus({ size: "small", seed: 1, nowMs: Date.now() }) });
  github.addToken({ text: EXPIRED, expiresAtMs: 1 });
  // libraries look for ways to sign in on their own: of this process they see the proxy, and that no way but this is to be tried
  const { HTTPS_PROXY = "", NO_PROXY = "" } = azure.env;
  undo = azure.useInProcess({ HTTPS_PROXY, NO_PROXY, AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential" });
  const input = join(folder, "pipeline_metrics.csv");
  await oddrunHere(["sample", "--out", input], settings());
  const trained = await oddrunHere(["train", "--register", "azureml", "--input", input, ...modelDir()], settings());
  assert.equal(trained.code, 0, trained.err);
});
after(async () => {
  undo();
  await azure.close();
  await github.close();
  await rm(folder, { recursive: true });
});

function settings(change: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const own = { GITHUB_TOKEN: github.token, GITHUB_API_URL: github.url, ODDRUN_DATA_DIR: join(folder, ".oddrun") };
  return { ...azure.env, AZURE_TOKEN_CREDENTIALS: "", ...own, ...change };
}

const modelDir = () => ["--model-dir", join(folder, "model")];

async function look(change: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<Looked> {
  const all = ["doctor", "--json", "--repository", NAME, ...modelDir(), ...args];
  const looked = readLines(await oddrunHere(all, settings(change)));
  for (const secret of [SECRET, EXPIRED, github.token, azure.names.clientSecret, "eyJ"])
    assert.ok(!looked.text.includes(secret), looked.text);
  return looked;
}

/** What a line says in all. */
const said = ({ found, mend = "", details = [] }: Line): string => [found, mend, ...details].join("\n");

test("everything healthy is all ok, with the subjects and the inputs for Terraform, and nothing is left behind", async () => {
  const blobCount = azure.state.blobs.size;
  azure.clearRequests();
  const { exitCode, lines, text } = await look();
  // nothing was deployed, and the endpoint was not asked for
  assert.deepEqual(notOk(lines), ["Endpoint: skipped"], text);
  assert.equal(exitCode, 0);
  const { details = [] } = lineOf(lines, "OIDC subject");
  assert.ok(details.includes(`subject  ${PREFIX}:ref:refs/heads/main`));
  assert.ok(details.includes("terraform.tfvars  github_repository_id = 710000001"));
  assert.match(lineOf(lines, "Azure sign-in").found, new RegExp(azure.names.objectId));
  assert.match(lineOf(lines, "Workspace's identity").found, /SystemAssigned/);
  assert.equal(azure.state.blobs.size, blobCount);
  assert.deepEqual(azure.refusedHosts, []);
  assert.ok(azure.requests.every(({ step }) => step !== "unknown"));
  // the guide has a row for each line
  const guide = await readFile(new URL("../../docs/doctor.md", import.meta.url), "utf8");
  for (const { name } of lines) assert.ok(guide.includes(`| ${name} |`), `docs/doctor.md has no row for ${name}`);
});

/** What is wrong, which line alone fails, the exit code, what that line says; and what cannot be looked at because of it. */
interface Fault {
  readonly what: string;
  readonly fails: string;
  readonly exitCode: number;
  readonly says: RegExp;
  readonly skips?: RegExp;
  readonly change?: () => Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Answers how to undo it. */
  readonly plant?: () => () => void;
}

const OF_AZURE = /^(Azure ML workspace|Workspace's|Default datastore|Container registry|Registered model|Endpoint)/;
const BLOB_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*";

const FAULTS: readonly Fault[] = [
  {
    what: "a subject that no credential trusts",
    fails: "Azure sign-in",
    exitCode: 4,
    says: /AADSTS700213.*repo:octo-org\/monorepo:ref:refs\/heads\/main/,
    skips: OF_AZURE,
    change: () => ({
      AZURE_CLIENT_SECRET: "",
      AZURE_TOKEN_CREDENTIALS: "",
      ...azure.githubOidcEnv({ subject: "repo:octo-org/monorepo:ref:refs/heads/main" }),
    }),
  },
  {
    what: "a job without the right to ask for an identity token",
    fails: "Azure sign-in",
    exitCode: 4,
    says: /permissions: id-token: write/,
    skips: OF_AZURE,
    change: () => ({
      AZURE_CLIENT_SECRET: "",
      AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
      GITHUB_ACTIONS: "true",
    }),
  },
  {
    what: "a missing role on the storage account",
    fails: "Default datastore",
    exitCode: 4,
    says: /"Storage Blob Data Contributor"/,
    skips: /^Registered model$/,
    plant: () => azure.deny(BLOB_WRITE),
  },
  {
    what: "a workspace that was deleted or never there",
    fails: "Azure ML workspace",
    exitCode: 4,
    says: /14 days.*holds its name/,
    skips: OF_AZURE,
    change: () => ({ AZURE_ML_WORKSPACE: "mlw-deleted" }),
  },
  {
    what: "no right to see the workspace",
    fails: "Azure ML workspace",
    exitCode: 4,
    says: /Reader|AzureML Data Scientist/,
    skips: OF_AZURE,
    plant: () => azure.deny("Microsoft.MachineLearningServices/workspaces/read"),
  },
  {
    what: "a trouble of the workspace's own identity",
    fails: "Workspace's dependencies",
    exitCode: 4,
    says: /storageAccount: The identity has no role on ⟨U\+001B⟩\[31mit/,
    plant() {
      const message = "The identity has no role on \u001b[31mit";
      azure.state.diagnosis.set("storageAccountResults", [{ code: "NoRole", level: "Error", message }]);
      return () => azure.state.diagnosis.clear();
    },
  },
  {
    what: "a registered model whose file was changed",
    fails: "Registered model",
    exitCode: 4,
    says: /isolation_forest\.bin is not the one that was registered/,
    plant() {
      const [path, blob] = [...azure.state.blobs].find(([name]) => name.endsWith("isolation_forest.bin"))!;
      azure.state.blobs.set(path, { ...blob, bytes: Buffer.from("other bytes") });
      return () => void azure.state.blobs.set(path, blob);
    },
  },
  {
    what: "an endpoint that is not there",
    fails: "Endpoint",
    exitCode: 4,
    says: /there is no endpoint nobody/,
    args: ["--endpoint", "nobody"],
  },
  {
    what: "a clock ten minutes ahead",
    fails: "Clock against Azure",
    exitCode: 2,
    says: /ahead of Azure's clock\n.*NTP/,
    plant() {
      const date = new Date(Date.now() - 600_000).toUTCString();
      return azure.plant({ step: "subscription get", times: 9, answer: { status: 401, headers: { date } } });
    },
  },
  {
    what: "a GitHub token that has run out",
    fails: "GitHub token",
    exitCode: 4,
    says: /does not take the token \(401\)/,
    skips: /^(GitHub (rate limit|repository|Actions history)|OIDC subject)$/,
    change: () => ({ GITHUB_TOKEN: EXPIRED }),
  },
  {
    what: "a Key Vault reference that App Service left unresolved",
    fails: "Settings",
    exitCode: 2,
    says: /ODDRUN_API_KEY.*\n.*Key Vault Secrets User/,
    change: () => ({
      ODDRUN_API_KEY: "@Microsoft.KeyVault(SecretUri=https://kv-oddrun.vault.azure.net/secrets/api-key/)",
    }),
  },
  {
    what: "a setting whose secret is not in the vault",
    fails: "Secret of ODDRUN_API_KEY",
    exitCode: 4,
    says: /no such secret/,
    change: () => ({ ODDRUN_API_KEY: "keyvault:https://kv-oddrun.vault.azure.net/secrets/nothing" }),
  },
];

for (const fault of FAULTS) {
  const { what, fails, says, skips, change, args, plant } = fault;
  test(`${what}: "${fails}" fails and tells what to do, and nothing else fails`, async () => {
    const undo = plant?.();
    const { exitCode, lines, text } = await look(change?.(), args);
    undo?.();
    const failed = lines.filter(({ status }) => status === "failed");
    const also = failed.filter(({ name }) => name !== fails && skips?.test(name) !== true);
    assert.deepEqual(also, [], text);
    assert.equal(lineOf(lines, fails).status, "failed", text);
    assert.match(said(lineOf(lines, fails)), says);
    assert.equal(exitCode, fault.exitCode, text);
    for (const one of lines) {
      if (one.name === fails || one.status === "ok" || one.name === "Endpoint") continue;
      assert.ok(skips?.test(one.name), `${one.name} is ${one.status}: ${one.found}`);
    }
  });
}

test("a secret that is in the vault is used, and a damaged store is the store's failure", async () => {
  azure.addSecret("github-token", github.token);
  const reference = "keyvault:https://kv-oddrun.vault.azure.net/secrets/github-token";
  const data = await mkdtemp(join(folder, "data-"));
  await writeFile(
    join(data, "oddrun.db"),
    "no store at all, but a text that is long enough to be looked at\n".repeat(20),
  );
  const { exitCode, lines } = await look({ GITHUB_TOKEN: reference }, ["--data-dir", data]);
  assert.equal(lineOf(lines, "Secret of GITHUB_TOKEN").status, "ok");
  assert.equal(lineOf(lines, "GitHub token").status, "ok");
  assert.equal(lineOf(lines, "Store of runs").status, "failed");
  assert.equal(exitCode, 5);
});

test("the text has the failing line and how to mend it; --no-azure asks Azure nothing", async () => {
  azure.clearRequests();
  const args = ["doctor", "--no-azure", "--repository", NAME, ...modelDir()];
  const ran = await oddrunHere(args, settings({ GITHUB_TOKEN: EXPIRED }));
  assert.equal(ran.code, 4);
  assert.match(ran.out, /^failed {3}GitHub token +.*Make a new one/m);
  assert.match(ran.out, /^skipped {2}Azure +not asked for/m);
  assert.equal(azure.requests.length, 0);
});

test("what only deploying needs is no failure for an identity that registers models", async () => {
  const giveBack = azure.deny("Microsoft.ContainerRegistry/registries/pull/read");
  const { exitCode, lines, text } = await look();
  giveBack();
  assert.equal(lineOf(lines, "Container registry").status, "warning", text);
  assert.match(said(lineOf(lines, "Container registry")), /to deploy.*"AcrPush"/s);
  assert.equal(exitCode, 0);
});

test("what signs in cannot come from the vault, which is told for the setting that says so", async () => {
  const { exitCode, lines } = await look({
    AZURE_CLIENT_SECRET: "keyvault:https://kv-oddrun.vault.azure.net/secrets/own-secret",
  });
  assert.equal(lineOf(lines, "Secret of AZURE_CLIENT_SECRET").status, "failed");
  assert.match(lineOf(lines, "Secret of AZURE_CLIENT_SECRET").found, /needed to sign in cannot come from the vault/);
  assert.equal(exitCode, 2);
  assert.ok(azure.requests.every(({ step }) => step !== "secret get"));
});

test("a registered version that is no model is told as that, and not as a bug", async () => {
  const { versions } = azure.state.models.get("pipeline-anomaly")!;
  const version = versions.get("1")!;
  const json = [...azure.state.blobs].find(([path]) => path.endsWith("model.json"))!;
  const bytes = Buffer.from(json[1].bytes.toString().replace('"formatVersion":', '"formatVersion":9'));
  const other = hash("sha256", bytes, "hex");
  azure.state.blobs.set(json[0], { ...json[1], bytes });
  const properties = { ...(version.properties["properties"] as Record<string, string>) };
  const files = { ...(JSON.parse(properties["oddrun_files"]!) as object), "model.json": other };
  const changed = { ...properties, oddrun_files: JSON.stringify(files), oddrun_model_sha256: other };
  versions.set("1", { ...version, properties: { ...version.properties, properties: changed } });
  const { exitCode, lines } = await look();
  azure.state.blobs.set(...json);
  versions.set("1", version);
  const { found, mend = "" } = lineOf(lines, "Registered model");
  assert.match(found, /^The model in the registered version is not used: model\.json/);
  assert.doesNotMatch(found + mend, /unforeseen|report it/);
  assert.equal(exitCode, 4);
});

test("an endpoint that settings name and nobody deployed yet is no failure", async () => {
  const { exitCode, lines } = await look({ AZURE_ML_ENDPOINT: "not-yet" });
  assert.deepEqual(lineOf(lines, "Endpoint").status, "skipped");
  assert.match(lineOf(lines, "Endpoint").found, /there is no endpoint not-yet/);
  assert.equal(exitCode, 0);
});

test("without the optional package one line says so, and everything else is looked at", async () => {
  const env = { ...settings(), NODE_OPTIONS: `--import=${WITHOUT_AZURE}` };
  const doctor = (...args: readonly string[]) =>
    startOddrun(["doctor", "--json", "--repository", NAME, ...modelDir(), ...args], env).ended;
  azure.clearRequests();
  const [usual, asked] = await Promise.all([doctor(), doctor("--azure")]);
  for (const [ended, exitCode, status] of [
    [usual, 0, "Azure: warning"],
    [asked, 2, "Azure: failed"],
  ] as const) {
    const { lines, text } = readLines({ code: ended.exitCode ?? -1, out: ended.out, err: ended.err });
    assert.deepEqual(notOk(lines), [status], text);
    assert.match(lineOf(lines, "Azure").found, /@oddrun\/azure, which is not installed/);
    assert.equal(ended.exitCode, exitCode, text);
  }
  assert.deepEqual(azure.requests, []);
});
