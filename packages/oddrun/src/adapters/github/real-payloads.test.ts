import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { isObject, type Json } from "./json.ts";
import { readJob } from "./read-job.ts";
import { readRepository } from "./read-repository.ts";
import { readRun } from "./read-run.ts";

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
    const reading = readRepository(json);
    assert.ok("value" in reading && isObject(json));
    assert.equal(reading.value.fullName, json["full_name"]);
    assert.notEqual(reading.value.visibility, null);
  }
});
