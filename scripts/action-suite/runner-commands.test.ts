import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommands } from "../actions-stand-in/runner-files.ts";
import { workflowCommands } from "../../packages/action/src/runner/commands.ts";

function recorded(isDebug = false) {
  const lines: string[] = [];
  return { lines, commands: workflowCommands((line) => lines.push(line), isDebug), log: () => lines.join("") };
}

test("an annotation comes out as it went in, whatever is in it, and is one command", () => {
  const { commands, log } = recorded();
  const hostile = "100 %\n::error::not ours\r\n::set-output name=x::y%0A::warning::z";
  commands.annotate("warning", hostile, { title: "a: b, c::d" });
  const read = readCommands(log());
  assert.deepEqual(read, [{ name: "warning", properties: { title: "a: b, c::d" }, message: hostile }]);
});

test("a plain line never becomes a command, of the new form or the old", () => {
  const { commands, log } = recorded();
  for (const text of [
    "::error::x",
    "  ::add-mask::x",
    "a\n::error::x",
    "##[error]x",
    "a ##[group]x",
    "\r::stop-commands::x",
  ]) {
    commands.line(text);
  }
  assert.deepEqual(readCommands(log()), []);
});

test("a secret is masked before anything else is said, and left out of what is said", () => {
  const { commands, log } = recorded(true);
  commands.mask("https://hooks.example/T000/secretvalue");
  commands.line("sent to https://hooks.example/T000/secretvalue");
  commands.debug("sent to https://hooks.example/T000/secretvalue");
  commands.annotate("error", "no answer of https://hooks.example/T000/secretvalue");
  const [mask, ...rest] = log().split("\n");
  assert.equal(mask, "::add-mask::https://hooks.example/T000/secretvalue");
  assert.ok(!rest.join("\n").includes("secretvalue"));
});

test("an empty value masks nothing", () => {
  const { commands, lines } = recorded();
  commands.mask("");
  commands.mask("\n \n");
  assert.deepEqual(lines, []);
});

test("debug lines are written only where they were asked for", () => {
  const [quiet, loud] = [recorded(false), recorded(true)];
  quiet.commands.debug("x");
  loud.commands.debug("x");
  assert.deepEqual([quiet.log(), loud.log()], ["", "::debug::x\n"]);
});

test("at most ten annotations of a level are given, the first ten, and an error is never crowded out", () => {
  const { commands, log } = recorded();
  for (let at = 0; at < 15; at++) commands.annotate("notice", `number ${at}`);
  commands.annotate("error", "the reason");
  const read = readCommands(log());
  assert.deepEqual(
    read.map(({ message }) => message),
    [...Array.from({ length: 10 }, (_, at) => `number ${at}`), "the reason"],
  );
});
