import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../adapters/store/index.ts";
import { aBatch, aRun } from "../../adapters/store/run-fixtures.contract.ts";
import { DEFAULT_SETTINGS } from "../../operations/settings/settings.ts";
import { configCommand } from "./config.ts";
import { initCommand } from "./init.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

function newFolder(): string {
  const folder = newPlace();
  mkdirSync(folder);
  return folder;
}
const init = (folder: string, ...options: string[]) =>
  runCommand(
    initCommand,
    "",
    [folder],
    options.map((name) => [name] as const),
  );

function written(text: string): string {
  const path = join(newFolder(), "oddrun.yaml");
  writeFileSync(path, text);
  return path;
}
const config = (
  args: readonly string[],
  env = {},
  dataDir = newPlace(),
  options: readonly (readonly [string])[] = [],
) => runCommand(configCommand, dataDir, args, options, { env });

test("init writes settings that hold no mistake, and leaves what is there", async () => {
  const folder = newFolder();
  const path = join(folder, "oddrun.yaml");
  assert.match((await init(folder)).out, /^Wrote .*oddrun\.yaml\n/);
  assert.match((await config(["check", path])).out, /It sets nothing: everything is as usual\.[^]*No mistakes\.\n$/);
  writeFileSync(path, "version: 1\n");
  const again = await init(folder);
  assert.equal(again.exitCode, 5);
  assert.match(
    again.message,
    /already there and was not touched\. .*"oddrun config check", or replace it with --force/,
  );
  assert.equal(readFileSync(path, "utf8"), "version: 1\n");
  assert.equal((await init(folder, "force")).exitCode, 0);
  assert.match(readFileSync(path, "utf8"), /^# yaml-language-server: \$schema=https:\/\//);
});

test("init --workflow writes what is missing of the two", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "oddrun.yaml"), "version: 1\n");
  const { out } = await init(folder, "workflow");
  assert.match(out, /^Left as it is: .*oddrun\.yaml\nWrote .*\.github\/workflows\/oddrun\.yml\n/);
  assert.ok(existsSync(join(folder, ".github/workflows/oddrun.yml")));
  assert.equal((await init(folder, "workflow")).exitCode, 5);
});

test("check tells what is set beside what is usual, and which variables are needed, and never their values", async () => {
  const path = written(
    "alerts: { pushes: 2/month }\nchannels: { shop: { kind: slack, url-from: SHOP_URL }, ops: { kind: teams, url-from: OPS_URL } }",
  );
  const { out, exitCode } = await config(["check", path], { SHOP_URL: "https://example.com/canary" });
  assert.match(out, /alerts\.pushes +2\/month +usual: 1\/week/);
  assert.match(
    out,
    /channels\.shop +\{ kind: slack, url-from: SHOP_URL \}\n +channels\.ops +\{ kind: teams.*\n +channels\.issues +\{ kind: github-issue \} +there anyway\n/,
  );
  assert.match(out, /SHOP_URL +address of shop +is set\n +OPS_URL +address of ops +is not set\n/);
  assert.doesNotMatch(out, /canary/);
  assert.equal(exitCode, 0);
});

test("check ends with 2 for each mistake, and for a variable that cannot be used", async () => {
  const wrong = await config(["check", written("alerts: { pushs: 1/week }\nprivacy: { authors: 1 }")]);
  assert.equal(wrong.exitCode, 2);
  assert.match(
    wrong.out,
    /oddrun\.yaml:1:11: alerts\.pushs is not known here: did you mean "pushes"\?\n.*oddrun\.yaml:2:21: privacy\.authors/,
  );
  assert.doesNotMatch(wrong.out, /It sets:[^]*pushs/);
  const without = await config([
    "check",
    written("channels: { a: { kind: webhook, url-from: U }, b: { kind: slack } }"),
  ]);
  assert.equal(without.exitCode, 2);
  assert.match(
    without.out,
    /channels\.a lacks "secret-from"[^]*channels\.b lacks "url-from"[^]*U +address of a +is not set\n$/,
  );
  const short = await config(["check", written("channels: { a: { kind: webhook, url-from: U, secret-from: K } }")], {
    U: "https://example.com/x",
    K: "canary",
  });
  assert.equal(short.exitCode, 2);
  assert.match(short.out, /K +key of a +holds no key of 24 to 64 bytes/);
  assert.doesNotMatch(short.out, /canary/);
});

test("check asks the store for workflows that are named and that there are not", async () => {
  const dataDir = newFolder();
  const store = await openStore(join(dataDir, "oddrun.db"));
  await store.save(aBatch({ runs: [aRun()] }));
  await store.close();
  const { out, exitCode } = await config(["check", written("watch: { ignore-workflows: [CIA, ci] }")], {}, dataDir);
  assert.match(
    out,
    /Perhaps misspelt, or not run yet:\n {2}watch\.ignore-workflows: no workflow in .* is called "CIA"\n/,
  );
  assert.doesNotMatch(out, /called "ci"/);
  assert.equal(exitCode, 0);
});

test("show tells what holds, and refuses what has mistakes", async () => {
  const { out } = await config(["show", written("version: 1")], {}, newPlace(), [["json"]]);
  assert.deepEqual((JSON.parse(out) as { settings: object }).settings, DEFAULT_SETTINGS);
  const shown = (await config(["show", written("alerts: { storm-from: 3 }")])).out;
  assert.match(
    shown,
    /alerts\.pushes +1\/week +\(usual\)\n[^]*alerts\.storm-from +3\n[^]*watch\.ignore-workflows +none +\(usual\)/,
  );
  assert.equal((await config(["show", written("nothing: 1")])).exitCode, 2);
  assert.equal((await config(["look"])).exitCode, 2);
});

test("hostile names in the settings are shown and do nothing", async () => {
  const { out } = await config(["check", written('watch: { workflows: ["\\e[31mred\\u202e"] }')]);
  assert.match(out, /watch\.workflows +\[.*red.*\] +usual: none/);
  assert.doesNotMatch(out, /[\u001b\u202e]/);
});
