import { type Conclusion, parseConclusion, parseStatus, type ReportedJob, type ReportedStep } from "@oddrun/core";
import { isObject, type Json, type JsonObject, readId, readInstant, readText, whyNoId } from "./json.ts";
import type { Reading } from "./read-run.ts";

const NAME_CHARS = 1000;
const LABEL_CHARS = 255;
/** More than GitHub allows in a job; an answer with more is not believed whole. */
const STEPS_MAX = 10_000;

export interface AskedAttempt {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
}

/**
 * A job of a workflow run as the API gives it: https://docs.github.com/rest/actions/workflow-jobs. Only its id must be there. Its
 * `runAttempt` is the one that the job itself names, which may be an earlier one than was asked for.
 */
export function readJob(json: Json, asked: AskedAttempt): Reading<ReportedJob> {
  if (!isObject(json)) return { unreadable: "a job is no object" };
  const jobId = readId(json["id"]);
  if (jobId === null) return { unreadable: whyNoId("a job's id", json["id"]) };
  const job: ReportedJob = {
    repositoryId: asked.repositoryId,
    runId: asked.runId,
    runAttempt: readId(json["run_attempt"]) ?? asked.runAttempt,
    jobId,
    name: readText(json["name"], NAME_CHARS) ?? `job ${jobId}`,
    conclusion: readConclusion(json),
    createdAtMs: readInstant(json["created_at"]),
    startedAtMs: readInstant(json["started_at"]),
    completedAtMs: readInstant(json["completed_at"]),
    runnerName: readRunnerName(json),
    runnerGroup: readText(json["runner_group_name"], LABEL_CHARS),
    runnerLabels: readLabels(json["labels"]),
    readyAtMs: null,
    steps: readSteps(json["steps"], asked.repositoryId, jobId),
  };
  return { value: job };
}

/** A job or step that is over has a conclusion, whatever GitHub left out. */
function readConclusion(json: JsonObject): Conclusion | null {
  const conclusion = parseConclusion(readText(json["conclusion"], LABEL_CHARS));
  return conclusion === null && parseStatus(readText(json["status"], LABEL_CHARS)) === "completed"
    ? "other"
    : conclusion;
}

/** "" is known to be none: GitHub gives an empty name to a job that never had a runner, and null where it does not tell. */
function readRunnerName(json: JsonObject): string | null {
  if (json["runner_name"] === "") return "";
  return readText(json["runner_name"], LABEL_CHARS);
}

function readLabels(json: Json): string | null {
  if (!Array.isArray(json)) return null;
  const labels = json.map((label) => readText(label, LABEL_CHARS)).filter((label) => label !== null);
  return labels.length === 0 ? null : readText([...new Set(labels)].sort().join(","), NAME_CHARS);
}

/** Steps in their own numbering; one that has none, or one that is taken, gets its place in the list or the next free one. */
function readSteps(json: Json, repositoryId: number, jobId: number): readonly ReportedStep[] {
  if (!Array.isArray(json)) return [];
  const taken = new Set<number>();
  const steps: ReportedStep[] = [];
  for (const [at, step] of json.slice(0, STEPS_MAX).entries()) {
    if (!isObject(step)) continue;
    let stepNumber = readId(step["number"]) ?? at + 1;
    while (taken.has(stepNumber)) stepNumber += 1;
    taken.add(stepNumber);
    steps.push({
      repositoryId,
      jobId,
      stepNumber,
      name: readText(step["name"], NAME_CHARS) ?? `step ${stepNumber}`,
      conclusion: readConclusion(step),
      startedAtMs: readInstant(step["started_at"]),
      completedAtMs: readInstant(step["completed_at"]),
    });
  }
  return steps;
}
