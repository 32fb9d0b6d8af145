import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { modeOf } from "../mode.ts";
import { runnerEvent } from "./event.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-event-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function event(eventName: string, payload: unknown) {
  const eventPath = join(folder, "event.json");
  writeFileSync(eventPath, typeof payload === "string" ? payload : JSON.stringify(payload));
  return runnerEvent({ eventName, eventPath });
}

const pull = (head: unknown, base: unknown = { repo: { id: 1 } }) => ({ pull_request: { number: 7, head, base } });
const SHA = "a".repeat(40);

test("a pull request of a branch, of a fork and of a fork that was deleted", () => {
  const own = event("pull_request", pull({ sha: SHA, repo: { id: 1 } })).pullRequest;
  assert.deepEqual(own, { number: 7, isFork: false, headSha: SHA });
  assert.equal(event("pull_request", pull({ sha: SHA, repo: { id: 2 } })).pullRequest?.isFork, true);
  assert.equal(event("pull_request", pull({ sha: SHA, repo: null })).pullRequest?.isFork, true);
});

test("without a number, or with another thing in its place, there is no pull request", () => {
  for (const number of [undefined, null, "7", -1, 1.5, 2 ** 60, {}, "$(id)"]) {
    assert.equal(event("pull_request", { pull_request: { number } }).pullRequest, null);
  }
});

test("a payload that is no object, no JSON or not there is an event without particulars", () => {
  const none = { name: "push", defaultBranch: null, pullRequest: null, workflowRun: null };
  for (const payload of ["", "[]", "null", "{", '"x"']) assert.deepEqual(event("push", payload), none);
  assert.deepEqual(runnerEvent({ eventName: "push", eventPath: join(folder, "nothing") }), none);
  assert.deepEqual(runnerEvent({ eventName: "push", eventPath: null }), none);
});

test("a finished run is read field by field; what has another shape is left out", () => {
  const run = {
    id: 9,
    run_attempt: 2,
    event: "pull_request",
    head_sha: "; rm -rf /",
    head_branch: "a`b",
    head_repository: { full_name: "fork/app" },
    pull_requests: [{ number: 3 }, { number: "4" }, null, "x"],
  };
  assert.deepEqual(event("workflow_run", { workflow_run: run }).workflowRun, {
    runId: 9,
    runAttempt: 2,
    event: "pull_request",
    headSha: null,
    headBranch: "a`b",
    headRepository: "fork/app",
  });
});

test("a pull request is checked, everything else is watched", () => {
  const ended = (started: string) => event("workflow_run", { workflow_run: { id: 9, event: started } });
  assert.equal(modeOf(event("pull_request", pull({ repo: { id: 1 } }))), "check");
  assert.equal(modeOf(ended("pull_request")), "check");
  for (const name of ["push", "schedule", "workflow_dispatch"]) assert.equal(modeOf(event(name, {})), "watch");
  assert.equal(modeOf(ended("push")), "watch");
});
