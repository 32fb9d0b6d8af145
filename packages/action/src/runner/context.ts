import { tmpdir } from "node:os";
import { join } from "node:path";
import { problem } from "oddrun/internal/operations/problems";
import { printable } from "oddrun/internal/operations/text/visible-text";

type Env = Readonly<Record<string, string | undefined>>;

/** Where and why the action runs, from the default variables (docs.github.com, "Variables reference"). */
export interface RunnerContext {
  /** The workflow's own repository; the one to look at may be another. */
  readonly repository: string;
  /** null where it isn't told. */
  readonly repositoryId: number | null;
  readonly runId: number | null;
  readonly runAttempt: number;
  readonly eventName: string;
  readonly eventPath: string | null;
  /** The file of the running workflow, "weekly.yml"; null when it is not told. */
  readonly workflowFile: string | null;
  readonly apiUrl: string | undefined;
  readonly serverUrl: string;
  readonly isDebug: boolean;
  readonly tempDir: string;
  /** The git ref whose caches the run sees and writes. */
  readonly ref: string;
}

export function runnerContext(env: Env): RunnerContext {
  const serverUrl = (env["GITHUB_SERVER_URL"] ?? "").replace(/\/+$/, "") || "https://github.com";
  return {
    repository: repositoryName(env["GITHUB_REPOSITORY"] ?? "", "GITHUB_REPOSITORY"),
    repositoryId: id(env["GITHUB_REPOSITORY_ID"]),
    runId: id(env["GITHUB_RUN_ID"]),
    runAttempt: id(env["GITHUB_RUN_ATTEMPT"]) ?? 1,
    eventName: env["GITHUB_EVENT_NAME"] ?? "",
    eventPath: env["GITHUB_EVENT_PATH"] || null,
    workflowFile: workflowFileOf(env["GITHUB_WORKFLOW_REF"] ?? ""),
    apiUrl: env["GITHUB_API_URL"] || undefined,
    serverUrl,
    isDebug: env["RUNNER_DEBUG"] === "1",
    tempDir: env["RUNNER_TEMP"] || join(tmpdir(), "oddrun-action"),
    ref: env["GITHUB_REF"] ?? "",
  };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/;

export function repositoryName(text: string, where: string): string {
  if (NAME.test(text)) return text;
  throw problem("bad-usage", `${where} is "${printable(text)}"; a repository, owner/name, is needed.`);
}

function id(text: string | undefined): number | null {
  const value = /^\d{1,16}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** "octo-org/app/.github/workflows/oddrun.yml@refs/heads/main" */
function workflowFileOf(reference: string): string | null {
  const [, file] = /^[^/]+\/[^/]+\/\.github\/workflows\/([^/@]{1,200}\.ya?ml)@/.exec(reference) ?? [];
  return file ?? null;
}
