import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCli } from "../run-cli.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "oddrun-serve-"));
});
after(() => rm(folder, { recursive: true }));

function oddrun(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** The same without a process of its own. */
async function oddrunHere(args: readonly string[], env: NodeJS.ProcessEnv) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const argv = [...args, "--data-dir", join(folder, "here")];
  const status = await runCli({ argv, env, stdin: process.stdin, stdout, stderr, now: Date.now, signal });
  return { status, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? "").toString();
}

interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  readonly line: string;
}

async function serve(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0", ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const line = chunk.toString();
  return { child, line, url: /http:\S+/.exec(line)![0] };
}

async function end({ child }: Serving, signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<unknown> {
  const ended = once(child, "exit");
  child.kill(signal);
  return (await ended)[0];
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    json: (await response.json()) as { predictions: boolean[]; code: string; model: { version: string } },
  };
}

const BUILDS = {
  data: [
    { build_id: "build_001", duration: 300, failure_rate: 0.05 },
    { build_id: "build_002", duration: 900, failure_rate: 0.45 },
  ],
};

test("it says where it listens, waits for a model, and serves the one that training then puts in use, and the next", async () => {
  const serving = await serve();
  assert.match(
    serving.line,
    /^Oddrun serves http:\/\/127\.0\.0\.1:\d+ \(no model yet: run "oddrun train"\)\. Ctrl-C ends it\.\n$/,
  );
  assert.deepEqual((await post(serving.url, BUILDS)).json.code, "model-unavailable");
  for (const version of ["metrics-1", "metrics-2"]) {
    const trained = oddrun(["train", "--seed", version.slice(-1)]);
    assert.equal(trained.status, 0, trained.stderr);
    const lastMs = Date.now() + 10_000;
    let answer = await post(serving.url, BUILDS);
    while (answer.json.model?.version !== version && Date.now() < lastMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await post(serving.url, BUILDS);
    }
    assert.deepEqual([answer.status, answer.json.model.version], [200, version]);
    assert.deepEqual(answer.json.predictions, [false, true]);
  }
  assert.equal((await fetch(`${serving.url}/`)).status, 200);
  assert.equal(await end(serving, "SIGINT"), 0);
});

/** The request of the first design, word for word. */
const SNIPPET = `import requests
import json

# Prepare metrics
metrics = {
    "data": [
        {"build_id": "build_001", "duration": 300, "failure_rate": 0.05},
        {"build_id": "build_002", "duration": 900, "failure_rate": 0.45}  # Anomaly!
    ]
}

# Call prediction endpoint (after deployment)
response = requests.post(
    endpoint_url,
    headers={"Authorization": f"Bearer {api_key}"},
    json=metrics
)

results = response.json()
# results['predictions'] = [False, True]  # Second build is anomalous
`;

function hasPythonRequests(): boolean {
  try {
    execFileSync("python3", ["-c", "import requests"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("a client in Python, and one by fetch, get [False, True] with the key, from a model folder", async (t) => {
  const key = "0123456789abcdef0123456789abcdef";
  // Written by the training above.
  const serving = await serve(["--model-dir", "model"], { ODDRUN_API_KEY: key });
  try {
    const { status, json } = await post(serving.url, BUILDS, { authorization: `Bearer ${key}` });
    assert.deepEqual([status, json.predictions], [200, [false, true]]);
    assert.equal((await post(serving.url, BUILDS)).status, 401);
    if (!hasPythonRequests()) {
      t.diagnostic("SKIPPED the Python half: python3 with requests is not here");
      return;
    }
    const program = `endpoint_url = "${serving.url}/score"\napi_key = "${key}"\n${SNIPPET}print(results["predictions"])\n`;
    const python = spawn("python3", ["-c", program], {
      env: { ...process.env, NO_PROXY: "127.0.0.1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    python.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await once(python, "close");
    assert.equal(printed, "[False, True]\n");
  } finally {
    assert.equal(await end(serving), 0);
  }
});

test("settings that will not do are one clear message and exit 2", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const cases: readonly (readonly [readonly string[], NodeJS.ProcessEnv, RegExp])[] = [
    [
      ["--port", String(port)],
      {},
      /^oddrun: Cannot listen on 127\.0\.0\.1, port \d+: another program listens there already\. Name another one with --port or --host\.\n$/,
    ],
    [["--port", "65536"], {}, /--port takes a whole number from 0 to 65535/],
    [["--port", "http"], {}, /--port takes a whole number/],
    [
      ["--host", "0.0.0.0"],
      { ODDRUN_API_KEY: "" },
      /Others can reach 0\.0\.0\.0, so a key is needed: set ODDRUN_API_KEY, .*openssl rand -hex 32/,
    ],
    [["--host", "a b"], {}, /--host takes an address/],
    [
      [],
      { ODDRUN_API_KEY: "too-short-a-key" },
      /ODDRUN_API_KEY has 15 characters\. It needs 32 or more .*openssl rand -hex 32/,
    ],
  ];
  for (const [args, env, message] of cases) {
    const { status, stdout, stderr } = await oddrunHere(["serve", ...args], env);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /too-short-a-key|\n {4}at /);
  }
  other.close();
});

test("a store that is none leaves scoring alone; the log tells each request by its id", async () => {
  const data = join(folder, "broken");
  await writeFile(data, "not a folder");
  const logging = ["--log-level", "info", "--log-format", "json"];
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0", "--data-dir", data, ...logging], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const url = /http:\S+/.exec(chunk.toString())![0];
  assert.equal((await fetch(`${url}/health/live`)).status, 200);
  assert.equal((await fetch(`${url}/`)).status, 503);
  assert.match(told, /The page of odd runs is not there until then; scoring is\./);
  assert.equal(await end({ child, url, line: "" }), 0);
  const lines = told
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line["message"] === "request");
  assert.deepEqual(
    lines.map(({ method, path, status }) => [method, path, status]),
    [
      ["GET", "/health/live", 200],
      ["GET", "/", 503],
    ],
  );
  assert.equal(new Set(lines.map(({ requestId }) => requestId)).size, 2);
  assert.equal(new Set(lines.map(({ invocation }) => invocation)).size, 1);
});
