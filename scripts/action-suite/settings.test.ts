import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE_MS, type Stage, stage, timedRun } from "./stage.ts";

/** The default branch has this oddrun.yaml. */
function withSettings({ github }: Stage, text: string): void {
  github.script(({ path }) =>
    path.includes("/contents/oddrun.yaml")
      ? {
          status: 200,
          body: JSON.stringify({
            type: "file",
            encoding: "base64",
            content: Buffer.from(text).toString("base64"),
          }),
        }
      : undefined,
  );
}

test("settings are read from the default branch: a workflow that is left out is not collected", async () => {
  const on = await stage();
  withSettings(on, "watch: { ignore-workflows: [ci.yml] }\nchannels: { issues: off }\n");
  const { exitCode, outputs, log } = await on.run({ event: "schedule" });
  assert.equal(exitCode, 0);
  assert.equal(outputs.get("incidents"), "0");
  assert.match(log, /settings: oddrun\.yaml of the default branch/);
});

test("a mistake in them is one error with its place, and so is an address that is not there", async () => {
  const on = await stage();
  withSettings(on, "alerts:\n  pushs: 1/week\n");
  const wrong = await on.run({ event: "schedule" });
  assert.equal(wrong.exitCode, 1);
  const [error, ...more] = wrong.commands.filter(({ name }) => name === "error");
  assert.deepEqual(more, []);
  assert.match(error!.message, /oddrun\.yaml.*2.*pushs|pushs.*oddrun\.yaml/s);

  const room = await stage();
  withSettings(room, "channels: { shop: { kind: slack, url-from: SHOP_URL } }\n");
  const missing = await room.run({ event: "schedule" });
  assert.equal(missing.exitCode, 1);
  assert.match(missing.commands.find(({ name }) => name === "error")!.message, /SHOP_URL/);
  const dry = await room.run({ event: "schedule", inputs: { "dry-run": "true" } });
  assert.equal(dry.exitCode, 0);
});

test("the address of a channel is masked before anything else is said of it, and is in no line", async () => {
  const on = await stage();
  withSettings(on, "channels: { shop: { kind: slack, url-from: SHOP_URL } }\n");
  const address = "https://hooks.slack.com/services/T0/B0/canarycanarycanary";
  const { exitCode, commands, log } = await on.run({
    event: "schedule",
    env: { SHOP_URL: address, RUNNER_DEBUG: "1" },
  });
  assert.equal(exitCode, 0);
  assert.ok(commands.some(({ name, message }) => name === "add-mask" && message === address));
  assert.ok(!log.replaceAll(/::add-mask::.*/g, "").includes("canarycanary"));
});

test("a file that is named has to be there", async () => {
  const on = await stage();
  const { exitCode, commands } = await on.run({ event: "schedule", inputs: { config: "ops/oddrun.yaml" } });
  assert.equal(exitCode, 1);
  assert.match(commands.find(({ name }) => name === "error")!.message, /ops\/oddrun\.yaml.*contents: read/);
});

test("numbers are joined to the run that gives them, and kept", async () => {
  const on = await stage();
  const createdAt = on.github.clock.nowMs() - 2 * MINUTE_MS;
  const own = on.github.mutate.addRun("octo-org/app", { ...timedRun(createdAt, MINUTE_MS), status: "in_progress" });
  const inputs = { metrics: "coverage=81.4\n bundle_kb=412\n" };
  const { exitCode, log } = await on.run({ event: "push", runId: own.id, inputs });
  assert.equal(exitCode, 0);
  assert.match(log, /joined to run \d+: coverage, bundle_kb/);
  assert.equal(on.cache.entries.length, 1);

  const unknown = await on.run({ event: "push", runId: 5, inputs });
  assert.equal(unknown.exitCode, 0);
  assert.match(unknown.commands.find(({ name }) => name === "warning")!.message, /metrics were not joined/);
  const wrong = await on.run({ event: "push", inputs: { metrics: "coverage=high" } });
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.commands.find(({ name }) => name === "error")!.message, /plain decimal number/);
});
