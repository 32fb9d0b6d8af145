import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { stage } from "./action-suite/stage.ts";
import { packageSources } from "./check-boundaries.ts";
import { startOddrun } from "./collect-suite/oddrun-process.ts";
import { ROOT } from "./workflow-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-outbound-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
/** The environment in which a program writes its connections down, and the list of them. */
function recorded() {
  const file = join(folder, `connections-${runs++}`);
  const env = { NODE_OPTIONS: `--import=${import.meta.resolve("./record-connections.mjs")}`, ODDRUN_CONNECTIONS: file };
  return {
    env,
    connections: () => (existsSync(file) ? [...new Set(readFileSync(file, "utf8").trim().split("\n"))] : []),
  };
}

async function oddrun(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { env: recording, connections } = recorded();
  const { exitCode, err } = await startOddrun([...args, "--data-dir", join(folder, "data")], { ...recording, ...env })
    .ended;
  assert.equal(exitCode, 0, `oddrun ${args.join(" ")}: ${err}`);
  return connections();
}

const hostOf = (url: string): string => new URL(url).host;

test("commands that need no network open no connection", async () => {
  const metrics = join(folder, "metrics.csv");
  for (const args of [
    ["sample", "--out", metrics],
    ["train", "--input", metrics, "--model-dir", join(folder, "model"), "--no-register"],
    ["score", "--input", metrics, "--model-dir", join(folder, "model"), "--output", join(folder, "scores.csv")],
    ["import", join(ROOT, "docs/examples/runs.csv"), "--rejects", join(folder, "rejects.csv")],
    ["detect"],
    ["report"],
    ["incidents", "list"],
    ["init", folder],
    ["config", "check", join(folder, "oddrun.yaml")],
  ])
    assert.deepEqual(await oddrun(args), [], args.join(" "));
});

test("collecting connects to the API that was named and to nothing else", async () => {
  const { github } = await stage();
  const args = ["collect", "octo-org/app", "--api-url", github.url];
  const { env, connections } = recorded();
  const given = { ...env, GITHUB_TOKEN: github.token, ODDRUN_WAIT_SCALE: "0.001" };
  const { exitCode, err } = await startOddrun([...args, "--data-dir", join(folder, "collected")], given).ended;
  assert.equal(exitCode, 0, err);
  assert.deepEqual(connections(), [hostOf(github.url)]);
});

test("the Action connects to the API and the cache that the runner names, and to nothing else", async () => {
  const { github, cache, run } = await stage();
  const { env, connections } = recorded();
  const { exitCode, log } = await run({ event: "schedule", env });
  assert.equal(exitCode, 0, log);
  assert.deepEqual(connections().sort(), [hostOf(github.url), hostOf(cache.url)].sort());
});

/** What can open a connection, and what for. */
const CONNECTING: Readonly<Record<string, string>> = {
  "packages/action/src/state/cache-service.ts": "the Actions cache that the runner names",
  "packages/oddrun/src/adapters/github/exchange.ts": "GitHub's API",
  "packages/oddrun/src/adapters/notifications/post-once.ts": "the channels that the settings name",
  "packages/oddrun/src/server/start-server.ts": "listens, and asks nobody",
};
/** Hosts that stand in the sources, and why. */
const HOSTS: Readonly<Record<string, string>> = {
  "docs.github.com": "named in comments and messages",
  "github.com": "the pages that links lead to",
  "api.github.com": "the API, unless another one is named",
  "www.githubstatus.com": "named in a message",
  "raw.githubusercontent.com": "the schema that editors fetch",
  "json-schema.org": "the name of a schema language",
  "www.w3.org": "the name of SVG",
  "adaptivecards.io": "the name of a schema",
  "sqlite.org": "named in comments",
  "azure.microsoft.com": "named in comments",
  "ml.azure.com": "the pages that links lead to",
  "management.azure.com": "Azure's API, when a command is about Azure",
  "prices.azure.com": "Azure's prices, when something is deployed there",
};
/** Placeholders in messages. */
const NO_HOST =
  /^(HOST|VAULT\.vault\.azure\.net|ghes?\.example|ghe\.example|unknown\.invalid|127\.0\.0\.1|\.+|[A-Z]+)$/;

const sources = packageSources(ROOT).filter((file) => !/\.(test|contract)\.ts$/.test(file));
const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("only a few files can open a connection, each for a reason", () => {
  const opens =
    /\bfetch\(|from "node:(?:https?|http2|net|tls|dgram|dns)(?:\/promises)?"|\bnew (?:WebSocket|EventSource)\b/;
  // types, and what looks at an address or a status without asking anybody
  const harmless =
    /^import (?:type [^;]+|\{ [^}]*\b(?:isIP|isIPv4|BlockList|STATUS_CODES)\b[^}]* \}) from "node:\w+";$/gm;
  const found = sources.filter(
    (file) => !file.startsWith("packages/azure/") && opens.test(textOf(file).replaceAll(harmless, "")),
  );
  assert.deepEqual(found.sort(), Object.keys(CONNECTING).sort());
});

test("every host that stands in the sources is on the list, and every host on the list stands there", () => {
  const hosts = new Set<string>();
  for (const file of sources)
    for (const [, host] of textOf(file).matchAll(/https?:\/\/([A-Za-z0-9.-]+)/g))
      if (!NO_HOST.test(host!)) hosts.add(host!.replace(/\.$/, ""));
  assert.deepEqual([...hosts].sort(), Object.keys(HOSTS).sort());
});

test("the recorder notes a connection when there is one", async () => {
  const { github } = await stage();
  const { env, connections } = recorded();
  await startOddrun(["doctor", "--no-azure", "--api-url", github.url, "--data-dir", join(folder, "looked-at")], {
    ...env,
    GITHUB_TOKEN: github.token,
  }).ended;
  assert.deepEqual(connections(), [hostOf(github.url)]);
});
