import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { readApiUrl } from "./api-url.ts";
import { githubSource } from "./index.ts";
import { connectTo, jobJson, REPOSITORY, runJson, scriptedGithub } from "./scripted-github.contract.ts";
import { findToken, markedTokenId } from "./token.ts";

test("the token is that of GITHUB_TOKEN, else of GH_TOKEN, without spaces around it", async () => {
  assert.equal(await findToken({ GITHUB_TOKEN: " ghp_a\n", GH_TOKEN: "ghp_b" }, "github.com"), "ghp_a");
  assert.equal(await findToken({ GITHUB_TOKEN: " ", GH_TOKEN: "ghp_b" }, "github.com"), "ghp_b");
});

test("what cannot be a token is refused without being shown", async () => {
  for (const token of ["ghp_se cret", "ghp_se\ncret", "ghp_sécret", `ghp_secret${"x".repeat(20_000)}`]) {
    await assert.rejects(
      findToken({ GITHUB_TOKEN: token }, "github.com"),
      (error: Error & { code: string; exitCode: number }) => {
        assert.equal(error.code, "github-token-malformed");
        assert.equal(error.exitCode, 2);
        assert.doesNotMatch(error.message, /ghp_|cret/);
        return true;
      },
    );
  }
});

/** A folder with a `gh` that answers with this script. */
function fakeGh(t: TestContext, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-gh-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "gh"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "gh"), 0o755);
  return folder;
}

test("gh is asked for the token of the host when the environment has none", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = fakeGh(t, 'echo "gho_$1_$2_$3_$4"');
  assert.equal(await findToken({ PATH: folder }, "ghes.example"), "gho_auth_token_--hostname_ghes.example");
  assert.equal(await findToken({ PATH: fakeGh(t, "exit 1") }, "github.com"), null);
  assert.equal(await findToken({ PATH: "/nowhere" }, "github.com"), null);
});

test("no token at all is one problem that names the ways to one", async () => {
  const env = { GITHUB_TOKEN: undefined, PATH: "/nowhere" };
  await assert.rejects(connectTo({ url: "https://api.github.com" }, { env }), {
    code: "github-token-missing",
    exitCode: 2,
    message: /GITHUB_TOKEN.*GH_TOKEN.*gh auth login.*ODDRUN_GITHUB_APP_ID/,
  });
});

test("marks are kept for tokens that last", () => {
  for (const token of ["ghp_a", "gho_a", "github_pat_a", "0123456789abcdef0123456789abcdef01234567"]) {
    assert.match(markedTokenId(token)!, /^[0-9a-f]{16}$/);
  }
  for (const token of ["ghs_a", "ghu_a", "ghr_a", "v1.0123"]) assert.equal(markedTokenId(token), null);
});

test("the API of GitHub, of its Enterprise Cloud and of an Enterprise Server are taken", () => {
  for (const [text, base, webHost] of [
    ["https://api.github.com", "https://api.github.com", "github.com"],
    ["https://api.github.com/", "https://api.github.com", "github.com"],
    ["https://api.octo.ghe.com", "https://api.octo.ghe.com", "octo.ghe.com"],
    ["https://ghes.example/api/v3/", "https://ghes.example/api/v3", "ghes.example"],
    ["https://10.1.2.3:8443/api/v3", "https://10.1.2.3:8443/api/v3", "10.1.2.3:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"],
    ["http://localhost:8080/api/v3", "http://localhost:8080/api/v3", "localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"],
  ]) {
    const api = readApiUrl(text!);
    assert.deepEqual([api.base, api.webHost], [base, webHost]);
  }
});

test("addresses that a token must not be sent to are refused", () => {
  const refused = [
    "",
    "ghes.example",
    "ftp://ghes.example/api/v3",
    "file:///etc/passwd",
    "gopher://x/",
    "javascript:1",
    "http://ghes.example/api/v3",
    "http://api.github.com",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example",
    "https://user@ghes.example/api/v3",
    "https://user:pass@api.github.com",
    "https://api.github.com?x=1",
    "https://api.github.com#x",
    "https://github.com",
    "https://www.github.com",
    "https://ghes.example",
    "https://ghes.example/api/v2",
    "https://ghes.example/api/v3/repos",
    "https://169.254.169.254/api/v3",
    "https://2852039166/api/v3",
    "https://0xa9fea9fe/api/v3",
    "https://0251.0376.0251.0376/api/v3",
    "https://[fe80::1]/api/v3",
    "https://[::ffff:169.254.169.254]/api/v3",
    "https://[fd00:ec2::254]/api/v3",
    "https://metadata.google.internal/api/v3",
    "https://metadata.google.internal./api/v3",
    "https://100.100.100.200/api/v3",
    "https://0.0.0.0/api/v3",
    "https://[::]/api/v3",
    "https://api.a.b.ghe.com",
    "http://0.0.0.0/",
  ];
  for (const text of refused) {
    assert.throws(() => readApiUrl(text), { code: "github-api-url", exitCode: 2 }, text);
  }
  assert.throws(
    () => readApiUrl("https://user:hunter2@api.github.com"),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

test("an Enterprise Server under a path, without any limit told, is collected from", async (t) => {
  const server = await scriptedGithub(
    t,
    ({ path, query }, _count, origin) => {
      if (path.endsWith("/jobs")) return { body: { jobs: [jobJson(1)] } };
      if (query.get("page") === "2")
        return { headers: { link: '<x>; rel="first"' }, body: { workflow_runs: [runJson(2)] } };
      const link = `<${origin}/api/v3/repositories/7/actions/runs?per_page=100&page=2>; rel="next"`;
      return { headers: { link }, body: { total_count: 2, workflow_runs: [runJson(1)] } };
    },
    "/api/v3",
  );
  const source = githubSource(await connectTo(server));
  const first = await source.runs(REPOSITORY, { fromS: 0, toS: 1 }, null);
  const second = await source.runs(REPOSITORY, { fromS: 0, toS: 1 }, first.nextPage);
  assert.equal(second.runs[0]!.run.runId, 2);
  assert.equal((await source.jobs(REPOSITORY, 2, 1))!.jobs.length, 1);
  assert.deepEqual(
    server.seen.map(({ path }) => path),
    [
      "/repos/octo/widgets/actions/runs",
      "/repositories/7/actions/runs",
      "/repos/octo/widgets/actions/runs/2/attempts/1/jobs",
    ],
  );
  const { remaining, limit, renewedAtMs } = source.budget();
  assert.deepEqual([remaining, limit, renewedAtMs], [null, null, null]);
});
