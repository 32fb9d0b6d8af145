import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { CommandInput } from "../command.ts";
import { hasConsent } from "./deploy-consent.ts";

const asked = (isYes: boolean): CommandInput => ({
  args: [],
  text: () => undefined,
  texts: () => [],
  isSet: (name) => isYes && name === "yes",
});

function terminal(isTTY: boolean) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  return { stdin, stderr: new PassThrough(), signal: new AbortController().signal };
}

test("on a terminal only a yes goes on; no, nothing, another word and the end of the input do not", async () => {
  for (const [typed, isConsent] of [
    ["y\n", true],
    [" Yes \n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
    ["", false],
  ] as const) {
    const context = terminal(true);
    const answer = hasConsent(asked(false), context, "It costs.\n");
    context.stdin.end(typed);
    assert.equal(await answer, isConsent, JSON.stringify(typed));
    assert.match(String(context.stderr.read()), /^It costs\.\nGo on\? \[y\/N\] /);
  }
});

test("without a terminal --yes is needed, and is all that is needed", async () => {
  await assert.rejects(
    hasConsent(asked(false), terminal(false), "It costs.\n"),
    /It costs\. Nothing was changed\. Add --yes/,
  );
  assert.equal(await hasConsent(asked(true), terminal(false), "It costs.\n"), true);
});
