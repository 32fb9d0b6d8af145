import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type AzureStandIn, startAzureStandIn } from "../azure-stand-in/index.ts";
import { generateCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";
import { doctor, type Line, notOk, oddrun } from "./oddrun-doctor.ts";

const NAME = "octo-org/monorepo";
const PREFIX = "repo:octo-org@9000001/monorepo@710000001";
const SECRET = "a-key-that-nobody-is-to-see-0123456789";
const EXPIRED = "ghp_expiredexpiredexpiredexpiredexpired0";

let azure: AzureStandIn;
let github: GitHubStandIn;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "oddrun-doctor-"));
  azure = await startAzureStandIn({ containers: "canned", federatedSubjects: [`${PREFIX}:ref:refs/heads/main`] });
  github = await startGitHubStandIn({ corpus: generateCorpus({ size: "small", seed: 1, nowMs: Date.now() }) });
  github.addToken({ text: EXPIRED, expiresAtMs: 1 });
  const trained = await oddrun(["train", "--register", "azureml"], folder, settings());
  assert.equal(trained.exitCode, 0, trained.stderr);
});
after(async () => {
  await azure.close();
  await github.close();
  await rm(folder, { recursive: true });
});

function settings(change: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...azure.env, GITHUB_TOKEN: github.token, GITHUB_API_URL: github.url, ...change };
}

async function look(
  change: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): ReturnType<typeof doctor> {
  const looked = await doctor(["--repository", NAME, ...args], folder, settings(change));
  for (const secret of [SECRET, EXPIRED, github.token, azure.names.clientSecret, "eyJ"])
    assert.ok(!looked.text.includes(secret), looked.text);
  return looked;
}

function line(lines: readonly Line[], name: string): Line {
  const found = lines.find((one) => one.name === name);
  assert.ok(found !== undefined, `no line "${name}"`);
  return found;
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
  const { details = [] } = line(lines, "OIDC subject");
  assert.ok(details.includes(`subject  ${PREFIX}:ref:refs/heads/main`));
  assert.ok(details.includes("terraform.tfvars  github_repository_id = 710000001"));
  assert.match(line(lines, "Azure sign-in").found, new RegExp(azure.names.objectId));
  assert.match(line(lines, "Workspace's identity").found, /SystemAssigned/);
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
    change: () => ({ AZURE_CLIENT_SECRET: "", GITHUB_ACTIONS: "true" }),
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
    what: "a registry that may not be pulled from",
    fails: "Container registry",
    exitCode: 4,
    says: /"AcrPull"/,
    plant: () => azure.deny("Microsoft.ContainerRegistry/registries/pull/read"),
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
    assert.equal(line(lines, fails).status, "failed", text);
    assert.match(said(line(lines, fails)), says);
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
  assert.equal(line(lines, "Secret of GITHUB_TOKEN").status, "ok");
  assert.equal(line(lines, "GitHub token").status, "ok");
  assert.equal(line(lines, "Store of runs").status, "failed");
  assert.equal(exitCode, 5);
});

test("the text has the failing line and how to mend it; --no-azure asks Azure nothing", async () => {
  azure.clearRequests();
  const ran = await oddrun(["doctor", "--no-azure", "--repository", NAME], folder, settings({ GITHUB_TOKEN: EXPIRED }));
  assert.equal(ran.exitCode, 4);
  assert.match(ran.stdout, /^failed {3}GitHub token +.*Make a new one/m);
  assert.match(ran.stdout, /^skipped {2}Azure +not asked for/m);
  assert.equal(azure.requests.length, 0);
});
