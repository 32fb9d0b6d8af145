import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { ReadMark, ReadMarks } from "../../operations/run-source.ts";
import { githubSource } from "./index.ts";
import { connectTo, REPOSITORY, runJson, type Seen, scriptedGithub, TOKEN } from "./scripted-github.contract.ts";

const WINDOW = { fromS: 0, toS: null };

function keptMarks(): ReadMarks & { readonly kept: ReadMark[] } {
  const kept: ReadMark[] = [];
  return {
    kept,
    readMark: async (tokenId, url) => kept.find((mark) => mark.tokenId === tokenId && mark.url === url) ?? null,
  };
}

/** Marks belong to a token, as GitHub's do. */
async function taggedServer(t: TestContext) {
  return scriptedGithub(t, ({ path, query, headers }: Seen, _count, origin) => {
    const page = query.get("page") ?? "1";
    const etag = `W/"${createHash("md5").update(`${headers.authorization} ${page}`).digest("hex")}"`;
    if (headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
    query.set("page", "2");
    const link = page === "1" ? `<${origin}${path}?${String(query)}>; rel="next"` : '<x>; rel="first"';
    return { headers: { etag, link }, body: { total_count: 2, workflow_runs: [runJson(Number(page))] } };
  });
}

async function pass(server: { url: string }, marks: ReturnType<typeof keptMarks>, token: string) {
  const source = githubSource(await connectTo(server, { marks, env: { GITHUB_TOKEN: token } }));
  const pages = [];
  for (let next: string | null = null; ; ) {
    const page = await source.runs(REPOSITORY, WINDOW, next);
    pages.push(page);
    if (page.readMark !== null) marks.kept.push(page.readMark);
    next = page.nextPage;
    if (next === null) return { pages, budget: source.budget() };
  }
}

test("a second pass with the same token is told that nothing changed, page by page", async (t) => {
  const server = await taggedServer(t);
  const marks = keptMarks();
  const first = await pass(server, marks, TOKEN);
  assert.deepEqual(
    first.pages.map(({ isUnchanged }) => isUnchanged),
    [false, false],
  );
  const second = await pass(server, marks, TOKEN);
  assert.deepEqual(
    second.pages.map(({ isUnchanged, runs, total }) => [isUnchanged, runs.length, total]),
    [
      [true, 0, 2],
      [true, 0, 2],
    ],
  );
  assert.equal(second.budget.unchanged, 2);
  assert.match(server.seen[0]!.query.get("created")!, /^>=1970-01-01T00:00:00Z$/);
});

test("another token reads everything anew, and marks never hold a token", async (t) => {
  const server = await taggedServer(t);
  const marks = keptMarks();
  await pass(server, marks, TOKEN);
  const other = await pass(server, marks, "github_pat_anotheranotheranother0002");
  assert.deepEqual(
    other.pages.map(({ runs }) => runs.length),
    [1, 1],
  );
  assert.doesNotMatch(JSON.stringify(marks.kept), /ghp_|github_pat_|scripted/);
  assert.match(marks.kept[0]!.tokenId, /^[0-9a-f]{16}$/);
});

test("tokens that live for an hour keep no marks", async (t) => {
  const server = await taggedServer(t);
  const marks = keptMarks();
  for (const token of ["ghs_installation", "ghu_user"]) await pass(server, marks, token);
  assert.deepEqual(marks.kept, []);
  assert.ok(server.seen.every(({ headers }) => headers["if-none-match"] === undefined));
});

test("'not modified' without a mark of ours is asked again without one", async (t) => {
  const server = await scriptedGithub(t, (_seen, count) =>
    count === 1 ? { status: 304 } : { body: { total_count: 1, workflow_runs: [runJson(1)] } },
  );
  const page = await githubSource(await connectTo(server)).runs(REPOSITORY, WINDOW, null);
  assert.equal(page.runs.length, 1);
  assert.equal(page.isUnchanged, false);
});

test("a page with a run that could not be read gets no mark, and neither does one with a bad tag", async (t) => {
  const answers = [
    { headers: { etag: '"a"' }, body: { workflow_runs: [{ id: "x" }] } },
    { headers: { etag: "a" }, body: { workflow_runs: [] } },
    { headers: { etag: `"${"a".repeat(400)}"` }, body: { workflow_runs: [] } },
    { body: { workflow_runs: [] } },
  ];
  for (const answer of answers) {
    const server = await scriptedGithub(t, () => answer);
    const source = githubSource(await connectTo(server, { marks: keptMarks() }));
    assert.equal((await source.runs(REPOSITORY, WINDOW, null)).readMark, null);
  }
});
