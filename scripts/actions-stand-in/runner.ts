import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { GitHubStandIn } from "../github-stand-in/index.ts";
import type { CacheStandIn } from "./cache-server.ts";
import { readCommands, readKeyValueFile, type WorkflowCommand } from "./runner-files.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
}

const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as ActionFile;

export interface JobPlan {
  /** The file that action.yml names. */
  readonly main: string;
  readonly github: GitHubStandIn;
  /** The job has no cache service when null. */
  readonly cache: CacheStandIn | null;
  readonly event: string;
  readonly payload?: object;
  /** As written under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly runId?: number;
  readonly runAttempt?: number;
  readonly repository?: string;
  readonly repositoryId?: number;
  readonly token?: string;
}

export interface JobResult {
  readonly exitCode: number | null;
  /** Standard output and standard error: the runner reads commands from both. */
  readonly log: string;
  readonly commands: readonly WorkflowCommand[];
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RunningJob {
  readonly child: ChildProcess;
  readonly ended: Promise<JobResult>;
}

/**
 * Runs the action's file as actions/runner does (src/Runner.Worker/Handlers/NodeScriptActionHandler.cs): a process of its own with inputs and
 * default variables as environment, and files for outputs and summary. Of this process's environment it sees the path alone.
 */
export function startJob(plan: JobPlan): RunningJob {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-runner-"));
  const file = (name: string, content = ""): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  mkdirSync(join(folder, "temp"));
  mkdirSync(join(folder, "workspace"));
  const repository = plan.repository ?? "octo-org/app";
  const context = { "github.token": plan.token ?? plan.github.token, "github.repository": repository };
  const paths = {
    output: file("output"),
    summary: file("summary"),
    event: file("event.json", JSON.stringify(plan.payload ?? {})),
  };
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: plan.github.url,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_ID: String(plan.repositoryId ?? 500_001),
    GITHUB_RUN_ID: String(plan.runId ?? 42),
    GITHUB_RUN_ATTEMPT: String(plan.runAttempt ?? 1),
    GITHUB_EVENT_NAME: plan.event,
    GITHUB_EVENT_PATH: paths.event,
    GITHUB_REF: "refs/heads/main",
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/oddrun.yml@refs/heads/main`,
    GITHUB_WORKSPACE: join(folder, "workspace"),
    GITHUB_OUTPUT: paths.output,
    GITHUB_STEP_SUMMARY: paths.summary,
    RUNNER_TEMP: join(folder, "temp"),
    ODDRUN_WAIT_SCALE: "0.001",
    ...(plan.cache === null
      ? {}
      : {
          ACTIONS_CACHE_SERVICE_V2: "True",
          ACTIONS_RESULTS_URL: plan.cache.url,
          ACTIONS_RUNTIME_TOKEN: plan.cache.token,
        }),
    ...inputVariables(plan.inputs ?? {}, context),
    ...plan.env,
  };
  const child = spawn(process.execPath, [plan.main], {
    cwd: join(folder, "workspace"),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  const ended = new Promise<JobResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      const outputs = readKeyValueFile(readFileSync(paths.output, "utf8"));
      const summary = readFileSync(paths.summary, "utf8");
      rmSync(folder, { recursive: true, force: true });
      resolve({ exitCode, log, commands: readCommands(log), outputs, summary, env });
    });
  });
  return { child, ended };
}

export const runJob = (plan: JobPlan): Promise<JobResult> => startJob(plan).ended;

/** Every input of action.yml as INPUT_*: what `with:` says, else the default, in which the runner evaluates `${{ github.* }}`. */
function inputVariables(
  given: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>>,
): Record<string, string> {
  const values = Object.entries(action.inputs).map(([name, { default: otherwise = "" }]) => {
    const text =
      given[name] ?? otherwise.replaceAll(/\$\{\{ *([a-z._]+) *\}\}/g, (_, key: string) => context[key] ?? "");
    return [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, text] as const;
  });
  return Object.fromEntries(values);
}
