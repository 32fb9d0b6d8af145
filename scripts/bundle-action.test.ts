import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ACTION_BYTES_MAX, ACTION_FILE, bundleAction } from "./bundle-action.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-bundle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const first = join(folder, "first.mjs");
const size = await bundleAction(first);

test("the Action is one file below its bound", () => {
  assert.ok(size <= ACTION_BYTES_MAX, `${size} bytes of ${ACTION_BYTES_MAX}`);
  assert.equal(readFileSync(first).length, size);
});

test("building it again gives the same bytes, and no machine's paths are in it", async () => {
  const second = join(folder, "second.mjs");
  await bundleAction(second);
  const text = readFileSync(first, "utf8");
  assert.ok(text === readFileSync(second, "utf8"));
  assert.ok(!text.includes(folder) && !text.includes(process.cwd()));
});

const isCommitted = execFileSync("git", ["ls-files", "dist/index.mjs"], {
  cwd: join(ACTION_FILE, "../.."),
  encoding: "utf8",
});
test("the file that a release commits is what its sources make", {
  skip: isCommitted === "" && "it is on release tags only",
}, () => {
  assert.ok(readFileSync(ACTION_FILE, "utf8") === readFileSync(first, "utf8"));
});

test("it holds no server, no command line's parser and no cloud", () => {
  const text = readFileSync(first, "utf8");
  for (const word of ["fastify", "pino", "commander", "hyparquet", "@azure/"]) assert.ok(!text.includes(word), word);
});
