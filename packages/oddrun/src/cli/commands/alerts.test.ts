import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { type AlertWord, GITHUB_PRICES, type Incident } from "@oddrun/core";
import { largeOrganisation } from "@oddrun/core/simulation";
import { startReceiver } from "../../adapters/notifications/receiver.contract.ts";
import { openStore } from "../../adapters/store/index.ts";
import { alertComposer } from "../../operations/alerts/alert-composer.ts";
import type { AlertsPreview } from "../../operations/alerts/preview-alerts.ts";
import { alertsCommand } from "./alerts.ts";
import { detectCommand } from "./detect.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

/** The commands' clock stands at 1 June: the history ends there. */
const startMs = Date.UTC(2026, 3, 6);
const NOW_MS = Date.UTC(2026, 5, 1);
const size = { repositories: 3, workflows: 12, jobs: 24, steps: 120 };
const dataDir = newPlace();
const config = newPlace("oddrun.yaml");

before(async () => {
  const store = await openStore(join(dataDir, "oddrun.db"));
  for (const batch of largeOrganisation({ seed: 2, startMs, size, steps: false }).batches) await store.save(batch);
  await store.close();
  await runCommand(detectCommand, dataDir, []);
  const channels = ["chat: { kind: slack, url-from: CHAT }", "team: { kind: teams, url-from: TEAM }"];
  writeFileSync(config, `watch: { branches: all }\nchannels:\n  ${channels.join("\n  ")}\n`);
});

const alerts = (action: string, options: readonly (readonly [string, string?])[] = [], env = {}) =>
  runCommand(alertsCommand, dataDir, [action], [["config", config], ...options], { env });

test("a preview tells each message once, within the budget, and what the digest would hold", async () => {
  const { out, exitCode } = await alerts("preview", [["json"]]);
  assert.equal(exitCode, 0);
  const preview = JSON.parse(out) as AlertsPreview;
  assert.ok(preview.alerts.length > 0);
  const numbers = preview.alerts.map(({ message }) => message.incident!.number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal(
    preview.weeks.reduce((sum, { count }) => sum + count, 0),
    numbers.length,
  );
  // a repository's inbox holds one a week, the shared one five
  assert.ok(preview.weeks.every(({ count }) => count <= 3 * 1 + 5));
  for (const { message, channels } of preview.alerts) {
    assert.deepEqual(channels, ["issues", "chat", "team"]);
    assert.deepEqual([message.word, message.title.length <= 120], ["new", true]);
    const [what, since, sure] = message.facts.map(({ label }) => label);
    assert.deepEqual([what, since === "Since" || since === "Last seen", sure], ["What", true, "How sure"]);
  }
  const usual = await runCommand(alertsCommand, dataDir, ["preview"], [["json"]]);
  const ofDefault = (JSON.parse(usual.out) as AlertsPreview).alerts;
  assert.ok(ofDefault.length < numbers.length, "pull requests' branches are heard of only where that is set");
  const text = (await alerts("preview")).out;
  assert.match(
    text,
    /^From 2026-0\d-\d\d to 2026-06-01, \d+ messages? would have been sent: \d\.\d a week, at most \d in one\.\n/,
  );
  assert.match(
    text,
    /\n {2}1\. 2026-.* UTC {2}northwind-labs\/.+\n {5}to issues, chat, team \(.+\)\n {5}sure enough for the budget; /,
  );
  assert.match(text, /The digest would hold \d+ more, the dearest first:\n {2}INC-\d+ /);
});

test("one message is shown in full, as each channel would be sent it", async () => {
  const { out } = await alerts("preview", [["show", "1"]]);
  assert.match(out, /\nHow sure: .+ score \d+\.\d, told from 1\.0/);
  assert.match(
    out,
    /--- issues \(github-issue\) ---\nAn issue with the text above\.\n\n--- chat \(slack\) ---\n\{[^]*"plain_text"[^]*--- team \(teams\) ---\n\{[^]*"AdaptiveCard"/,
  );
  assert.match(
    (await alerts("preview", [["show", "9999"]])).message,
    /--show 9999: there (?:are \d+ messages|is 1 message)/,
  );
});

test("a test goes to every channel, and each says what became of it", async () => {
  const receiver = await startReceiver({ status: 200, body: "ok" });
  const env = {
    CHAT: `${receiver.origin}/CANARY`,
    TEAM: `${receiver.origin}/CANARY`,
    ODDRUN_ALERT_HOSTS: "127.0.0.1",
    ODDRUN_WAIT_SCALE: "0.001",
  };
  const issues = "issues (github-issue): not tried: a test opens no issue\n";
  const good = await alerts("test", [], env);
  assert.deepEqual(
    [good.exitCode, good.out],
    [
      0,
      `${issues}chat (slack): delivered: look whether it is there\nteam (teams): delivered: look whether it is there\n`,
    ],
  );
  receiver.answerNext({ status: 404, body: "no_service" });
  const gone = await alerts("test", [], env);
  assert.equal(gone.exitCode, 4);
  assert.match(
    gone.out,
    /\nchat \(slack\): refused: 127\.0\.0\.1:\d+ \(address [0-9a-f]{6}\) is gone \(404, no_service\): make a new one/,
  );
  assert.doesNotMatch(gone.out, /CANARY/);
  const one = await alerts("test", [["channel", "team"], ["json"]], env);
  assert.deepEqual(
    (JSON.parse(one.out) as readonly { channel: string }[]).map(({ channel }) => channel),
    ["team"],
  );
  const unset = await alerts("test");
  assert.deepEqual(
    [unset.exitCode, unset.out.split("\n")[1]],
    [4, "chat (slack): refused: CHAT is not set: it is to hold the address"],
  );
  assert.match(
    (await alerts("test", [["channel", "nobody"]])).message,
    /--channel is "nobody"; the channels of the settings are issues, chat, team\./,
  );
  await receiver.close();
});

test("what was said is listed, and before any pass that there is nothing", async () => {
  assert.equal((await alerts("list")).out, "Nothing was ever said: no pass over the alerts has been made yet.\n");
  assert.deepEqual(JSON.parse((await alerts("list", [["json"]])).out), { watching_since: null, alerts: [] });
});

test("options of another action, and unknown actions, are refused", async () => {
  assert.match((await alerts("list", [["days", "3"]])).message, /--days goes with "oddrun alerts preview"\./);
  assert.match((await alerts("push")).message, /"oddrun alerts preview" shows what would have been sent/);
});

test("each message that can be due is made from what the store holds", async () => {
  const store = await openStore(join(dataDir, "oddrun.db"), { readOnly: true });
  const incidents = (await store.incidents({}, NOW_MS)).filter(({ changes }) => changes.length > 0);
  const compose = alertComposer(store, {
    privacy: { commitMessages: false, authors: false },
    prices: GITHUB_PRICES,
    otherwiseVisibility: null,
  });
  const due = (word: AlertWord, told: readonly Incident[]) => ({
    id: `m:${word}`,
    word,
    key: "k",
    scope: "organisation" as const,
    inbox: "organisation northwind-labs",
    repositoryId: told[0]!.repositoryId,
    incidentNumbers: told.map(({ number }) => number),
    reason: "weekly" as const,
    atMs: NOW_MS,
  });
  const [first] = incidents;
  for (const word of ["new", "grown", "reminder", "recovered"] as const) {
    const message = await compose(due(word, [first!]), [first!]);
    assert.deepEqual([message.word, message.incident?.number, message.id], [word, first!.number, `m:${word}`]);
    assert.match(message.repository!.fullName, /^northwind-labs\//);
  }
  const several = incidents.slice(0, 12);
  const storm = await compose(due("storm", several), several);
  assert.match(storm.title, /moved at once\. This looks like GitHub or your runners/);
  assert.doesNotMatch(JSON.stringify(storm.facts), /"repository \d|workflow \d/);
  const digest = await compose(due("digest", several), several);
  assert.deepEqual([digest.lines.length, digest.repository], [several.length, null]);
  await store.close();
});

test("a pass says what is due to each channel once; the first one says nothing of the past", async () => {
  const place = newPlace();
  const store = await openStore(join(place, "oddrun.db"));
  for (const batch of largeOrganisation({ seed: 2, startMs, size, steps: false }).batches) await store.save(batch);
  await store.close();
  await runCommand(detectCommand, place, []);
  const receiver = await startReceiver({ status: 200, body: "ok" });
  const chat = newPlace("oddrun.yaml");
  writeFileSync(
    chat,
    "alerts: { digest: off }\nwatch: { branches: all }\nchannels: { issues: off, chat: { kind: slack, url-from: CHAT } }\n",
  );
  const env = { CHAT: `${receiver.origin}/CANARY`, ODDRUN_ALERT_HOSTS: "127.0.0.1", ODDRUN_WAIT_SCALE: "0.001" };
  const pass = (action = "send") => runCommand(alertsCommand, place, [action], [["config", chat]], { env });

  const first = await pass();
  assert.deepEqual([first.exitCode, receiver.requests.length], [0, 0]);
  assert.match(first.out, /^Watching begins now \(2026-06-01 00:00 UTC\): nothing is said of what was there before\./);
  assert.match((await pass("list")).out, /^Nothing was said since watching began, 2026-06-01/);

  // as if watching had begun earlier
  const again = await openStore(join(place, "oddrun.db"));
  const { version } = await again.storedAlerts();
  assert.ok(await again.keepAlerts({ fromVersion: version, watchingSinceMs: startMs, decidedPlace: 0 }));
  await again.close();
  receiver.answerNext({ status: 500 }, { status: 500 }, { status: 500 });
  const second = await pass();
  assert.match(
    second.out,
    /waits, chat: northwind-labs\/.+ \(127\.0\.0\.1:\d+ \(address [0-9a-f]{6}\) has trouble of its own \(500\)\)/,
  );
  assert.match((await pass("list")).out, /UTC {2}new {2}northwind-labs\/.+\n {2}chat: waits, next try /);
  const saidCount = (second.out.match(/^said to chat/gm) ?? []).length;
  assert.equal(receiver.requests.filter(({ status }) => status === 200).length, saidCount);
  assert.doesNotMatch(second.out, /CANARY/);
  const third = await pass();
  assert.equal(receiver.requests.filter(({ status }) => status === 200).length, saidCount, third.out);
  await receiver.close();
});
