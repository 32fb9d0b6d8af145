import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { githubSource } from "./index.ts";
import { isObject, type Json, parseJson, readInstant, readText } from "./json.ts";
import { readJob } from "./read-job.ts";
import { GITHUB_API_URL, readApiUrl } from "./api-url.ts";
import { readRepository } from "./read-repository.ts";
import { readRun } from "./read-run.ts";
import { connectTo, jobJson, REPOSITORY, runJson, scriptedGithub } from "./scripted-github.contract.ts";

const SEEN_AT_MS = Date.UTC(2026, 4, 2);
const ASKED = { repositoryId: 7, runId: 9, runAttempt: 2 };

function run(fields: Readonly<Record<string, unknown>>) {
  const reading = readRun(runJson(9, fields), 7, SEEN_AT_MS);
  assert.ok("value" in reading);
  return reading.value;
}

function job(fields: Readonly<Record<string, unknown>>) {
  const reading = readJob(jobJson(9, fields), ASKED);
  assert.ok("value" in reading);
  return reading.value;
}

test("a run is read with everything it tells", () => {
  assert.deepEqual(run({ run_attempt: 3, head_sha: "06E6934C35C336B1A2BD3005FB21DC3914A45747" }), {
    run: {
      repositoryId: 7,
      workflowId: 11,
      runId: 9,
      runAttempt: 3,
      runNumber: 9,
      branch: "main",
      event: "push",
      headSha: "06e6934c35c336b1a2bd3005fb21dc3914a45747",
      title: "A change",
      createdAtMs: Date.UTC(2026, 4, 1, 10),
      runStartedAtMs: Date.UTC(2026, 4, 1, 10),
      completedAtMs: Date.UTC(2026, 4, 1, 10, 5),
      updatedAtMs: Date.UTC(2026, 4, 1, 10, 5),
      status: "completed",
      conclusion: "success",
      heldFor: null,
      seenHeldAtMs: null,
      durationMs: null,
      readyAtMs: null,
    },
    workflow: { repositoryId: 7, id: 11, name: "CI", path: ".github/workflows/ci.yml" },
  });
});

test("an open run has no end, and one held back is marked with when that was seen", () => {
  for (const [status, heldFor] of [
    ["queued", null],
    ["in_progress", null],
    ["waiting", "approval"],
    ["pending", "concurrency"],
  ]) {
    const { run: read } = run({ status, conclusion: null });
    assert.equal(read.completedAtMs, null);
    assert.equal(read.heldFor, heldFor);
    assert.equal(read.seenHeldAtMs, heldFor === null ? null : SEEN_AT_MS);
  }
});

test("a conclusion that is not known here keeps its word, so that it can be told", () => {
  const wordOf = (conclusion: string) => {
    const reading = readRun(runJson(9, { status: "completed", conclusion }), 7, 0);
    assert.ok("value" in reading);
    return [reading.value.run.conclusion, reading.value.unknownConclusion];
  };
  assert.deepEqual(wordOf("quantum"), ["other", "quantum"]);
  assert.deepEqual(wordOf("success"), ["success", undefined]);
});

test("what a run leaves out or has of another kind is null, never guessed", () => {
  const nulls = [
    "head_branch",
    "event",
    "head_sha",
    "display_title",
    "created_at",
    "run_started_at",
    "updated_at",
    "status",
    "conclusion",
    "run_number",
    "path",
  ];
  for (const wrong of [null, undefined, {}, [], 5.5, true, ""]) {
    const { run: read, workflow } = run(
      Object.fromEntries([...nulls, "run_attempt", "workflow_id"].map((name) => [name, wrong])),
    );
    for (const value of [
      read.branch,
      read.event,
      read.headSha,
      read.title,
      read.createdAtMs,
      read.updatedAtMs,
      read.completedAtMs,
      read.status,
      read.conclusion,
      read.runNumber,
      workflow.path,
    ])
      assert.equal(value, null);
    assert.equal(read.runAttempt, 1);
    assert.equal(read.workflowId, 0);
    assert.equal(workflow.id, 0);
  }
  assert.equal(run({ run_attempt: 0 }).run.runAttempt, 1);
  assert.equal(run({ status: "completed", conclusion: null }).run.conclusion, null);
  assert.equal(run({ status: "dreaming", conclusion: "vanished" }).run.conclusion, "other");
  assert.equal(run({ status: "dreaming" }).run.status, "other");
});

test("a workflow is called by its name, by its file when it has none", async (t) => {
  assert.equal(run({ name: "" }).workflow.name, ".github/workflows/ci.yml");
  assert.equal(run({ path: ".github/workflows/ci.yml@refs/heads/main" }).workflow.path, ".github/workflows/ci.yml");
  assert.equal(run({ name: null, path: null }).workflow.name, "workflow 11");
  const unnamed = runJson(1, { name: ".github/workflows/ci.yml", conclusion: "startup_failure" });
  const server = await scriptedGithub(t, () => ({ body: { workflow_runs: [runJson(2), unnamed] } }));
  const page = await githubSource(await connectTo(server)).runs(REPOSITORY, { fromS: 0, toS: 1 }, null);
  assert.deepEqual(
    page.runs.map(({ workflow }) => workflow.name),
    ["CI", "CI"],
  );
});

test("a run or job without a usable id is counted as unreadable, with the reason", () => {
  for (const [id, why] of [
    [null, /missing/],
    ["12", /no whole number/],
    [-1, /no whole number/],
    [0, /no whole number/],
    [1.5, /no whole number/],
    [parseJson("[9007199254740993]"), /no whole number/],
  ] as const) {
    const reading = readRun(runJson(0, { id }), 7, 0);
    assert.ok("unreadable" in reading && why.test(reading.unreadable));
    assert.ok("unreadable" in readJob(jobJson(0, { id }), ASKED));
  }
  assert.ok("unreadable" in readRun(null, 7, 0));
  assert.ok("unreadable" in readJob([], ASKED));
});

test("numbers beyond 2^53 are refused and not made others, those up to it are taken", async (t) => {
  const text = JSON.stringify({ workflow_runs: [runJson(1), runJson(2), runJson(3)] })
    .replace('"id":1,', '"id":9007199254740991,')
    .replace('"id":2,', '"id":9007199254740993,')
    .replace('"workflow_id":11,"run_number":3', '"workflow_id": 90071992547409930,"run_number":3');
  const server = await scriptedGithub(t, () => ({ headers: { "content-type": "application/json" }, body: text }));
  const page = await githubSource(await connectTo(server)).runs(REPOSITORY, { fromS: 0, toS: 1 }, null);
  assert.deepEqual(
    page.runs.map(({ run: read }) => read.runId),
    [9007199254740991],
  );
  assert.deepEqual(page.unreadable, ["a run's id is above 2^53", "a run's workflow_id is above 2^53"]);
  assert.deepEqual(parseJson('{"a":[12345678901234567890,-5,1e400,0.5]}'), {
    a: [12345678901234567890n, -5, Number.POSITIVE_INFINITY, 0.5],
  });
});

test("instants are read with fractions and offsets, and only where they exist", () => {
  assert.equal(readInstant("2026-05-01T18:00:00.123+08:00"), Date.UTC(2026, 4, 1, 10, 0, 0, 123));
  assert.equal(readInstant("2024-02-29T00:00:00Z"), Date.UTC(2024, 1, 29));
  assert.equal(new Date(readInstant("0001-01-01T00:00:00Z")!).toISOString(), "0001-01-01T00:00:00.000Z");
  for (const bad of [
    "2026-02-30T00:00:00Z",
    "2026-05-01T10:00:00",
    "2026-05-01",
    "yesterday",
    "",
    5,
    null,
    "2026-13-01T00:00:00Z",
    "2026-05-01T25:00:00Z",
  ]) {
    assert.equal(readInstant(bad), null, String(bad));
  }
});

test("texts are cut and made fit to be kept", () => {
  assert.equal(readText("x".repeat(50), 10), `${"x".repeat(9)}…`);
  assert.equal(readText("a\0b\ud800", 10), "a\ufffdb\ufffd");
  assert.equal(readText("😀😀", 2)!.isWellFormed(), true);
  assert.equal(readText("  ", 10), null);
});

test("a job is read with its runner, labels and steps", () => {
  const { steps, ...read } = job({ labels: ["x64", "self-hosted", "x64"], runner_name: "r1", runner_group_name: "" });
  assert.deepEqual(steps, []);
  assert.deepEqual(read, {
    repositoryId: 7,
    runId: 9,
    runAttempt: 1,
    jobId: 9,
    name: "job 9",
    conclusion: "success",
    createdAtMs: Date.UTC(2026, 4, 1, 10),
    startedAtMs: Date.UTC(2026, 4, 1, 10, 0, 5),
    completedAtMs: Date.UTC(2026, 4, 1, 10, 4),
    runnerName: "r1",
    runnerGroup: null,
    runnerLabels: "self-hosted,x64",
    readyAtMs: null,
  });
  assert.equal(job({ runner_name: "" }).runnerName, "");
  assert.equal(job({ runner_name: null }).runnerName, null);
  assert.equal(job({ labels: [] }).runnerLabels, null);
  assert.equal(job({ run_attempt: undefined }).runAttempt, 2);
  assert.equal(job({ conclusion: null }).conclusion, "other");
  assert.equal(job({ status: "in_progress", conclusion: null }).conclusion, null);
});

test("steps keep their numbers; one without, or with one that is taken, gets another", () => {
  const steps = [{ number: 1 }, { name: "two" }, { number: 1, conclusion: "success" }, "no step", { number: 9 }];
  assert.deepEqual(
    job({ steps }).steps.map(({ stepNumber, name, conclusion }) => [stepNumber, name, conclusion]),
    [
      [1, "step 1", null],
      [2, "two", null],
      [3, "step 3", "success"],
      [9, "step 9", null],
    ],
  );
  assert.deepEqual(job({ steps: "none" }).steps, []);
});

test("an answer without its list is a problem that names the path, and a false count is not believed", async (t) => {
  for (const body of [{}, [], null, { workflow_runs: {} }, "text"]) {
    const server = await scriptedGithub(t, () => ({
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }));
    await assert.rejects(githubSource(await connectTo(server)).runs(REPOSITORY, { fromS: 0, toS: 1 }, null), {
      code: "github-answer-unreadable",
      exitCode: 4,
      message: /\/repos\/octo\/widgets\/actions\/runs cannot/,
    });
  }
  for (const total of [-5, "many", undefined, 1.5, null]) {
    const server = await scriptedGithub(t, () => ({ body: { total_count: total, workflow_runs: [runJson(1)] } }));
    const page = await githubSource(await connectTo(server)).runs(REPOSITORY, { fromS: 0, toS: 1 }, null);
    assert.equal(page.total, null);
    assert.equal(page.runs.length, 1);
  }
});

test("hostile keys change nothing", () => {
  const hostile = parseJson('{"id":9,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  assert.ok("value" in readRun(hostile, 7, 0));
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

/** Payloads that GitHub sent, of github.com and of several versions of the Enterprise Server. */
function payloads(name: string): readonly Json[] {
  const require = createRequire(import.meta.url);
  const found: Json[] = [];
  require("@octokit/webhooks-examples");
  for (const server of ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"]) {
    const events = require(`@octokit/webhooks-examples/${server}/index.json`) as readonly {
      name: string;
      examples: Json[];
    }[];
    for (const event of events) if (event.name === name) found.push(...event.examples);
  }
  return found;
}

test("real runs are read whole", () => {
  const runs = payloads("workflow_run").map((payload) => (isObject(payload) ? payload["workflow_run"] : null));
  assert.ok(runs.length >= 5);
  for (const json of runs) {
    const reading = readRun(json, 7, 0);
    assert.ok("value" in reading, JSON.stringify(reading));
    const { run, workflow } = reading.value;
    for (const value of [
      run.branch,
      run.event,
      run.headSha,
      run.createdAtMs,
      run.updatedAtMs,
      run.status,
      run.runNumber,
    ]) {
      assert.notEqual(value, null);
    }
    assert.ok(workflow.id > 0 && workflow.name !== "" && run.runAttempt >= 1);
    assert.equal(run.status === "completed", run.conclusion !== null);
  }
});

test("real jobs are read with their steps", () => {
  const jobs = payloads("workflow_job").map((payload) => (isObject(payload) ? payload["workflow_job"] : null));
  assert.ok(jobs.length >= 8);
  for (const json of jobs) {
    const reading = readJob(json, { repositoryId: 7, runId: 1, runAttempt: 1 });
    assert.ok("value" in reading && isObject(json), JSON.stringify(reading));
    const { name, startedAtMs, steps, runnerLabels, conclusion } = reading.value;
    assert.equal(name, json["name"]);
    assert.notEqual(startedAtMs, null);
    assert.equal(steps.length, Array.isArray(json["steps"]) ? json["steps"].length : 0);
    if (Array.isArray(json["labels"]) && json["labels"].length > 0) assert.notEqual(runnerLabels, null);
    assert.equal(conclusion === null, json["conclusion"] === null && json["status"] !== "completed");
  }
});

test("real repositories are read", () => {
  const repositories = payloads("workflow_run").map((payload) => (isObject(payload) ? payload["repository"] : null));
  for (const json of repositories) {
    const reading = readRepository(json, readApiUrl(GITHUB_API_URL));
    assert.ok("value" in reading && isObject(json));
    assert.equal(reading.value.fullName, json["full_name"]);
    assert.notEqual(reading.value.visibility, null);
    assert.equal(reading.value.webUrl, "https://github.com");
  }
});
