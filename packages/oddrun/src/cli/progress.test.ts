import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { CommandSpec } from "./command.ts";
import { progressWriter } from "./progress.ts";
import { runCommandLine } from "./run-command-line.ts";

/** All that is written, in its order, as a terminal or a file would have it. */
function writtenTo(isTTY: boolean) {
  const written: string[] = [];
  const stream = () =>
    Object.assign(
      new PassThrough().on("data", (bytes) => written.push(String(bytes))),
      { isTTY },
    );
  return { written, stdout: stream(), stderr: stream() };
}

test("what a command writes, or logs, comes after the line of progress was cleared", async () => {
  const command: CommandSpec = {
    name: "work",
    summary: "Works",
    args: [],
    options: [],
    async run(_, { progress }) {
      progress("half", true);
      return 0;
    },
  };
  const telling: CommandSpec = {
    ...command,
    async run(_, context) {
      context.progress("half", true);
      context.stdout.write("told\n");
      context.progress("half", true);
      context.log.warn("careful");
      await new Promise((resolve) => setTimeout(resolve, 5));
      return 0;
    },
  };
  const { written, stdout, stderr } = writtenTo(true);
  const world = {
    env: {},
    stdin: new PassThrough(),
    stdout,
    stderr,
    now: Date.now,
    signal: new AbortController().signal,
  };
  const commands = { work: async () => command, tell: async () => telling };
  assert.equal(await runCommandLine(commands, { ...world, argv: ["tell", "--log-level", "warn"] }), 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const shown = written.map((text) => (text.includes("careful") ? "careful" : text));
  assert.deepEqual(shown, ["\r\u001b[Khalf", "\r\u001b[K", "told\n", "\r\u001b[Khalf", "\r\u001b[K", "careful"]);
  written.length = 0;
  assert.equal(await runCommandLine(commands, { ...world, argv: ["work"] }), 0);
  assert.deepEqual(written, ["\r\u001b[Khalf", "\r\u001b[K"], "nothing is left behind");
});

test("a line that is due is shown at once, others only so often", () => {
  for (const isTTY of [true, false]) {
    const { written, stderr } = writtenTo(isTTY);
    const progress = progressWriter({ stderr }, () => 1000);
    progress.show("often");
    progress.show("a wait", true);
    assert.deepEqual(written, [isTTY ? "\r\u001b[Ka wait" : "a wait\n"]);
  }
});
