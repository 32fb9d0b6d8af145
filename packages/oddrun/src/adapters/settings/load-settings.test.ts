import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { DEFAULT_SETTINGS } from "../../operations/settings/settings.ts";
import { channelVariables, loadSettings } from "./index.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "oddrun-settings-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
const stormFrom = async () => (await loadSettings({ env: {}, folder })).alerts.stormFrom;

test("without a file everything is as usual", async () => {
  assert.deepEqual(await loadSettings({ env: {}, folder }), DEFAULT_SETTINGS);
});

test("oddrun.yaml is read before .github/oddrun.yaml, and a file that is named before both", async () => {
  write(".github/oddrun.yaml", "alerts: { storm-from: 3 }");
  assert.equal(await stormFrom(), 3);
  write("oddrun.yaml", "alerts: { storm-from: 4 }");
  assert.equal(await stormFrom(), 4);
  const path = write("other.yaml", "alerts: { storm-from: 5 }");
  assert.equal((await loadSettings({ env: {}, folder, path })).alerts.stormFrom, 5);
});

test("a file under a name that is not read is not passed over in silence", async () => {
  write("oddrun.yml", "alerts: { storm-from: 3 }");
  await assert.rejects(loadSettings({ env: {}, folder }), {
    code: "settings-unreadable",
    message: /oddrun\.yml cannot be read: it is not read under this name: rename it to oddrun\.yaml\.$/,
  });
});

test("a file that is not there, a folder, a pipe and 50 MB are told by their path as given", async () => {
  const cases: readonly (readonly [name: string, why: RegExp])[] = [
    ["none.yaml", /there is no such file; "oddrun init" writes one/],
    ["folder", /it is a folder/],
    ["large.yaml", /it is larger than 128 KB/],
    ...(spawnSync("mkfifo", [join(folder, "pipe.yaml")]).status === 0
      ? [["pipe.yaml", /not a regular file/] as const]
      : []),
  ];
  mkdirSync(join(folder, "folder"));
  write("large.yaml", new Uint8Array(50_000_000));
  for (const [name, why] of cases) {
    const path = join(folder, name);
    await assert.rejects(loadSettings({ env: {}, path }), (error: Error & { exitCode?: number }) => {
      assert.match(error.message, why);
      assert.ok(error.message.includes(path));
      return error.exitCode === 2;
    });
  }
});

const WEBHOOK =
  "channels: { shop: { kind: slack, url-from: SHOP_URL }, ops: { kind: webhook, url-from: OPS_URL, secret-from: OPS_KEY } }";
const SET = {
  SHOP_URL: "https://example.com/canary",
  OPS_URL: "https://example.com/canary",
  OPS_KEY: Buffer.from("canary".repeat(6)).toString("base64"),
};

test("what channels need is in the environment, or is asked for by its name and not its value", async () => {
  write("oddrun.yaml", WEBHOOK);
  assert.equal(Object.keys((await loadSettings({ env: SET, folder })).channels).length, 3);
  const cases: readonly (readonly [env: Readonly<Record<string, string | undefined>>, message: RegExp])[] = [
    [{ SHOP_URL: undefined }, /The environment variable SHOP_URL is not set; .* address of the channel "shop"/],
    [{ OPS_URL: "  " }, /The environment variable OPS_URL is empty/],
    [{ OPS_KEY: "" }, /The environment variable OPS_KEY is empty; .* key of the channel "ops"/],
    [
      { OPS_KEY: "canary0123456789" },
      /OPS_KEY holds no key of 24 to 64 bytes in base64, as "openssl rand -base64 32" makes one/,
    ],
    [
      { OPS_URL: "http://example.com/canary" },
      /OPS_URL cannot be used: example\.com \(address \w+\) is without encryption/,
    ],
    [{ SHOP_URL: "https://169.254.169.254/canary" }, /SHOP_URL cannot be used: .* private address/],
    [{ ODDRUN_API_KEY: SET.OPS_KEY }, /OPS_KEY holds the same as ODDRUN_API_KEY/],
  ];
  for (const [env, message] of cases)
    await assert.rejects(loadSettings({ env: { ...SET, ...env }, folder }), (error: Error & { exitCode?: number }) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /canary|Y2FuYXJ5/);
      return error.exitCode === 2;
    });
});

test("a command that sends nothing needs no addresses", async () => {
  write("oddrun.yaml", WEBHOOK);
  assert.equal(Object.keys((await loadSettings({ env: {}, folder, sendsNothing: true })).channels).length, 3);
});

test("every variable that channels name is listed, with what is wrong with it", async () => {
  const settings = await loadSettings({ env: SET, path: write("oddrun.yaml", WEBHOOK) });
  assert.deepEqual(
    channelVariables(settings, { ...SET, OPS_URL: "" }).map(({ name, fault }) => [name, fault]),
    [
      ["SHOP_URL", null],
      ["OPS_URL", "is empty"],
      ["OPS_KEY", null],
    ],
  );
});
