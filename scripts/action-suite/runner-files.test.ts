import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readKeyValueFile } from "../actions-stand-in/runner-files.ts";
import { keyAndValue, runnerFiles, SUMMARY_BYTES_MAX } from "../../packages/action/src/runner/files.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("an output is read as it was set, lines and delimiters in it or not", () => {
  const path = join(folder, "output");
  writeFileSync(path, "");
  const { setOutput } = runnerFiles({ GITHUB_OUTPUT: path });
  const values = ["plain", "two\nlines", "score<<EOF\n1\nEOF\nextra=1", "", "trailing\n"];
  for (const value of values) setOutput("findings", value);
  setOutput("score", "0.5");
  const read = readKeyValueFile(readFileSync(path, "utf8"));
  assert.deepEqual(
    [...read],
    [
      ["findings", "trailing\n"],
      ["score", "0.5"],
    ],
  );
});

test("a value with its own delimiter is refused", () => {
  assert.throws(() => keyAndValue("score", "x\nD\nanomalous=false", "D"), /delimiter/);
});

test("two outputs never share a delimiter", () => {
  const delimiterOf = (text: string) => /<<(.*)\n/.exec(text)?.[1];
  assert.notEqual(delimiterOf(keyAndValue("score", "1")), delimiterOf(keyAndValue("score", "1")));
});

test("a summary above the runner's limit is left out, and what fits is kept", () => {
  const path = join(folder, "summary");
  writeFileSync(path, "");
  const { addSummary } = runnerFiles({ GITHUB_STEP_SUMMARY: path });
  assert.equal(addSummary("# one"), true);
  assert.equal(addSummary("é".repeat(SUMMARY_BYTES_MAX / 2)), false);
  assert.equal(addSummary("# two"), true);
  assert.equal(readFileSync(path, "utf8"), "# one\n# two\n");
});

test("outside of a runner nothing is written", () => {
  const { setOutput, addSummary } = runnerFiles({});
  assert.doesNotThrow(() => setOutput("score", "1"));
  assert.equal(addSummary("x"), true);
});
