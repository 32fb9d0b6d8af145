import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { GitHubStandIn } from "../github-stand-in/index.ts";
import { someRepositories } from "./corpora.ts";
import { type Environment, startCollect } from "./oddrun-process.ts";
import { newDataDir, startStandIn } from "./stage.ts";

const CANARY = "ghp_canaryCANARYcanaryCANARYcanaryCANARY7";

/** Everything that a collection leaves behind or shows, as one text. */
async function everythingShown(
  standIn: GitHubStandIn,
  env: Environment,
  args: readonly string[] = [],
): Promise<string> {
  const dataDir = newDataDir();
  const running = startCollect(standIn, dataDir, { args: ["octo-org", "--log-level", "debug", ...args], env });
  let commandLine = "";
  while (standIn.requests.length < 3 && running.child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    commandLine += commandLineOf(running.child.pid!);
  }
  const { out, err } = await running.ended;
  assert.match(err, /github request/, "the log tells of each request");
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  return [out, err, commandLine, ...files].join("\n");
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

test("a token is in no output, log, file or command line, whether it is taken, refused, redirected or limited", async () => {
  const good = await startStandIn({ corpus: someRepositories(2, 6) });
  const limited = await startStandIn({
    corpus: someRepositories(2, 6),
    faults: ["redirect-other-host", "server-errors", "secondary-limit"],
  });
  const other = await startStandIn({ corpus: someRepositories(1, 1) });
  for (const standIn of [good, limited]) standIn.addToken({ text: CANARY });
  for (const standIn of [good, limited, other]) {
    // every answer carries it, as a careless proxy's might
    standIn.script((_, usual) => ({ ...usual, headers: { ...usual.headers, "x-echo": CANARY } }));
    const shown = await everythingShown(standIn, { GITHUB_TOKEN: CANARY });
    assert.ok(!shown.includes(CANARY.slice(4, 24)));
  }
});

test("neither an App's key nor a token it was given is shown or kept", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(2, 12) });
  standIn.app.tokenRequestsMax = 9;
  const keyFile = `${newDataDir()}.pem`;
  writeFileSync(keyFile, standIn.app.privateKeyPkcs8);
  const id = String(standIn.app.id);
  const keys = [
    { ODDRUN_GITHUB_APP_PRIVATE_KEY: standIn.app.privateKey.replaceAll("\n", "\\n") },
    { ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE: keyFile },
  ];
  for (const key of keys) {
    const shown = await everythingShown(standIn, { GITHUB_TOKEN: "", ODDRUN_GITHUB_APP_ID: id, ...key });
    for (const pem of [standIn.app.privateKey, standIn.app.privateKeyPkcs8]) {
      for (const line of pem.split("\n").slice(1, 4)) assert.ok(!shown.includes(line), "a line of the key");
    }
    for (const { text } of standIn.app.issued) assert.ok(!shown.includes(text), "a token of the App");
    assert.doesNotMatch(shown, /eyJ[\w-]{20,}\.[\w-]+\./, "a credential made with the key");
  }
  assert.ok(standIn.app.issued.length > 3);
});
