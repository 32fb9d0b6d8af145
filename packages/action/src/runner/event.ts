import { readFileSync, statSync } from "node:fs";
import { isObject, type JsonObject, parseJson, readId, readText } from "oddrun/internal/adapters/github/json";
import type { RunnerContext } from "./context.ts";

/** What the event says, as far as it is needed. All of it may have been written by a stranger. */
export interface RunnerEvent {
  readonly name: string;
  /** Of the workflow's own repository; null where the event does not tell it. */
  readonly defaultBranch: string | null;
  /** Of pull_request. */
  readonly pullRequest: { readonly number: number; readonly isFork: boolean; readonly headSha: string | null } | null;
  /** Of workflow_run: the run that ended. */
  readonly workflowRun: WorkflowRunEvent | null;
}

export interface WorkflowRunEvent {
  readonly runId: number;
  readonly runAttempt: number;
  /** What started that run: "pull_request", "push". */
  readonly event: string;
  readonly headSha: string | null;
  readonly headBranch: string | null;
  /** "owner/name" of where the commit is from; another than the repository's for a fork. */
  readonly headRepository: string | null;
}

/** GitHub's payloads are below 25 MB (docs.github.com, "Webhook events and payloads"). */
const PAYLOAD_BYTES_MAX = 26_000_000;

/** Reads the payload by shape: what is not as GitHub documents it is as if it were not there, and nothing of it is evaluated. */
export function runnerEvent({ eventName, eventPath }: Pick<RunnerContext, "eventName" | "eventPath">): RunnerEvent {
  const payload = readPayload(eventPath);
  const defaultBranch = readText(objectAt(payload, "repository")["default_branch"], 300);
  return { name: eventName, defaultBranch, pullRequest: pullRequestOf(payload), workflowRun: workflowRunOf(payload) };
}

function readPayload(path: string | null): JsonObject {
  if (path === null) return {};
  try {
    if (statSync(path).size > PAYLOAD_BYTES_MAX) return {};
    const payload = parseJson(readFileSync(path, "utf8"));
    return isObject(payload) ? payload : {};
  } catch {
    return {};
  }
}

const objectAt = (value: JsonObject, key: string): JsonObject => {
  const found = value[key];
  return isObject(found) ? found : {};
};

function pullRequestOf(payload: JsonObject): RunnerEvent["pullRequest"] {
  const pull = objectAt(payload, "pull_request");
  const number = readId(pull["number"]);
  if (number === null) return null;
  const headRepositoryId = readId(objectAt(objectAt(pull, "head"), "repo")["id"]);
  const baseRepositoryId = readId(objectAt(objectAt(pull, "base"), "repo")["id"]);
  // a deleted fork has no repository any more
  const isFork = headRepositoryId === null || headRepositoryId !== baseRepositoryId;
  return { number, isFork, headSha: shaOf(objectAt(pull, "head")["sha"]) };
}

function workflowRunOf(payload: JsonObject): WorkflowRunEvent | null {
  const run = objectAt(payload, "workflow_run");
  const runId = readId(run["id"]);
  if (runId === null) return null;
  return {
    runId,
    runAttempt: readId(run["run_attempt"]) ?? 1,
    event: readText(run["event"], 60) ?? "",
    headSha: shaOf(run["head_sha"]),
    headBranch: readText(run["head_branch"], 300),
    headRepository: readText(objectAt(run, "head_repository")["full_name"], 200),
  };
}

function shaOf(value: unknown): string | null {
  return typeof value === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value) ? value : null;
}
