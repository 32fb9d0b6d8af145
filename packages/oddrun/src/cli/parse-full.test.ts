import assert from "node:assert/strict";
import { test } from "node:test";
import { collectCommand } from "./commands/collect.ts";
import { modelsCommand } from "./commands/models.ts";
import { parseFull } from "./parse-full.ts";

test("who leaves an argument out is told the arguments and where the help is", () => {
  const parse = (...argv: string[]) => parseFull([collectCommand, modelsCommand], argv, "1.0.0", () => {});
  assert.throws(() => parse("collect"), {
    message: `missing required argument 'target': oddrun collect <target...>. See "oddrun collect --help".`,
  });
  assert.throws(() => parse("models"), { message: /: oddrun models <\w+.*See "oddrun models --help"\.$/ });
  assert.throws(() => parse("models", "compare", "--endpoint", "--input", "x"), {
    message: "--endpoint needs a value, NAME: what follows it is --input.",
  });
  assert.throws(() => parse("collect", "octo", "--sinse", "7d"), { message: /Did you mean --since/ });
});
