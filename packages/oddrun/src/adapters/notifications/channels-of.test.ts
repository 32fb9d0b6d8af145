import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleMessages } from "../../operations/alerts/alert-samples.contract.ts";
import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import { channelsOf } from "./channels-of.ts";
import { startReceiver } from "./receiver.contract.ts";

const SETTINGS = {
  channels: {
    issues: { kind: "github-issue", labels: ["oddrun"], assignees: [] },
    chat: { kind: "slack", urlFrom: "CHAT" },
    team: { kind: "teams", urlFrom: "TEAM" },
    hook: { kind: "webhook", urlFrom: "HOOK", secretFrom: "HOOK_KEY" },
  },
} as const;
const KEY = Buffer.alloc(32, 3).toString("base64");
const CONTEXT = { earlier: [], mayRepeat: false } as const;

const make = (env: Readonly<Record<string, string>>, issues: ((name: string) => AlertChannel) | null = null) =>
  channelsOf(SETTINGS, { env, signal: new AbortController().signal, version: "1.2.3", now: () => 0, issues });

test("each channel of the settings is made, and gets its message", async () => {
  const receiver = await startReceiver({ status: 200, body: "ok" });
  const url = (path: string): string => `${receiver.origin}/${path}`;
  const env = {
    CHAT: url("chat"),
    TEAM: url("team"),
    HOOK: url("hook"),
    HOOK_KEY: KEY,
    ODDRUN_ALERT_HOSTS: "127.0.0.1",
  };
  const issue: AlertChannel = {
    name: "x",
    kind: "github-issue",
    isIdempotent: true,
    deliver: () => Promise.resolve({ kind: "delivered", receipt: "1" }),
  };
  const channels = make(env, (name) => ({ ...issue, name }));
  assert.deepEqual(
    channels.map(({ name, kind }) => [name, kind]),
    [
      ["issues", "github-issue"],
      ["chat", "slack"],
      ["team", "teams"],
      ["hook", "webhook"],
    ],
  );
  for (const channel of channels)
    assert.equal((await channel.deliver(sampleMessages().test, CONTEXT)).kind, "delivered");
  assert.deepEqual(
    receiver.requests.map(({ path }) => path),
    ["/chat", "/team", "/hook"],
  );
  for (const { headers } of receiver.requests) assert.equal(headers["user-agent"], "oddrun/1.2.3");
  await receiver.close();
});

test("a channel without its address, key or token refuses with what is missing, and never shows what is there", async () => {
  const whys = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const all = await Promise.all(make(env).map((channel) => channel.deliver(sampleMessages().test, CONTEXT)));
    return all.map((delivery) => (delivery.kind === "refused" ? delivery.why : assert.fail(delivery.kind)));
  };
  const missing = await whys({});
  for (const [at, name] of ["GITHUB_TOKEN", "CHAT", "TEAM", "HOOK"].entries())
    assert.match(missing[at]!, new RegExp(`${name}\\b`));
  const wrong = await whys({
    CHAT: "http://hooks.slack.com/services/CANARY",
    TEAM: "CANARY",
    HOOK: "https://hooks.example/CANARY",
    HOOK_KEY: "CANARY",
  });
  assert.match(wrong[1]!, /CHAT can't be used: hooks\.slack\.com \(address [0-9a-f]{6}\) is without encryption/);
  assert.match(wrong[3]!, /HOOK_KEY must hold a key of 24 to 64 bytes/);
  assert.doesNotMatch(wrong.join(), /CANARY/);
});
