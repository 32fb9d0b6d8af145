import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type CleanRun, cleanRunTimes, executionTime, parseJobName, type ReportedJob, wallTime } from "@oddrun/core";
import { isObject, type JsonObject, readId } from "../packages/oddrun/src/adapters/github/json.ts";
import { readJob } from "../packages/oddrun/src/adapters/github/read-job.ts";
import { readRun } from "../packages/oddrun/src/adapters/github/read-run.ts";
import { sharedPath } from "./shared-data.ts";

/** A day after the newest of the payloads. */
const NOW_MS = Date.UTC(2026, 10, 22);
const LONGEST_MS = 35 * 86_400_000;

/** Bodies of events from github.com and several versions of the Enterprise Server. */
function examples(event: "workflow_run" | "workflow_job"): readonly JsonObject[] {
  const require = createRequire(import.meta.url);
  return ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"].flatMap((server) => {
    const events = require(`@octokit/webhooks-examples/${server}/index.json`) as readonly {
      readonly name: string;
      readonly examples: readonly JsonObject[];
    }[];
    return events.filter(({ name }) => name === event).flatMap((found) => found.examples.map((body) => body[event]));
  }) as readonly JsonObject[];
}

/** Lines of JSON, or null where the shared data is not there. */
function sharedLines(name: string): readonly JsonObject[] | null {
  const path = sharedPath(`data/github-payloads/${name}`, "real payloads");
  if (path === null) return null;
  const text = gunzipSync(readFileSync(path)).toString("utf8").trimEnd();
  return text.split("\n").map((line) => JSON.parse(line) as JsonObject);
}

function read(run: JsonObject, jobs: readonly JsonObject[] | null): CleanRun {
  const reading = readRun(run, 7, NOW_MS);
  assert.ok("value" in reading, JSON.stringify(reading));
  const reported = reading.value.run;
  const { runId, runAttempt } = reported;
  return cleanRunTimes(reported, jobs?.map((job) => oneJob(job, runId, runAttempt)) ?? null, NOW_MS);
}

function oneJob(json: JsonObject, runId: number, runAttempt: number): ReportedJob {
  const reading = readJob(json, { repositoryId: 7, runId, runAttempt });
  assert.ok("value" in reading, JSON.stringify(reading));
  return reading.value;
}

/** A run around a job of which the run itself was not sent: it began when the job was made. */
function runAround(job: JsonObject): JsonObject {
  const { run_id, run_attempt, created_at, started_at, completed_at, status, conclusion } = job;
  const began = created_at ?? started_at ?? null;
  const times = { created_at: began, run_started_at: began, updated_at: completed_at ?? began };
  return { id: run_id, run_attempt: run_attempt ?? 1, workflow_id: 1, status, conclusion, ...times };
}

function checkTimes({ run, jobs, steps }: CleanRun): void {
  const spans = [run.heldTime, run.queueTime, run.duration, wallTime(run), executionTime(run)];
  for (const job of jobs) {
    spans.push(job.queueTime, job.duration);
    const { caller, inner, matrix } = parseJobName(job.name);
    for (const part of [inner, ...(matrix ?? [])]) assert.ok(job.name.includes(part));
    if (caller === null && matrix === null) assert.equal(inner, job.name);
  }
  for (const { ms, unknown } of [...spans, ...steps.map((step) => step.duration)]) {
    assert.equal(ms === null, unknown !== null);
    if (ms !== null) assert.ok(ms >= 0 && ms <= LONGEST_MS, String(ms));
  }
  if (run.conclusion === null) assert.equal(run.duration.unknown, "still-open");
}

const seconds = ({ ms, unknown }: CleanRun["run"]["duration"]): number | string => (ms === null ? unknown : ms / 1000);

test("runs and jobs as GitHub's events send them have sound times", () => {
  const runs = examples("workflow_run");
  const jobs = examples("workflow_job");
  assert.ok(runs.length >= 4 && jobs.length >= 7, `${runs.length} runs, ${jobs.length} jobs`);
  for (const run of runs) {
    checkTimes(read(run, null));
    checkTimes(read(run, []));
  }
  const told = jobs.map((job) => {
    const clean = read(runAround(job), [job]);
    checkTimes(clean);
    const [found] = clean.jobs;
    return [job["status"], seconds(found!.queueTime), seconds(found!.duration)].join(" ");
  });
  // a minute from creation to start, 198 s of work
  assert.ok(told.includes("completed 60 198"), told.join("; "));
  assert.ok(told.includes("waiting still-open still-open"), told.join("; "));
  assert.ok(
    !told.some((line) => line.startsWith("queued") && !line.endsWith("still-open still-open")),
    told.join("; "),
  );
});

test("runs and jobs of every conclusion, some spelt oddly, have sound times", (t) => {
  const runs = sharedLines("devlake_runs.jsonl.gz");
  const jobs = sharedLines("devlake_jobs.jsonl.gz");
  if (runs === null || jobs === null) return t.skip("no shared data");
  const conclusions = new Set<string>();
  for (const run of runs) {
    const clean = read(run, null);
    checkTimes(clean);
    conclusions.add(String(clean.run.conclusion));
    const { run_attempt, run_started_at, updated_at } = run as Readonly<Record<string, string>>;
    assert.ok(Number(run_attempt) >= 1);
    const { duration } = clean.run;
    if (duration.ms !== null) assert.equal(duration.ms, Date.parse(updated_at!) - Date.parse(run_started_at!));
    else assert.ok(["still-open", "never-ran"].includes(duration.unknown), duration.unknown);
  }
  for (const word of ["timed_out", "startup_failure", "neutral", "skipped", "stale", "action_required", "null"]) {
    assert.ok(conclusions.has(word), word);
  }
  for (const [, ofRun] of Map.groupBy(jobs, (job) => readId(job["run_id"]))) {
    const clean = read(runAround({ ...ofRun[0]!, status: "completed" }), ofRun);
    checkTimes(clean);
    assert.equal(clean.jobs.length, ofRun.length);
    for (const { conclusion, duration, startedAtMs, completedAtMs } of clean.jobs) {
      if (conclusion === null) assert.equal(duration.unknown, "still-open");
      else if (conclusion === "skipped") assert.equal(duration.unknown, "never-ran");
      else assert.equal(duration.ms, completedAtMs! - startedAtMs!);
    }
  }
});

test("a run of hours with its jobs' log times is as long as GitHub says", (t) => {
  const lines = sharedLines("ghalogs_example_run.json.gz");
  if (lines === null) return t.skip("no shared data");
  const run = lines[0]!["metadata"];
  assert.ok(isObject(run));
  const clean = read(run, null);
  checkTimes(clean);
  assert.deepEqual([seconds(clean.run.duration), clean.run.endFrom], [16_516, "run"]);
});

test("job names of two projects are read as they are meant", (t) => {
  const called = jobNames("data/gha-pulumi/jobs_weekly.csv.gz");
  const own = jobNames("data/gha-bitcoin-core/jobs.csv.gz");
  if (called === null || own === null) return t.skip("no shared data");
  assert.ok(called.length > 100 && own.length > 40);
  // names chosen by people, with commas and arrows: nothing to take apart
  for (const name of own) assert.deepEqual(parseJobName(name), { raw: name, caller: null, inner: name, matrix: null });
  for (const name of called) {
    const { caller, inner, matrix } = parseJobName(name);
    assert.equal(caller !== null, name.includes(" / "), name);
    if (/ \((darwin|linux|windows), /.test(name)) {
      const [system, machine] = matrix ?? [];
      assert.deepEqual([matrix?.length, inner], [3, `${system}-${machine}`]);
    } else assert.equal(matrix, null, name);
  }
});

/** The different values of the column "job"; null where the shared data is not there. */
function jobNames(path: string): readonly string[] | null {
  const file = sharedPath(path, "real job names");
  if (file === null) return null;
  const [header = "", ...lines] = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
  const column = header.split(",").indexOf("job");
  return [...new Set(lines.map((line) => cellsOf(line)[column]!))];
}

/** Cells of a line of CSV without quotes inside of quotes. */
function cellsOf(line: string): readonly string[] {
  const pieces = line.split('"');
  // every second piece stood in quotes: its commas are its own
  const guarded = pieces.map((piece, place) => (place % 2 === 1 ? piece.replaceAll(",", "\0") : piece)).join("");
  return guarded.split(",").map((cell) => cell.replaceAll("\0", ","));
}
