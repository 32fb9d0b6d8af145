import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./stage.ts";

const warnings = (commands: readonly { readonly name: string; readonly message: string }[]) =>
  commands.filter(({ name }) => name === "warning").map(({ message }) => message);

test("an entry that was evicted costs requests, not truth", async () => {
  const { run, cache, github } = await stage();
  const first = await run({ event: "schedule" });
  cache.entries.splice(0);
  github.clearRequests();
  const second = await run({ event: "schedule" });
  assert.equal(second.exitCode, 0);
  assert.equal(second.outputs.get("state"), "new");
  assert.ok(github.requests.length > 100);
  assert.deepEqual(warnings(second.commands), []);
  assert.equal(JSON.parse(second.outputs.get("findings")!).length, JSON.parse(first.outputs.get("findings")!).length);
});

test("an entry that is damaged, cut short or another repository's is dropped with one warning, and history collected anew", async () => {
  const { run, cache } = await stage();
  await run({ event: "schedule" });
  const entry = cache.entries[0]!;
  const whole = entry.bytes!;
  const changed = Buffer.from(whole);
  changed[Math.floor(whole.length / 2)]! ^= 255;
  for (const bytes of [
    changed,
    whole.subarray(0, whole.length - 100),
    Buffer.alloc(0),
    Buffer.from("something else"),
  ]) {
    cache.entries.splice(0, Infinity, { ...entry, bytes });
    const { exitCode, outputs, commands } = await run({ event: "schedule" });
    assert.equal(exitCode, 0);
    assert.equal(outputs.get("state"), "new");
    assert.equal(outputs.get("incidents"), "1");
    assert.equal(warnings(commands).length, 1);
    assert.match(warnings(commands)[0]!, /collected anew/);
  }
  cache.entries.splice(0, Infinity, { ...entry, key: "oddrun-v1-id-600000-1-1", bytes: whole });
  const { outputs, commands } = await run({ event: "schedule", repositoryId: 600_000 });
  assert.equal(outputs.get("state"), "new");
  assert.match(warnings(commands)[0]!, /another repository's/);
});

test("a save that ends half-way leaves nothing that is taken for a state", async () => {
  const { run, cache } = await stage();
  for (const failing of ["upload", "FinalizeCacheEntryUpload", "CreateCacheEntry"]) {
    cache.fault = ({ name }) => (name === failing ? { status: 403 } : null);
    const { exitCode, commands } = await run({ event: "schedule" });
    assert.equal(exitCode, 0);
    assert.match(warnings(commands).join("\n"), /could not be kept in the cache/);
  }
  cache.fault = null;
  const { outputs, commands } = await run({ event: "schedule" });
  assert.equal(outputs.get("state"), "new");
  assert.deepEqual(warnings(commands), []);
});

test("a refusal with a reason is told, and is not taken for an entry that is there", async () => {
  const { run, cache } = await stage();
  const refusal = { ok: false, message: "cache storage limit reached" };
  cache.fault = ({ name }) => (name === "CreateCacheEntry" ? { status: 200, body: JSON.stringify(refusal) } : null);
  const { exitCode, commands } = await run({ event: "schedule" });
  assert.equal(exitCode, 0);
  assert.match(warnings(commands).join("\n"), /refused it: cache storage limit reached/);
});

test("what a look keeps never takes the place of what watching keeps; where nobody watches, looks go on from their own", async () => {
  const { run, cache, github } = await stage();
  const look = { event: "push", inputs: { mode: "gate" } } as const;
  await run(look);
  assert.equal(cache.entries.length, 1);
  github.clearRequests();
  assert.equal((await run(look)).outputs.get("state"), "restored");
  assert.ok(github.requests.length <= 8, `${github.requests.length} requests`);
  github.mutate.addRun("octo-org/app", { createdAt: github.clock.nowMs() - 900_000 });
  await run({ event: "schedule" });
  assert.equal(cache.entries.length, 2, "watching went on from the look's entry");
  github.mutate.addRun("octo-org/app", { createdAt: github.clock.nowMs() - 800_000 });
  await run(look);
  assert.equal(cache.entries.length, 2, "what was said is in watching's entry alone");
});

test("away from the default branch nobody is told anything, and nothing is kept", async () => {
  const { run, cache, github } = await stage();
  const payload = { repository: { default_branch: "main" } };
  const { exitCode, log } = await run({ event: "push", payload, env: { GITHUB_REF: "refs/heads/topic" } });
  assert.equal(exitCode, 0);
  assert.match(log, /not on the default branch/);
  assert.equal(cache.entries.length, 0);
  assert.deepEqual(
    github.requests.filter(({ method }) => method !== "GET"),
    [],
  );
  await run({ event: "push", payload });
  assert.equal(cache.entries.length, 1);
});

test("a service that falters is asked again; one that stays away is told once, and the work goes on", async () => {
  const { run, cache } = await stage();
  cache.fault = ({ name, count }) => (count === 1 ? (name === "upload" ? "cut" : { status: 503 }) : null);
  const faltering = await run({ event: "schedule" });
  assert.deepEqual([faltering.exitCode, warnings(faltering.commands)], [0, []]);
  assert.equal(cache.entries.filter(({ isFinal }) => isFinal).length, 1);
  cache.fault = () => ({ status: 500 });
  const away = await run({ event: "schedule" });
  assert.equal(away.exitCode, 0);
  assert.equal(away.outputs.get("incidents"), "1");
  assert.match(warnings(away.commands)[0]!, /could not be fetched from the cache/);
});

test("without a cache service one warning is given, and the work is done", async () => {
  const { run } = await stage();
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{}, /names no cache service of version 2/],
    [{ GITHUB_SERVER_URL: "https://ghes.example" }, /Enterprise Server has another cache service/],
    [
      { ACTIONS_CACHE_SERVICE_V2: "True", ACTIONS_RESULTS_URL: "ftp://x", ACTIONS_RUNTIME_TOKEN: "t" },
      /no address or no token/,
    ],
    [
      { ACTIONS_CACHE_SERVICE_V2: "True", ACTIONS_RESULTS_URL: "http://results.example/", ACTIONS_RUNTIME_TOKEN: "t" },
      /no address/,
    ],
  ];
  for (const [env, message] of cases) {
    const { exitCode, outputs, commands } = await run({ event: "schedule", cache: null, env });
    assert.equal(exitCode, 0);
    assert.equal(outputs.get("state"), "none");
    assert.deepEqual([warnings(commands).length, message.test(warnings(commands)[0]!)], [1, true]);
  }
});

test("a store in the data folder, of an earlier step or a runner of one's own, is used as it is", async () => {
  const { run, cache, github } = await stage();
  const dataDir = `${process.env["RUNNER_TEMP"] ?? "/tmp"}/oddrun-suite-${process.pid}`;
  const inputs = { "data-dir": dataDir, state: "none" };
  await run({ event: "schedule", inputs });
  github.clearRequests();
  const { outputs } = await run({ event: "schedule", inputs });
  assert.equal(outputs.get("state"), "restored");
  assert.ok(github.requests.length <= 8);
  assert.equal(cache.calls.length, 0);
});

test("two runs at once each restore the same, both save, and the next one goes on from either", async () => {
  const { run, start, cache, github } = await stage();
  await run({ event: "schedule" });
  github.mutate.addRun("octo-org/app", { createdAt: github.clock.nowMs() - 900_000 });
  const [one, other] = await Promise.all([start({ event: "schedule" }).ended, start({ event: "push" }).ended]);
  assert.deepEqual([one.exitCode, other.exitCode], [0, 0]);
  assert.equal(cache.entries.length, 3);
  const next = await run({ event: "schedule" });
  assert.equal(next.outputs.get("state"), "restored");
  assert.equal(next.outputs.get("incidents"), "1");
});

test("a run and attempt whose entry is there already keeps the entry as it is", async () => {
  const { run, cache } = await stage();
  await run({ event: "schedule", runId: 5 });
  const before = cache.entries[0]!.bytes;
  const { exitCode, commands } = await run({ event: "schedule", runId: 5, env: { RUNNER_DEBUG: "1" } });
  assert.equal(exitCode, 0);
  assert.deepEqual(warnings(commands), []);
  assert.equal(cache.entries.length, 1);
  assert.equal(cache.entries[0]!.bytes, before);
});

test("no signature and no token is in any log, at debug level too", async () => {
  const { run, cache, github } = await stage();
  for (let at = 0; at < 2; at++) {
    const { log } = await run({ event: "schedule", env: { RUNNER_DEBUG: "1" } });
    const shown = log.replaceAll(/::add-mask::.*/g, "");
    for (const secret of [
      github.token,
      cache.token,
      ...cache.signatures,
      ...cache.signatures.map(encodeURIComponent),
    ]) {
      assert.ok(!shown.includes(secret));
    }
  }
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`cancelled by ${signal} in the middle, what was collected is kept and the next run goes on`, async () => {
    const { start, run, cache, github } = await stage();
    const job = start({ event: "schedule" });
    const remove = github.script(() => {
      if (github.requests.length === 60) job.child.kill(signal);
      return undefined;
    });
    const cancelled = await job.ended;
    remove();
    assert.equal(cancelled.exitCode, 1);
    assert.equal(cache.entries.filter(({ isFinal }) => isFinal).length, 1);
    github.clearRequests();
    const next = await run({ event: "schedule" });
    assert.equal(next.outputs.get("state"), "restored");
    assert.equal(next.outputs.get("incidents"), "1");
    assert.ok(github.requests.length < 80, `${github.requests.length} requests`);
  });
}

test("killed in the middle, nothing is kept, and the next run does it all", async () => {
  const { start, run, cache, github } = await stage();
  const job = start({ event: "schedule" });
  const remove = github.script(() => {
    if (github.requests.length === 60) job.child.kill("SIGKILL");
    return undefined;
  });
  assert.equal((await job.ended).exitCode, null);
  remove();
  assert.equal(cache.entries.length, 0);
  assert.equal((await run({ event: "schedule" })).outputs.get("incidents"), "1");
});
