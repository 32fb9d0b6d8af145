import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { after, test } from "node:test";
import { generateCorpus, startGitHubStandIn } from "./github-stand-in/index.ts";
import { ROOT } from "./workflow-policy.ts";

const SCRIPT = join(ROOT, "gh-oddrun/gh-oddrun");
const TOKEN = "gho_canarycanarycanarycanarycanary000000";
const root = mkdtempSync(join(tmpdir(), "oddrun-gh-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** What of this machine the script may find: nothing else, lest another `oddrun` is among it. */
const TOOLS = spawnSync("sh", ["-c", "for name in bash sh sed tr basename; do command -v $name; done"], {
  encoding: "utf8",
})
  .stdout.trim()
  .split("\n");

let folders = 0;
function newFolder(): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
}

function program(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** What each recorded program was called with, a line each. */
  readonly calls: string;
}

/** Runs the script as gh does, with a `gh` that writes down what it is asked, and an `oddrun` and an `npx` that write down what they get. */
function run(
  args: readonly string[],
  given: { readonly gh?: string; readonly env?: object; readonly without?: string } = {},
): Run {
  const folder = newFolder();
  const calls = join(folder, "calls");
  const log = `printf '%s' "$(basename "$0")" >> "${calls}"; for word in "$@"; do printf ' [%s]' "$word" >> "${calls}"; done; echo >> "${calls}"`;
  const shown = "GITHUB_TOKEN GH_TOKEN GITHUB_API_URL GITHUB_REPOSITORY ODDRUN_DATA_DIR"
    .split(" ")
    .map((name) => `echo "${name}=$${name}"`)
    .join("; ");
  const repository = `case "$1 $2" in "repo view") echo https://github.com/octo-org/shop ;; "auth token") echo ${TOKEN} ;; esac`;
  program(folder, "gh", `${log}\n${given.gh ?? repository}`);
  for (const name of ["oddrun", "npx"]) if (name !== given.without) program(folder, name, `${log}\n${shown}\nexit 4`);
  for (const path of TOOLS) symlinkSync(path, join(folder, basename(path)));
  const env = { PATH: folder, HOME: "/home/mona", ...given.env };
  const { status, stdout, stderr } = spawnSync("bash", [SCRIPT, ...args], { env, encoding: "utf8" });
  return { status, out: stdout, err: stderr, calls: existsSync(calls) ? readFileSync(calls, "utf8") : "" };
}

const hasBash = spawnSync("bash", ["--version"]).status === 0 ? false : "the extension is a script of bash";

test("the token, the repository and its data folder go to oddrun in the environment, and its exit code is ours", {
  skip: hasBash,
}, () => {
  const { status, out, calls } = run(["report", "--only", "changes"]);
  assert.equal(status, 4);
  assert.match(
    out,
    new RegExp(`^GITHUB_TOKEN=${TOKEN}\nGH_TOKEN=\nGITHUB_API_URL=\nGITHUB_REPOSITORY=octo-org/shop\n`),
  );
  assert.match(out, /^ODDRUN_DATA_DIR=\/home\/mona\/\.local\/share\/gh-oddrun\/github\.com\/octo-org\/shop$/m);
  assert.match(calls, /^oddrun \[report\] \[--only\] \[changes\]$/m);
  assert.ok(!calls.includes(TOKEN), "the token is an argument of no program");
});

test("collect takes this folder's repository, unless one comes first", { skip: hasBash }, () => {
  const last = (args: readonly string[]) => run(args).calls.trimEnd().split("\n").at(-1);
  assert.equal(last(["collect"]), "oddrun [collect] [octo-org/shop]");
  assert.equal(last(["collect", "--since", "30d"]), "oddrun [collect] [octo-org/shop] [--since] [30d]");
  assert.equal(last(["collect", "octo-org"]), "oddrun [collect] [octo-org]");
  assert.equal(last([]), "oddrun");
  assert.equal(last(["explain", "a b", "$(id)", "*"]), "oddrun [explain] [a b] [$(id)] [*]");
});

test("without an installed oddrun it is npx with the version of this checkout", { skip: hasBash }, () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "packages/oddrun/package.json"), "utf8")) as {
    version: string;
  };
  const { calls, out, status } = run(["report"], { without: "oddrun" });
  assert.match(calls, new RegExp(`^npx \\[--yes\\] \\[oddrun@${version.replaceAll(".", "\\.")}\\] \\[report\\]$`, "m"));
  assert.match(out, new RegExp(`^GITHUB_TOKEN=${TOKEN}$`, "m"));
  assert.equal(status, 4);
});

const HOSTS: readonly (readonly [host: string, apiUrl: string])[] = [
  ["ghes.example.com", "https://ghes.example.com/api/v3"],
  ["octo.ghe.com", "https://api.octo.ghe.com"],
  ["github.com", ""],
];
for (const [host, apiUrl] of HOSTS)
  test(`a repository on ${host} is asked there, with the token for there`, { skip: hasBash }, () => {
    const gh = `case "$1 $2" in "repo view") echo https://${host}/octo-org/shop ;; "auth token") [ "$4" = ${host} ] && echo ${TOKEN} ;; esac`;
    const ways = [
      { gh, env: {} },
      { gh, env: { GH_REPO: `${host}/octo-org/shop` } },
      { gh, env: { GH_REPO: "octo-org/shop", GH_HOST: host } },
    ];
    for (const way of ways) {
      const { out, calls } = run(["report"], way);
      assert.match(out, new RegExp(`^GITHUB_API_URL=${apiUrl}$`, "m"));
      assert.match(out, new RegExp(`^GITHUB_TOKEN=${TOKEN}$`, "m"));
      assert.match(out, new RegExp(`gh-oddrun/${host}/octo-org/shop$`, "m"));
      assert.match(calls, new RegExp(`^gh \\[auth\\] \\[token\\] \\[--hostname\\] \\[${host}\\]$`, "m"));
    }
  });

test("a token of another host does not go where gh has none", { skip: hasBash }, () => {
  const gh = `case "$1" in repo) echo https://ghes.example.com/octo-org/shop ;; *) exit 1 ;; esac`;
  const { out } = run(["report"], { gh, env: { GITHUB_TOKEN: TOKEN, GH_TOKEN: TOKEN } });
  assert.match(out, /^GITHUB_TOKEN=\nGH_TOKEN=\n/);
});

test("outside of a repository what needs none works, and collect says how to name one", { skip: hasBash }, () => {
  const gh = `case "$1" in auth) echo ${TOKEN} ;; *) exit 1 ;; esac`;
  assert.match(run(["--help"], { gh }).out, /^ODDRUN_DATA_DIR=$/m);
  const { status, err, calls } = run(["collect"], { gh });
  assert.equal(status, 2);
  assert.equal(
    err,
    "gh oddrun: this folder has no repository on GitHub that gh knows. Name one: gh oddrun collect OWNER/NAME\n",
  );
  assert.doesNotMatch(calls, /^oddrun/m);
});

test("a name that is none leads to no folder outside of ours", { skip: hasBash }, () => {
  for (const name of [
    "../../etc/passwd",
    "octo-org/../..",
    "octo org/shop",
    "a/b/c/d",
    "octo-org/$(id)",
    "octo-org/\u001b[31m",
    "a/b/",
  ]) {
    const { status, calls, err } = run(["report"], { env: { GH_REPO: name } });
    assert.equal(status, 2, name);
    assert.doesNotMatch(calls, /^oddrun/m);
    assert.doesNotMatch(err, /\u001b/);
  }
});

const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
test("shellcheck finds nothing in the script", { skip: shellcheck ? false : "shellcheck is not installed" }, () => {
  const { stdout } = spawnSync("shellcheck", [SCRIPT], { encoding: "utf8" });
  assert.equal(stdout, "");
});

const hasGh = spawnSync("gh", ["--version"]).status === 0;
test("gh itself installs the script and runs it, and what it collects is stored", {
  skip: hasGh ? false : "gh is not installed",
}, async () => {
  const folder = newFolder();
  cpSync(join(ROOT, "gh-oddrun"), join(folder, "gh-oddrun"), { recursive: true });
  program(folder, "oddrun", `exec "${process.execPath}" "${join(ROOT, "packages/oddrun/bin/oddrun.js")}" "$@"`);
  const standIn = await startGitHubStandIn({ corpus: generateCorpus({ size: "small", seed: 1, nowMs: Date.now() }) });
  try {
    const env = {
      PATH: [folder, process.env["PATH"]].join(delimiter),
      HOME: folder,
      XDG_DATA_HOME: join(folder, "data"),
      GH_CONFIG_DIR: join(folder, "config"),
      GH_TOKEN: standIn.token,
      GH_REPO: "octo-org/api",
      // later versions of gh look for news of themselves
      GH_NO_UPDATE_NOTIFIER: "1",
      GH_NO_EXTENSION_UPDATE_NOTIFIER: "1",
      ODDRUN_WAIT_SCALE: "0.001",
    };
    // a step of its own process: the stand-in answers from this one
    const gh = async (args: readonly string[], cwd = folder) => {
      const child = spawn("gh", args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
      return { status, text };
    };
    assert.equal((await gh(["extension", "install", "."], join(folder, "gh-oddrun"))).status, 0);
    const collected = await gh(["oddrun", "collect", "--since", "30d", "--api-url", standIn.url]);
    assert.equal(collected.status, 0, collected.text);
    assert.match(collected.text, /1 repository, runs created since/);
    assert.ok(existsSync(join(folder, "data/gh-oddrun/github.com/octo-org/api/oddrun.db")));
    assert.match((await gh(["oddrun", "usage"])).text, /ubuntu-latest/);
    assert.equal((await gh(["oddrun", "config", "check", "none.yaml"])).status, 2);
  } finally {
    await standIn.close();
  }
});
