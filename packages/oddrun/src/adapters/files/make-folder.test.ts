import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "./make-folder.ts";

test("a folder is made with those above it, once, and a file in the way is an error", () => {
  const root = mkdtempSync(join(tmpdir(), "oddrun-folder-"));
  try {
    makeFolder(join(root, "a/b/c"));
    makeFolder(join(root, "a/b/c"));
    assert.ok(existsSync(join(root, "a/b/c")));
    writeFileSync(join(root, "file"), "");
    assert.throws(() => makeFolder(join(root, "file")), { code: "EEXIST" });
    assert.throws(() => makeFolder(join(root, "file/below")), { code: "ENOTDIR" });
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("where the system refuses names without end, making a folder ends", { skip: !existsSync("/proc/self") }, () => {
  assert.throws(() => makeFolder("/proc/oddrun-cannot-be/here"));
});
