import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stage } from "./stage.ts";
import { MINUTE_MS, stage, timedCorpus, timedRun } from "./stage.ts";

const SHA = "c".repeat(40);
const STEADY = 100;

/** A pull request whose run took so many minutes, and the event of that run's end. */
function pullOf({ github }: Stage, minutes: number, { headOwner = "octo-org" } = {}) {
  const createdAt = github.clock.nowMs() - 20 * MINUTE_MS;
  const place = { event: "pull_request", headBranch: "topic", headSha: SHA };
  const run = github.mutate.addRun("octo-org/app", { ...timedRun(createdAt, minutes * MINUTE_MS), ...place });
  const pull = github.issues.openPull("octo-org/app", "mona", { headOwner, headBranch: "topic", headSha: SHA });
  const payload = {
    action: "completed",
    workflow_run: {
      id: run.id,
      run_attempt: 1,
      event: "pull_request",
      head_sha: SHA,
      head_branch: "topic",
      head_repository: { full_name: `${headOwner}/app` },
      pull_requests: headOwner === "octo-org" ? [{ number: pull.number }] : [],
    },
  };
  return { run, pull, payload };
}

test("a slower pull request is told in one comment, which is edited when it is mended", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull, payload, run } = pullOf(on, 12);
  const slow = await on.run({ event: "workflow_run", payload });
  assert.equal(slow.exitCode, 0);
  assert.match(slow.summary, /this run is slower/);
  assert.equal(slow.outputs.get("anomalous"), "true");
  const [finding] = JSON.parse(slow.outputs.get("findings")!) as { kind: string; about: string; run_id: number }[];
  assert.deepEqual([finding?.kind, finding?.about, finding?.run_id], ["slower", "run", run.id]);
  assert.equal(slow.commands.filter(({ name }) => name === "warning").length, 1);
  assert.equal(pull.comments.length, 1);
  assert.match(pull.comments[0]!.body, /this run is slower/);

  await on.run({ event: "workflow_run", payload });
  assert.equal(pull.comments.length, 1);

  const mended = timedRun(on.github.clock.nowMs() - 10 * MINUTE_MS, 5 * MINUTE_MS);
  on.github.mutate.addRun("octo-org/app", {
    ...mended,
    event: "pull_request",
    headBranch: "topic",
    headSha: "d".repeat(40),
  });
  pull.pull!.headSha = "d".repeat(40);
  const next = { ...payload, workflow_run: { ...payload.workflow_run, head_sha: "d".repeat(40) } };
  await on.run({ event: "workflow_run", payload: next });
  assert.equal(pull.comments.length, 1);
  assert.match(pull.comments[0]!.body, /no difference beyond noise/);
});

test("nothing beyond noise writes no comment, unless it is asked for", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull, payload } = pullOf(on, 5);
  const quiet = await on.run({ event: "workflow_run", payload });
  assert.match(quiet.summary, /no difference beyond noise/);
  assert.equal(quiet.outputs.get("anomalous"), "false");
  assert.equal(pull.comments.length, 0);
  await on.run({ event: "workflow_run", payload, inputs: { comment: "always" } });
  assert.equal(pull.comments.length, 1);
});

test("a fork's pull request gets its comment in the second stage, found by branch and commit", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull, payload } = pullOf(on, 12, { headOwner: "mona" });
  const { exitCode } = await on.run({ event: "workflow_run", payload });
  assert.equal(exitCode, 0);
  assert.equal(pull.comments.length, 1);
});

test("a commit that the pull request does not have any more gets no comment", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull, payload } = pullOf(on, 12, { headOwner: "mona" });
  const old = { ...payload, workflow_run: { ...payload.workflow_run, head_sha: "e".repeat(40) } };
  const { exitCode, log } = await on.run({ event: "workflow_run", payload: old, inputs: { comment: "always" } });
  assert.equal(exitCode, 0);
  assert.equal(pull.comments.length, 0);
  assert.match(log, /no open pull request has this commit/);
});

test("a pull request that the event names, of somebody else's repository, is not taken for the one of that number here", async () => {
  const on = await stage(timedCorpus(STEADY));
  const other = on.github.issues.openPull("octo-org/app", "mona", {
    headOwner: "octo-org",
    headBranch: "other",
    headSha: "b".repeat(40),
  });
  const { payload, pull } = pullOf(on, 12);
  const named = [{ number: other.number, base: { repo: { id: 999 } } }, { number: pull.number }];
  const event = { ...payload, workflow_run: { ...payload.workflow_run, pull_requests: named } };
  await on.run({ event: "workflow_run", payload: event });
  assert.deepEqual([other.comments.length, pull.comments.length], [0, 1]);
});

test("in a fork's own run nothing is written, and the step succeeds", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull } = pullOf(on, 12, { headOwner: "mona" });
  const head = { sha: SHA, repo: { id: 777 } };
  const payload = { pull_request: { number: pull.number, head, base: { repo: { id: 500_001 } } } };
  const { exitCode, log, summary } = await on.run({ event: "pull_request", payload });
  assert.equal(exitCode, 0);
  assert.match(summary, /slower/);
  assert.match(log, /may only read/);
  assert.equal(pull.comments.length + on.cache.entries.length, 0);
});

test("a pull request's own run comments at once where its token may, and leaves the cache to the default branch", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { pull } = pullOf(on, 12);
  const repo = { id: 500_001 };
  const payload = { pull_request: { number: pull.number, head: { sha: SHA, repo }, base: { repo } } };
  const { exitCode, outputs } = await on.run({ event: "pull_request", payload });
  assert.deepEqual([exitCode, outputs.get("anomalous")], [0, "true"]);
  assert.deepEqual([pull.comments.length, on.cache.entries.length], [1, 0]);
});

test("without the right to comment the step succeeds and says what is missing", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { payload } = pullOf(on, 12);
  const token = on.github.addToken({
    text: "ghs_readsonlyreadsonlyreadsonlyreads0",
    login: "github-actions[bot]",
    permissions: { issues: "read", pullRequests: "read" },
  });
  const { exitCode, commands } = await on.run({ event: "workflow_run", payload, token });
  assert.equal(exitCode, 0);
  assert.match(commands.find(({ message }) => /could not be written/.test(message))?.message ?? "", /write/);

  const blind = on.github.addToken({
    text: "ghs_readsnothingreadsnothingreadsnot0",
    login: "github-actions[bot]",
    permissions: { issues: "none", pullRequests: "none" },
  });
  const refused = await on.run({ event: "workflow_run", payload, token: blind });
  assert.match(refused.log, /could not be written: .*"permissions: pull-requests: write"/);
});

test("gate fails for what fail-on names, with the reason first, and for nothing else", async () => {
  const on = await stage(timedCorpus(STEADY));
  const { payload, pull } = pullOf(on, 12);
  const gate = (failOn: string) =>
    on.run({ event: "workflow_run", payload, inputs: { mode: "gate", "fail-on": failOn } });
  const shut = await gate("failing, slower");
  assert.equal(shut.exitCode, 1);
  assert.match(shut.log, /gate: .*slower|gate: .*CI/);
  assert.equal(shut.commands.filter(({ name }) => name === "error").length, 1);
  assert.equal((await gate("failing")).exitCode, 0);
  assert.equal(pull.comments.length, 0);
  const wrong = await gate("slow");
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.commands.find(({ name }) => name === "error")!.message, /"fail-on" names "slow"/);
});

test("report gives the week as a summary and a file, and tells nobody", async () => {
  const on = await stage();
  const { exitCode, summary, outputs } = await on.run({ event: "schedule", inputs: { mode: "report" } });
  assert.equal(exitCode, 0);
  assert.match(summary, /^# Oddrun: the week up to \d{4}-\d\d-\d\d\n/);
  assert.match(summary, /takes longer/);
  assert.equal(outputs.get("incidents"), "1");
  assert.deepEqual(
    on.github.requests.filter(({ method }) => method !== "GET"),
    [],
  );
});
