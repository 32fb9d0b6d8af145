import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./stage.ts";

const pull = (headRepositoryId: number | null) => ({
  pull_request: {
    number: 7,
    head: { sha: "a".repeat(40), repo: headRepositoryId === null ? null : { id: headRepositoryId } },
    base: { repo: { id: 500_001 } },
  },
});

test("a first run on a schedule collects, finds what changed, shows it and keeps what it learnt", async () => {
  const { run, cache } = await stage();
  const { exitCode, outputs, summary, commands } = await run({ event: "schedule" });
  assert.equal(exitCode, 0);
  assert.match(summary, /1 thing has changed for the worse/);
  assert.equal(outputs.get("anomalous"), "true");
  assert.equal(outputs.get("incidents"), "1");
  assert.equal(outputs.get("state"), "new");
  const findings = JSON.parse(outputs.get("findings") ?? "") as { readonly kind: string }[];
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["slower"],
  );
  assert.deepEqual(
    cache.entries.map(({ key, isFinal }) => [key, isFinal]),
    [["oddrun-v1-id-500001-9000000-1", true]],
  );
  const said = commands.filter(({ name }) => name !== "add-mask");
  assert.deepEqual(
    said.map(({ name, properties }) => [name, properties["title"]]),
    [["notice", "Oddrun: INC-1 CI slower"]],
  );
});

test("the run after it goes on from the cache, asks for what is new alone, and says the same", async () => {
  const { run, cache, github } = await stage();
  const first = await run({ event: "schedule" });
  github.clearRequests();
  const second = await run({ event: "schedule" });
  assert.equal(second.exitCode, 0);
  assert.equal(second.outputs.get("state"), "restored");
  assert.equal(second.outputs.get("incidents"), first.outputs.get("incidents"));
  assert.ok(github.requests.length <= 8, `${github.requests.length} requests`);
  assert.equal(cache.entries.length, 1, "nothing is new: nothing is kept again");
});

for (const event of ["push", "workflow_dispatch"]) {
  test(`a ${event} is watched`, async () => {
    const { run, cache } = await stage();
    const { exitCode, outputs } = await run({ event });
    assert.equal(exitCode, 0);
    assert.equal(outputs.get("anomalous"), "true");
    assert.equal(cache.entries.length, 1);
  });
}

test("a workflow_run of a push is watched, with the run that ended", async () => {
  const { run, github } = await stage();
  await run({ event: "schedule" });
  const ended = github.mutate.addRun("octo-org/app", { createdAt: github.clock.nowMs() - 600_000 });
  const payload = { action: "completed", workflow_run: { id: ended.id, run_attempt: 1, event: "push" } };
  github.clearRequests();
  const { exitCode } = await run({ event: "workflow_run", payload });
  assert.equal(exitCode, 0);
  assert.ok(github.requests.some(({ path }) => path.includes(`/actions/runs/${ended.id}/`)));
});

test("on a fork's pull request nothing is written anywhere, and the step succeeds", async () => {
  const { run, cache, github } = await stage();
  await run({ event: "schedule" });
  github.clearRequests();
  cache.scope = "refs/pull/7/merge";
  for (const headRepositoryId of [777, null]) {
    const { exitCode, summary } = await run({
      event: "pull_request",
      payload: pull(headRepositoryId),
      inputs: { mode: "watch" },
    });
    assert.equal(exitCode, 0);
    assert.notEqual(summary, "");
  }
  assert.deepEqual(
    github.requests.filter(({ method }) => method !== "GET"),
    [],
  );
  assert.equal(cache.entries.length, 1);
});

test("a mistake in an input is one error that says how to mend it, and nothing is asked", async () => {
  const { run, github } = await stage();
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ mode: "wach" }, /"mode" is "wach"; it is one of watch, check, gate, report/],
    [{ days: "0" }, /"days" is "0"; a whole number from 1 to 400/],
    [{ "max-requests": "many" }, /"max-requests" is "many"/],
    [{ repository: "app" }, /"app"; a repository, owner\/name, is needed/],
    [{ token: "" }, /"token" is empty/],
    [{ state: "artifact" }, /"state" is "artifact"/],
  ];
  for (const [inputs, message] of cases) {
    const { exitCode, commands } = await run({ event: "schedule", inputs });
    assert.equal(exitCode, 1);
    const errors = commands.filter(({ name }) => name === "error");
    assert.equal(errors.length, 1);
    assert.match(errors[0]!.message, message);
  }
  assert.equal(github.requests.length, 0);
});

test("a token that GitHub refuses is told as an error", async () => {
  const { run, github } = await stage();
  github.mutate.expireToken(github.token);
  const { exitCode, commands, log } = await run({ event: "schedule" });
  assert.equal(exitCode, 1);
  assert.equal(commands.filter(({ name }) => name === "error").length, 1);
  assert.ok(!log.replaceAll(/::add-mask::.*/g, "").includes(github.token));
});
