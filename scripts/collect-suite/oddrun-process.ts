import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { GitHubStandIn } from "../github-stand-in/index.ts";

/** The program as users start it. */
export const PROGRAM = fileURLToPath(new URL("../../packages/oddrun/bin/oddrun.js", import.meta.url));
/** What the client multiplies its waits by; a stand-in whose limits are to be proved is given the same. */
export const WAIT_SCALE = 0.001;

export interface Ended {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningOddrun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const PLAIN_ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  // no whole number of hours from UTC: what takes local time for it goes wrong
  TZ: "Asia/Kathmandu",
  // hundreds of processes are started: what Node made of the modules is kept
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../.cache/compile", import.meta.url)),
};

/** Starts `oddrun`; of this process's environment it sees only what any program needs. */
export function startOddrun(args: readonly string[], env: Environment = {}): RunningOddrun {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...PLAIN_ENVIRONMENT, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, out, err }));
  });
  return { child, ended };
}

export interface CollectPlan {
  /** Beside `collect`; "octo-org" when not given. */
  readonly args?: readonly string[];
  readonly env?: Environment;
}

/** Starts `oddrun collect` against the stand-in with its usual token. */
export function startCollect(standIn: GitHubStandIn, dataDir: string, plan: CollectPlan = {}): RunningOddrun {
  const args = ["collect", ...(plan.args ?? ["octo-org"]), "--api-url", standIn.url, "--data-dir", dataDir];
  return startOddrun(args, { GITHUB_TOKEN: standIn.token, ODDRUN_WAIT_SCALE: String(WAIT_SCALE), ...plan.env });
}

export function collect(standIn: GitHubStandIn, dataDir: string, plan: CollectPlan = {}): Promise<Ended> {
  return startCollect(standIn, dataDir, plan).ended;
}
