import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readWorkflow } from "./index.ts";

const WORKFLOW = `name: CI
on: [push]
x-cache: &cache
  uses: actions/cache@v4
defaults: {run: {shell: bash}}
jobs:
  build:
    runs-on: ubuntu-latest
    container: {image: "node:24"}
    steps:
      - uses: actions/checkout@v4 # the comment
      - *cache
      - run: |
          echo "uses: not/this@v1"
  again:
    <<: {timeout-minutes: 5}
    steps: [{uses: ./.github/actions/set-up}, *cache]
  1:
    uses: octo/shared/.github/workflows/test.yml@main
`;

test("a workflow's references are read, with anchors followed", () => {
  const uses = readWorkflow(WORKFLOW);
  assert.deepEqual(Object.fromEntries(uses?.references ?? []), {
    "actions/cache": ["v4"],
    "actions/checkout": ["v4"],
    "docker://node": ["24"],
    "octo/shared/.github/workflows/test.yml": ["main"],
  });
  assert.deepEqual(uses?.localPaths, [".github/actions/set-up"]);
});

test("a byte order mark, Windows line ends, tags and repeated keys are no hindrance", () => {
  for (const text of [`\ufeff${WORKFLOW}`, WORKFLOW.replaceAll("\n", "\r\n"), `${WORKFLOW}  again: !secret {}\n`]) {
    assert.ok(readWorkflow(text)?.references.has("actions/checkout"));
  }
});

test("a file whose top is a prototype's name changes nothing but itself", () => {
  const uses = readWorkflow(
    "jobs: {__proto__: {steps: [{uses: a/b@v1}]}, constructor: {uses: c/d@v1}}\n__proto__: {x: 1}",
  );
  assert.deepEqual([...(uses?.references.keys() ?? [])], ["a/b", "c/d"]);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

/** Each of these keeps a careless reader busy for minutes, or ends it. */
const HOSTILE: Readonly<Record<string, string>> = {
  "an alias bomb": `a: &a [x,x,x]\n${"bcdefghijklmnop"
    .split("")
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghijklmno"[at]}`).join(",")}]`)
    .join("\n")}\njobs: *p`,
  "an alias bomb of keys": `a0: &a0 {x: 1}\n${Array.from({ length: 60 }, (_, at) => `? [*a${at}, *a${at}]\n: &a${at + 1} [*a${at},*a${at}]`).join("\n")}`,
  "an alias of itself": "jobs: &a\n  b: {steps: *a}\n  c: *a",
  "lists as keys of lists": `${"[".repeat(1000)}${"]: 1,".repeat(1000)}`,
  "mappings as keys of mappings": `jobs: ${"{".repeat(200)}a: 1${"}: 1".repeat(199)}}`,
  "keys of keys": "? ".repeat(2000),
  "brackets without an end": "[".repeat(100_000),
  "anchors upon anchors": "&a ".repeat(4000),
  "forty thousand keys": `jobs: {${Array.from({ length: 40_000 }, (_, at) => `k${at}: 1`).join(", ")}}`,
  "more than GitHub takes": `jobs:\n${"# \n".repeat(300_000)}`,
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`${name} is refused or passed over, and soon`, { timeout: 20_000 }, () => {
    const uses = readWorkflow(text);
    assert.equal(uses?.references.size ?? 0, 0);
  });
}

test("text that is no workflow is none", () => {
  for (const text of ["", "name: x", "<html></html>", "a: [", "\0", "- 1", "jobs: 3", "%YAML 9.9\n--- x"]) {
    assert.equal(readWorkflow(text), null);
  }
});

test("no text makes it stumble", () => {
  const pieces = [
    "jobs:",
    "\n",
    "  ",
    "- ",
    "uses: ",
    "a/b@v1",
    "*a",
    "&a ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "? ",
    ": ",
    "<<: ",
  ];
  const more = ["!!map ", "!!set ", "!!binary ", "|", ">", "'", '"', "#", "---\n", "%YAML 1.1\n", "\t", "\0", "\ud800"];
  const texts = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 }).map((parts) => parts.join(""));
  const isSound = (text: string): boolean => (readWorkflow(text)?.references.size ?? 0) <= text.length;
  fc.assert(fc.property(texts, isSound), { seed: 7, numRuns: 2000 });
});
