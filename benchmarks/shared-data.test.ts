import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const script = `
  import { sharedPath } from ${JSON.stringify(new URL("./shared-data.ts", import.meta.url).href)};
  console.log(sharedPath("set.csv", "the trial"));
`;

function run(folder: string) {
  const env = { ...process.env, ODDRUN_SHARED_DIR: folder };
  return spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env });
}

test("shared data is found where ODDRUN_SHARED_DIR says, and its absence is told in one loud line", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-shared-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const absent = run(folder);
  assert.equal(absent.stdout, "null\n");
  assert.match(absent.stderr, /^SKIPPED the trial: no set\.csv in the shared folder; set ODDRUN_SHARED_DIR [^\n]+\n$/);

  writeFileSync(join(folder, "set.csv"), "");
  const present = run(folder);
  assert.equal(present.stdout, `${join(folder, "set.csv")}\n`);
  assert.equal(present.stderr, "");
});

test("a folder asked for by name that isn't there is an error, not a skip", () => {
  const result = run(join(tmpdir(), "oddrun-no-such-folder"));
  assert.notEqual(result.status, 0);
  assert.match(result.stderr, /which is no folder/);
});
