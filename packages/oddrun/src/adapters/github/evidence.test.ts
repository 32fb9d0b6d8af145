import assert from "node:assert/strict";
import { test } from "node:test";
import { githubEvidence } from "./index.ts";
import { connectTo, keptLog, scriptedGithub } from "./scripted-github.contract.ts";

const NAME = "octo/widgets";

test("two commits are compared by one request", async (t) => {
  const files = [{ filename: ".github/workflows/ci.yml", status: "modified" }, { filename: 5 }];
  const server = await scriptedGithub(t, () => ({ body: { total_commits: 412, files } }));
  const range = await githubEvidence(await connectTo(server)).compare(NAME, "a1b2c3d", "feature/x#1");
  assert.deepEqual(range, {
    commitCount: 412,
    files: [{ path: ".github/workflows/ci.yml", status: "modified" }],
    isCut: false,
  });
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/compare/a1b2c3d...feature%2Fx%231");
  const many = Array.from({ length: 300 }, (_, at) => ({ filename: `f${at}`, status: "added" }));
  const full = await scriptedGithub(t, () => ({ body: { total_commits: 1, files: many } }));
  assert.equal((await githubEvidence(await connectTo(full)).compare(NAME, "a", "b"))!.isCut, true);
});

test("a file is read as it was at a commit; a folder, a link and a file too large are none", async (t) => {
  const text = "name: CI # 😀\n";
  const content = Buffer.from(text)
    .toString("base64")
    .replace(/(.{5})/g, "$1\n");
  const server = await scriptedGithub(t, () => ({ body: { type: "file", encoding: "base64", content } }));
  assert.equal(
    await githubEvidence(await connectTo(server)).fileAt(NAME, ".github/../work flows/ci?.yml", "v1 2"),
    text,
  );
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/contents/.github/work%20flows/ci%3F.yml");
  assert.equal(server.seen[0]!.query.get("ref"), "v1 2");
  for (const body of [
    [],
    { type: "symlink" },
    { type: "file", encoding: "none", content: "" },
    { type: "submodule" },
  ]) {
    const other = await scriptedGithub(t, () => ({ body }));
    assert.equal(await githubEvidence(await connectTo(other)).fileAt(NAME, "x", "y"), null);
  }
});

test("what the token may not see is as good as not there", async (t) => {
  for (const status of [403, 404, 410, 422]) {
    const server = await scriptedGithub(t, () => ({ status, body: {} }));
    const evidence = githubEvidence(await connectTo(server));
    assert.equal(await evidence.compare(NAME, "a", "b"), null);
    assert.equal(await evidence.fileAt(NAME, "a", "b"), null);
    assert.equal(await evidence.jobLog(NAME, 5, 1000), null);
    assert.equal(await evidence.approvals(NAME, 5), null);
    assert.equal(server.seen.length, 4);
  }
});

test("a log is read from where GitHub sends to, without the token, and no more of it than is wanted", async (t) => {
  const server = await scriptedGithub(t, ({ path }) =>
    path.startsWith("/storage/")
      ? { body: "0123456789".repeat(100_000) }
      : { status: 302, headers: { location: "/storage/log.txt?sig=SECRETSIGNATURE" } },
  );
  const kept = keptLog();
  const connection = await connectTo(server, { log: kept.log });
  assert.equal(await githubEvidence(connection).jobLog(NAME, 5, 25), "0123456789012345678901234");
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/jobs/5/logs");
  assert.ok(server.seen[0]!.headers.authorization !== undefined);
  assert.equal(server.seen[1]!.headers.authorization, undefined);
  assert.equal(connection.requests.budget().sent, 1);
  assert.doesNotMatch(JSON.stringify(kept.lines), /SECRETSIGNATURE/);
});

test("a log is not read over plain http from elsewhere, nor from a machine's own secrets", async (t) => {
  const other = await scriptedGithub(t, () => ({ body: "log" }));
  for (const location of [other.origin, "ftp://x/", "https://169.254.169.254/latest", "http://["]) {
    const server = await scriptedGithub(t, () => ({ status: 302, headers: { location } }));
    await assert.rejects(githubEvidence(await connectTo(server)).jobLog(NAME, 5, 25), {
      code: "github-redirect-refused",
    });
  }
  assert.equal(other.seen.length, 0);
});

test("a log's address that has run out is asked for once more, and a log that is gone is none", async (t) => {
  let failures = 1;
  const server = await scriptedGithub(t, ({ path }) => {
    if (!path.startsWith("/storage")) return { status: 302, headers: { location: "/storage" } };
    failures -= 1;
    return failures >= 0 ? { status: 403 } : { body: "log" };
  });
  assert.equal(await githubEvidence(await connectTo(server)).jobLog(NAME, 5, 25), "log");
  failures = 2;
  await assert.rejects(githubEvidence(await connectTo(server)).jobLog(NAME, 5, 25), { code: "github-unreachable" });
  const gone = await scriptedGithub(t, ({ path }) =>
    path.startsWith("/storage") ? { status: 404 } : { status: 302, headers: { location: "/storage" } },
  );
  assert.equal(await githubEvidence(await connectTo(gone)).jobLog(NAME, 5, 25), null);
});

test("approvals are given with their environments", async (t) => {
  const body = [
    { state: "approved", comment: "ok", environments: [{ name: "production" }, {}], user: { login: "ada" } },
    "x",
  ];
  const server = await scriptedGithub(t, () => ({ body }));
  assert.deepEqual(await githubEvidence(await connectTo(server)).approvals(NAME, 5), [
    { state: "approved", environments: ["production"] },
  ]);
});
