import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const START = join(import.meta.dirname, "..", "github-stand-in.ts");

test("started by hand, it says how to use it, keeps its log and ends when asked to", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stand-in-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = join(folder, "requests.ndjson");
  const key = join(folder, "key.pem");
  const child = spawn(process.execPath, [
    START,
    "--log",
    log,
    "--app-key",
    key,
    "--faults",
    "html-answers",
    "--limit",
    "9",
  ]);
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes("Ctrl-C")) break;
  }
  const [, token, owner, url] = /GITHUB_TOKEN=(\S+) npx oddrun collect (\S+) --api-url (\S+)/.exec(said)!;
  assert.equal(owner, "octo-org");
  const answer = await fetch(`${url}/orgs/${owner}/repos`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(((await answer.json()) as object[]).length, 6);
  assert.equal(answer.headers.get("x-ratelimit-limit"), "9");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  const lines = readFileSync(log, "utf8").trim().split("\n");
  assert.equal(lines.length, 1);
  const entry = JSON.parse(lines[0]!) as Record<string, unknown>;
  assert.deepEqual([entry["route"], entry["status"], entry["isCharged"]], ["repositories", 200, true]);
  assert.match(readFileSync(key, "utf8"), /^-----BEGIN RSA PRIVATE KEY-----/);
});

test("flags that can't be meant are refused", () => {
  for (const [args, message] of [
    [["--size", "huge"], /There is no size "huge"/],
    [["--faults", "toString"], /There is no fault "toString"/],
    [["--sized"], /Unknown option '--sized'/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [START, ...args], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});
