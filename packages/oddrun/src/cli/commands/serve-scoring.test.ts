import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCli } from "../run-cli.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const REFERENCE = "@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/oddrun-api-key/)";

let folder: string;
/** A mount with the model itself in it, and one with the model a folder deeper. */
let flat: string;
let deep: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "oddrun-scoring-"));
  flat = join(folder, "flat");
  deep = join(folder, "deep");
  await mkdir(deep);
  const args = [MAIN, "train", "--model-dir", flat, "--data-dir", join(folder, "data")];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  await cp(flat, join(deep, "pipeline-anomaly"), { recursive: true });
});
after(() => rm(folder, { recursive: true }));

async function oddrunHere(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = AbortSignal.abort();
  const status = await runCli({ argv: args, env, stdin: process.stdin, stdout, stderr, now: Date.now, signal });
  return { status, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? "").toString();
}

/** The server as a container starts it: an environment of nothing but these settings, no home folder among them. */
async function serve(
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [MAIN, "serve", "--scoring-only", "--host", "0.0.0.0"], {
    cwd,
    env: { ODDRUN_PORT: "0", ODDRUN_AUTH: "platform", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const port = /:(\d+) /.exec(chunk.toString())![1];
  return { child, url: `http://127.0.0.1:${port}` };
}

const BODY = `{"data":[{"build_id":"build_001","duration":300,"failure_rate":0.05},{"build_id":"build_002","duration":900,"failure_rate":0.45}]}`;

test("the mounted model is served at both depths, nothing is written, and SIGTERM ends it well", async () => {
  const cwd = join(folder, "empty");
  await mkdir(cwd);
  for (const AZUREML_MODEL_DIR of [flat, deep]) {
    const { child, url } = await serve({ AZUREML_MODEL_DIR }, cwd);
    const answer = await fetch(`${url}/score`, {
      method: "POST",
      body: BODY,
      headers: { "content-type": "application/json" },
    });
    assert.deepEqual(((await answer.json()) as { predictions: boolean[] }).predictions, [false, true]);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, process.platform === "win32" ? [null, "SIGTERM"] : [0, null]);
  }
  assert.deepEqual(await readdir(cwd), []);
});

test("what can never serve ends with one clear message", async () => {
  const damaged = join(folder, "damaged");
  await cp(flat, damaged, { recursive: true });
  await truncate(join(damaged, "isolation_forest.bin"), 100);
  const cases: readonly (readonly [readonly string[], NodeJS.ProcessEnv, number, RegExp])[] = [
    [["--scoring-only"], {}, 2, /--scoring-only needs the folder of a model: set --model-dir or AZUREML_MODEL_DIR\./],
    [["--scoring-only"], { AZUREML_MODEL_DIR: join(folder, "data") }, 3, /No trained model in \S+data or a folder/],
    [["--scoring-only"], { AZUREML_MODEL_DIR: folder }, 3, /holds 2 models: \S+damaged, \S+flat\. Name the folder/],
    [["--scoring-only"], { AZUREML_MODEL_DIR: damaged }, 3, /\S+damaged is not used: .*[^.]\. Train it again/],
    [["--scoring-only", "--host", "0.0.0.0"], { AZUREML_MODEL_DIR: flat }, 2, /so a key is needed: set ODDRUN_API_KEY/],
    [["--scoring-only"], { AZUREML_MODEL_DIR: flat, ODDRUN_AUTH: "none" }, 2, /ODDRUN_AUTH takes "platform"/],
    [[], { ODDRUN_AUTH: "platform" }, 2, /ODDRUN_AUTH=platform goes with --scoring-only alone/],
    [["--scoring-only"], { ODDRUN_PORT: "http" }, 2, /ODDRUN_PORT takes a whole number from 0 to 65535, not "http"/],
    [["--scoring-only"], { ODDRUN_API_KEY: REFERENCE }, 2, /ODDRUN_API_KEY holds a Key Vault reference/],
    [[], { ODDRUN_API_KEY: REFERENCE }, 2, /ODDRUN_API_KEY holds a Key Vault reference/],
  ];
  for (const [args, env, exitCode, message] of cases) {
    const { status, stdout, stderr } = await oddrunHere(["serve", ...args], env);
    assert.deepEqual([status, stdout], [exitCode, ""], stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /kv-a|\n {4}at /);
  }
});

test("--model-dir goes before the mount", async () => {
  const { status, stdout } = await oddrunHere(["serve", "--scoring-only", "--port", "0", "--model-dir", deep], {
    AZUREML_MODEL_DIR: folder,
  });
  assert.equal(status, 0);
  assert.match(stdout, /\(model metrics-[0-9a-f]{12}\)/);
});
