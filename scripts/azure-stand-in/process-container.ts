import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Container, ContainerRequest } from "./containers.ts";
import type { Reply } from "./http.ts";
import type { Json } from "./world.ts";

const MAIN = join(import.meta.dirname, "..", "..", "packages", "oddrun", "bin", "oddrun.js");
const START_MAX_MS = 30_000;
const PROBE_MS = 50;
/** The port that the image listens on when no variable says otherwise. */
const IMAGE_PORT = 8080;

export interface ProcessPlan {
  /** The model's files by their names, in the folder that is mounted. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** "NAME/VERSION/FOLDER": where Azure mounts them, beneath the folder of all models. */
  readonly mount: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly inferenceConfig: Json;
}

interface Probe {
  readonly path: string;
  readonly port: number;
}

/**
 * Runs the scoring server itself as the container's process, with the model mounted as Azure mounts it. Its real port is a free one;
 * routes that name another port than the image listens on are as dead as they would be there.
 */
export function processContainer({ files, mount, environmentVariables, inferenceConfig }: ProcessPlan): Container {
  const folder = mkdtempSync(join(tmpdir(), "azure-stand-in-container-"));
  const modelDir = join(folder, "azureml-models", dirname(mount));
  for (const [name, bytes] of files) {
    const file = join(folder, "azureml-models", mount, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  mkdirSync(modelDir, { recursive: true });
  const { ODDRUN_PORT: port, ...variables } = environmentVariables;
  const args = ["serve", "--scoring-only", "--host", "127.0.0.1", "--port", "0", "--data-dir", join(folder, "data")];
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...variables, AZUREML_MODEL_DIR: modelDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => (written += text));
  }
  const url = () => /Oddrun serves (http:\/\/[\d.]+:\d+)/.exec(written)?.[1];
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    ready: getReady(child, url, inferenceConfig as Record<string, Probe>, Number(port ?? IMAGE_PORT)),
    ask: (request) => ask(url() ?? "", request),
    logs: () => written,
    stop,
  };
}

async function getReady(
  child: ChildProcess,
  url: () => string | undefined,
  routes: Readonly<Record<string, Probe>>,
  port: number,
): Promise<string | null> {
  const guide = "Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-resourcenotready";
  const crashed = (why: string) => `ResourceNotReady: User container has crashed or terminated${why}. ${guide}`;
  const wrong = Object.entries(routes).find(([, route]) => route.port !== port);
  if (wrong !== undefined) return crashed(`: the ${wrong[0]} asks port ${wrong[1].port}, where nothing listens`);
  const untilMs = Date.now() + START_MAX_MS;
  while (Date.now() < untilMs) {
    if (child.exitCode !== null || child.signalCode !== null) return crashed("");
    const base = url();
    if (base !== undefined) {
      const statuses = await Promise.all(
        ["livenessRoute", "readinessRoute"].map(async (name) => (await fetch(base + routes[name]!.path)).status),
      ).catch(() => []);
      if (statuses.length === 2 && statuses.every((status) => status === 200)) return null;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, PROBE_MS);
    });
  }
  return crashed(": Readiness probe failed");
}

async function ask(
  base: string,
  { method, path, headers, body, timeoutMs }: ContainerRequest,
): Promise<Reply | "timeout"> {
  try {
    const response = await fetch(base + path, {
      method,
      headers,
      ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const type = response.headers.get("content-type") ?? "application/octet-stream";
    return {
      status: response.status,
      headers: { "content-type": type },
      body: Buffer.from(await response.arrayBuffer()),
    };
  } catch (error) {
    return (error as Error).name === "TimeoutError"
      ? "timeout"
      : { status: 502, body: "The container does not answer." };
  }
}
