import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readCodeOwners } from "./code-owners.ts";

/** The examples of docs.github.com, "About code owners", in their order. */
const DOCUMENTED = `# This is a comment.
# Each line is a file pattern followed by one or more owners.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`;

const CASES: readonly (readonly [path: string, owners: readonly string[]])[] = [
  ["README", ["@global-owner1", "@global-owner2"]],
  ["src/deep/down/a.js", ["@js-owner"]],
  ["main.go", []],
  ["a/b/notes.txt", ["@octo-org/octocats"]],
  ["build/logs/2026/a.txt", ["@octocat"]],
  ["docs/getting-started.md", ["@doctocat"]],
  ["docs/build-app/troubleshooting.md", ["@doctocat"]],
  ["deep/apps/thing/a.c", ["@octocat"]],
  ["scripts/a.sh", ["@doctocat", "@octocat"]],
  ["deep/logs/a", ["@octocat"]],
  ["apps/a.c", ["@octocat"]],
  ["apps/github", []],
  ["apps/github/a.c", []],
];

test("GitHub's documented examples have the documented owners", () => {
  const read = readCodeOwners(DOCUMENTED);
  assert.equal(read.skippedCount, 0);
  for (const [path, owners] of CASES) assert.deepEqual(read.ownersOf(path), owners, path);
});

const ONE: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
  ["docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md", "docs"]],
  ["/build/logs/", ["build/logs/a", "build/logs/x/y"], ["build/logs", "x/build/logs/a"]],
  ["apps/", ["apps/a", "x/apps/a/b"], ["apps", "x/apps"]],
  ["*.yml", ["a.yml", ".github/workflows/ci.yml"], ["a.yaml", "yml"]],
  ["/.github/", [".github/workflows/ci.yml"], ["x/.github/a"]],
  [".github/workflows/", [".github/workflows/ci.yml"], ["x/.github/workflows/ci.yml"]],
  [".github/workflows/ci-?.yml", [".github/workflows/ci-1.yml"], [".github/workflows/ci-12.yml"]],
  [".github/**/ci.yml", [".github/ci.yml", ".github/workflows/ci.yml"], [".github/workflows/ci.yaml"]],
  ["/docs/**", ["docs/a", "docs/a/b"], ["x/docs/a"]],
  ["**/ci.yml", ["ci.yml", "a/b/ci.yml"], ["a/b/xci.yml"]],
  ["CI.yml", ["CI.yml"], ["ci.yml"]],
  ["with\\ space.yml", ["with space.yml"], ["with"]],
];

for (const [pattern, matches, others] of ONE)
  test(`${pattern} owns what GitHub says it owns`, () => {
    const read = readCodeOwners(`${pattern} @mona`);
    for (const path of matches) assert.deepEqual(read.ownersOf(path), ["@mona"], path);
    for (const path of others) assert.deepEqual(read.ownersOf(path), [], path);
  });

test("lines that GitHub does not understand are counted and passed over", () => {
  const lines = [
    "!*.js @a",
    "[ab].js @a",
    "\\#x @a",
    "*.js owner",
    "*.js @",
    "*.js @a/b/c",
    "*.js @-a",
    "***/x @a",
    "/ @a",
    "*.js a@b@c",
  ];
  const read = readCodeOwners(`* @mona\r\n${lines.join("\r\n")}\r\n\r\n  \t\r\n`);
  assert.equal(read.skippedCount, lines.length);
  assert.deepEqual(read.ownersOf("x.js"), ["@mona"]);
});

test("an e-mail address is never given", () => {
  const read = readCodeOwners("* mona@example.com @mona lisa@example.com");
  assert.deepEqual(read.ownersOf("a"), ["@mona"]);
});

test("a file of 3 MB or more is not read, as GitHub does not", () => {
  assert.deepEqual(readCodeOwners(`* @mona\n${"#".repeat(3 * 1024 * 1024)}`).ownersOf("a"), []);
});

test("the largest file made to take for ever does not", { timeout: 20_000 }, () => {
  const line = `/${"*a".repeat(40)}*b/${"**/".repeat(40)}x @mona\n`;
  const read = readCodeOwners(line.repeat(Math.floor(3_000_000 / line.length)));
  assert.deepEqual(read.ownersOf(`.github/workflows/${"a".repeat(200)}.yml`), []);
  assert.equal(readCodeOwners(`${"a".repeat(100_000)} @mona`).skippedCount, 1);
});

test("no text makes it stumble", () => {
  const pieces = [
    "*",
    "**",
    "/",
    "\\",
    " ",
    "@a",
    "#",
    "\n",
    "\r",
    "a@b",
    "!",
    "[",
    "]",
    "?",
    "x",
    "\ud800",
    "\0",
    "\ufeff",
  ];
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(""));
  const isSound = (text: string) =>
    readCodeOwners(text)
      .ownersOf(".github/workflows/x.yml")
      .every((owner) => owner.startsWith("@"));
  fc.assert(fc.property(texts, isSound), { seed: 7, numRuns: 3000 });
});
