import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { argument, terraformBlocks } from "../terraform-files.ts";
import { ROOT } from "../workflow-policy.ts";
import { login, registryToken } from "./registry-login.ts";
import { setWebAppImage } from "./web-app-image.ts";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly environment: string;
  readonly if: string;
  readonly steps: readonly Step[];
}
const text = readFileSync(join(ROOT, ".github/workflows/deploy.yml"), "utf8");
const { on, jobs } = parse(text) as { on: Record<string, unknown>; jobs: Record<string, Job> };
const job = jobs["deploy"]!;
const step = (name: string): Step => job.steps.find((each) => each.name === name) ?? assert.fail(`no step "${name}"`);

const DIGEST = `sha256:${"ab".repeat(32)}`;
const REGISTRY = "crodd.azurecr.io";
const TENANT = "11111111-2222-3333-4444-555555555555";

const folder = mkdtempSync(join(tmpdir(), "oddrun-deploy-steps-"));
after(() => rmSync(folder, { recursive: true }));

/** A docker that writes down its arguments and standard input, and knows one image with one digest. */
function dockerThatSays(manifest: string): string {
  const docker = join(folder, "docker");
  writeFileSync(
    docker,
    `#!/bin/sh\necho "$*" >> "${folder}/calls"\ncase "$*" in *password-stdin*) cat > "${folder}/stdin";; *inspect*) echo '${manifest}';; esac\n`,
  );
  chmodSync(docker, 0o755);
  for (const name of ["calls", "stdin", "output", "summary"]) writeFileSync(join(folder, name), "");
  return `${folder}${delimiter}${process.env["PATH"]}`;
}
const left = (name: string): string => readFileSync(join(folder, name), "utf8");

function runStep(name: string, manifest: string, env: Record<string, string>): number | null {
  const { status } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step(name).run!], {
    cwd: ROOT,
    env: {
      PATH: dockerThatSays(manifest),
      GITHUB_OUTPUT: join(folder, "output"),
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
      ...env,
    },
  });
  return status;
}
const skip = spawnSync("bash", ["-c", "jq --version && git --version"]).status === 0 ? false : "needs bash, jq and git";

test("it is started by hand, on main, in the environment whose jobs Terraform trusts to deploy", () => {
  assert.deepEqual(Object.keys(on), ["workflow_dispatch"]);
  assert.deepEqual(Object.keys(jobs), ["deploy"]);
  const variable = terraformBlocks().find(({ labels }) => labels[0] === "github_deploy_environment")!;
  assert.equal(`"${job.environment}"`, argument(variable, "default"));
  assert.match(job.if, /github\.ref == 'refs\/heads\/main' &&/);
  assert.match(text, /AZURE_CLIENT_ID: \$\{\{ vars\.AZURE_CLIENT_ID_DEPLOY \}\}/);
});

test("every variable that it reads is an output of Terraform", () => {
  const outputs = terraformBlocks().find(({ labels }) => labels[0] === "github_variables")!.body;
  const read = new Set([...text.matchAll(/\bvars\.(\w+)/g)].map(([, name]) => name!));
  assert.ok(read.size >= 8);
  for (const name of read)
    assert.ok(outputs.includes(`${name} `) || name.startsWith("AZURE_CLIENT_ID_"), `${name} is no output`);
});

test("what costs or changes something running is done only when asked for", () => {
  assert.equal(step("Deploy the newest model behind the endpoint").if, "inputs.endpoint");
  assert.equal(step("Give the web app its image").if, "inputs.web_app");
});

test("the base's digest is looked up and recorded, and nothing is built without one", { skip }, () => {
  const env = step("Look the base up").env!;
  assert.equal(runStep("Look the base up", JSON.stringify({ digest: DIGEST }), env), 0);
  assert.equal(left("output"), `digest=${DIGEST}\n`);
  assert.ok(left("summary").includes(`docker.io/library/node:24-slim@${DIGEST}`));
  for (const manifest of ["{}", '{"digest":"latest"}', ""]) {
    assert.equal(runStep("Look the base up", manifest, env), 1, manifest);
    assert.equal(left("output"), "");
  }
  const tag = /^ARG NODE_TAG=(\S+)$/m.exec(readFileSync(join(ROOT, "Dockerfile"), "utf8"))![1];
  assert.equal(env["BASE"], `docker.io/library/node:${tag}`);
});

test("both targets are built from that base, pushed by the commit and handed on by the registry's digest", {
  skip,
}, () => {
  const env = {
    AZURE_CONTAINER_REGISTRY: REGISTRY,
    GITHUB_SHA: "c0ffee",
    NODE_DIGEST: DIGEST,
    SOURCE_URL: "https://x",
  };
  assert.equal(runStep("Build and push", JSON.stringify({ digest: DIGEST }), env), 0);
  assert.equal(left("output"), `scoring=${REGISTRY}/oddrun-scoring@${DIGEST}\napp=${REGISTRY}/oddrun@${DIGEST}\n`);
  const builds = left("calls")
    .split("\n")
    .filter((call) => call.startsWith("buildx build"));
  assert.equal(builds.length, 2);
  for (const build of builds) {
    assert.match(build, / --push --tag crodd\.azurecr\.io\/oddrun(-scoring)?:c0ffee /);
    assert.ok(build.includes(`--build-arg NODE_DIGEST=${DIGEST}`), build);
  }
  const args = [...readFileSync(join(ROOT, "Dockerfile"), "utf8").matchAll(/^ARG (\w+)/gm)].map(([, name]) => name!);
  for (const [, name] of builds[0]!.matchAll(/--build-arg (\w+)=/g)) assert.ok(args.includes(name!), name);
});

test("docker is signed in with the registry's own token, which is nowhere but on its standard input", {
  skip,
}, async () => {
  const asked: { url: string; body: string }[] = [];
  const send = ((url: string, { body }: { body: URLSearchParams }) => {
    asked.push({ url, body: body.toString() });
    return Promise.resolve(Response.json({ refresh_token: "registry-token" }));
  }) as unknown as typeof fetch;
  const getToken = (scope: string) => Promise.resolve(`entra-token-for ${scope}`);
  const env = { PATH: dockerThatSays("{}"), AZURE_CONTAINER_REGISTRY: REGISTRY, AZURE_TENANT_ID: TENANT };
  await login(env, getToken, send);
  assert.equal(asked[0]!.url, `https://${REGISTRY}/oauth2/exchange`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(asked[0]!.body)), {
    grant_type: "access_token",
    service: REGISTRY,
    tenant: TENANT,
    access_token: "entra-token-for https://containerregistry.azure.net/.default",
  });
  assert.equal(left("stdin"), "registry-token");
  assert.equal(left("calls"), `login --username 00000000-0000-0000-0000-000000000000 --password-stdin ${REGISTRY}\n`);
});

test("a registry that refuses, or that is none of Azure's, is one clear line without a token", async () => {
  const refusing = (() => Promise.resolve(new Response("entra-token", { status: 401 }))) as unknown as typeof fetch;
  const getToken = () => Promise.resolve("entra-token");
  await assert.rejects(
    registryToken(REGISTRY, TENANT, getToken, refusing),
    (error: Error) => /answered 401 .*needs the role AcrPush/.test(error.message) && !/entra-token/.test(error.message),
  );
  for (const registry of ["", "evil.example", "crodd.azurecr.io.evil.example", "crodd.azurecr.io/x"])
    await assert.rejects(
      login({ AZURE_CONTAINER_REGISTRY: registry, AZURE_TENANT_ID: TENANT }, getToken, refusing),
      /AZURE_CONTAINER_REGISTRY is not set/,
    );
});

test("the web app gets the image by its digest and nothing else", async () => {
  const asked: { url: string; method: string; body: string }[] = [];
  const send = ((url: string, init: { method: string; body: string }) => {
    asked.push({ url, method: init.method, body: init.body });
    return Promise.resolve(Response.json({}));
  }) as unknown as typeof fetch;
  const env = { AZURE_SUBSCRIPTION_ID: TENANT, AZURE_RESOURCE_GROUP: "rg", AZURE_WEB_APP: "app-odd" };
  const getToken = () => Promise.resolve("t");
  await setWebAppImage({ ...env, APP_IMAGE: `${REGISTRY}/oddrun@${DIGEST}` }, getToken, send);
  assert.deepEqual(asked, [
    {
      url: `https://management.azure.com/subscriptions/${TENANT}/resourceGroups/rg/providers/Microsoft.Web/sites/app-odd/config/web?api-version=2023-12-01`,
      method: "PATCH",
      body: JSON.stringify({ properties: { linuxFxVersion: `DOCKER|${REGISTRY}/oddrun@${DIGEST}` } }),
    },
  ]);
  await assert.rejects(
    setWebAppImage({ ...env, APP_IMAGE: `${REGISTRY}/oddrun:latest` }, getToken, send),
    /APP_IMAGE is not set/,
  );
});

test("what goes wrong is one line of the log, with the host that gave no answer", () => {
  const place = JSON.stringify(join(import.meta.dirname, "azure-token.ts"));
  const program = `const { ask, asStep } = await import(${place});
    const send = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED\\n::add-mask::x") }));
    await asStep(() => ask("https://crodd.azurecr.io/x", {}, send));`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^::error::crodd\.azurecr\.io gave no answer \(fetch failed: connect ECONNREFUSED.*add-mask.*\)\. .*\n$/,
  );
});
