import {
  type Conclusion,
  parseConclusion,
  parseStatus,
  type HeldFor,
  type ReportedRun,
  type RunStatus,
  type Workflow,
} from "@oddrun/core";
import type { SourceRun } from "../../operations/collect/run-source.ts";
import { isObject, type Json, type JsonObject, readId, readInstant, readText, whyNoId } from "./json.ts";

/** A part of an answer, or in a few words why it cannot be used. */
export type Reading<Value> = { readonly value: Value } | { readonly unreadable: string };

/** The workflow of a run that names none. */
const UNKNOWN_WORKFLOW_ID = 0;

const NAME_CHARS = 500;
const TITLE_CHARS = 1000;

/**
 * A workflow run as the API gives it: https://docs.github.com/rest/actions/workflow-runs. Only its id must be there; what else is
 * missing or of the wrong kind is null. `seenAtMs` is the server's time of the answer.
 */
export function readRun(json: Json, repositoryId: number, seenAtMs: number): Reading<SourceRun> {
  if (!isObject(json)) return { unreadable: "a run is no object" };
  const runId = readId(json["id"]);
  if (runId === null) return { unreadable: whyNoId("a run's id", json["id"]) };
  if (typeof json["workflow_id"] === "bigint")
    return { unreadable: whyNoId("a run's workflow_id", json["workflow_id"]) };
  const workflow = readWorkflow(json, repositoryId);
  const word = readText(json["conclusion"], NAME_CHARS);
  const conclusion = parseConclusion(word);
  const status = parseStatus(readText(json["status"], NAME_CHARS));
  const heldFor = heldBackFor(status);
  const updatedAtMs = readInstant(json["updated_at"]);
  const run: ReportedRun = {
    repositoryId,
    workflowId: workflow.id,
    runId,
    // Servers that are older than the field have only first attempts to tell of.
    runAttempt: readId(json["run_attempt"]) ?? 1,
    runNumber: readId(json["run_number"]),
    branch: readText(json["head_branch"], NAME_CHARS),
    event: readText(json["event"], NAME_CHARS),
    headSha: readSha(json["head_sha"]),
    title: readText(json["display_title"], TITLE_CHARS),
    createdAtMs: readInstant(json["created_at"]),
    runStartedAtMs: readInstant(json["run_started_at"]),
    completedAtMs: isOver(status, conclusion) ? updatedAtMs : null,
    updatedAtMs,
    status,
    conclusion,
    heldFor,
    seenHeldAtMs: heldFor === null ? null : seenAtMs,
    durationMs: null,
    readyAtMs: null,
  };
  const isUnknown = word !== null && conclusion === "other";
  return { value: { run, workflow, ...(isUnknown ? { unknownConclusion: word } : {}) } };
}

/** A status that is missing, or a word that nobody knows, says nothing: then the conclusion tells. */
function isOver(status: RunStatus | null, conclusion: Conclusion | null): boolean {
  return status === "completed" || ((status === null || status === "other") && conclusion !== null);
}

/** "waiting" is for an environment's protection rule, "pending" for a concurrency group. */
function heldBackFor(status: RunStatus | null): HeldFor | null {
  if (status === "waiting") return "approval";
  return status === "pending" ? "concurrency" : null;
}

/** A run's `name` is that of its workflow, or the file's path when the workflow has none or cannot be read. */
function readWorkflow(run: JsonObject, repositoryId: number): Workflow {
  const id = readId(run["workflow_id"]) ?? UNKNOWN_WORKFLOW_ID;
  // A reference may follow the path: ".github/workflows/build.yml@main".
  const path = readText(run["path"], TITLE_CHARS)?.replace(/@[^@]*$/, "") ?? null;
  const name =
    readText(run["name"], NAME_CHARS) ?? path ?? (id === UNKNOWN_WORKFLOW_ID ? "(no workflow)" : `workflow ${id}`);
  return { repositoryId, id, name, path };
}

function readSha(json: Json): string | null {
  return typeof json === "string" && /^[0-9a-f]{7,64}$/i.test(json) ? json.toLowerCase() : null;
}
