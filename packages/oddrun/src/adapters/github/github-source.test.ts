import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { ReadMark, ReadMarks } from "../../operations/collect/run-source.ts";
import { githubSource } from "./index.ts";
import {
  connectTo,
  jobJson,
  REPOSITORY,
  runJson,
  scriptedGithub,
  type Seen,
  TOKEN,
} from "./scripted-github.contract.ts";

const WINDOW = { fromS: 1_777_600_000, toS: 1_777_700_000 };

test("a window of runs is read page after page, each run with its workflow", async (t) => {
  const server = await scriptedGithub(t, ({ query }, _count, origin) => {
    const page = Number(query.get("page") ?? "1");
    const link = `<${origin}/repositories/7/actions/runs?${String(query)}&page=2>; rel="next"`;
    const runs = page === 1 ? [runJson(2), runJson(1)] : [runJson(0.5), runJson(3)];
    return {
      headers: page === 1 ? { link } : { link: `<${origin}/x>; rel="prev"` },
      body: { total_count: 3, workflow_runs: runs },
    };
  });
  const source = githubSource(await connectTo(server));
  const first = await source.runs(REPOSITORY, WINDOW, null);
  assert.deepEqual(
    first.runs.map(({ run }) => run.runId),
    [2, 1],
  );
  assert.equal(first.total, 3);
  assert.deepEqual(first.runs[0]!.workflow, { repositoryId: 7, id: 11, name: "CI", path: ".github/workflows/ci.yml" });
  const second = await source.runs(REPOSITORY, WINDOW, first.nextPage);
  assert.deepEqual(
    second.runs.map(({ run }) => run.runId),
    [3],
  );
  assert.deepEqual(second.unreadable, ["a run's id is no whole number above 0"]);
  assert.equal(second.nextPage, null);
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/runs");
  assert.equal(server.seen[0]!.query.get("created"), "2026-05-01T01:46:40Z..2026-05-02T05:33:20Z");
  assert.equal(server.seen[0]!.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(server.seen[0]!.headers["user-agent"], "oddrun/0.0.0");
  assert.equal(server.seen[0]!.headers["x-github-api-version"], "2022-11-28");
  assert.equal(server.seen[0]!.headers.accept, "application/vnd.github+json");
  assert.equal(source.budget().sent, 2);
});

test("the jobs of an attempt come with their steps and labels", async (t) => {
  const steps = [
    {
      number: 1,
      name: "Build",
      status: "completed",
      conclusion: "success",
      started_at: "2026-05-01T18:00:06.000+08:00",
      completed_at: "2026-05-01T10:01:00Z",
    },
  ];
  const server = await scriptedGithub(t, () => ({
    body: { total_count: 1, jobs: [jobJson(5, { steps, labels: ["x64", "linux"] })] },
  }));
  const source = githubSource(await connectTo(server));
  const answer = await source.jobs(REPOSITORY, 9, 2);
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/runs/9/attempts/2/jobs");
  const job = answer!.jobs[0]!;
  assert.equal(job.runnerLabels, "linux,x64");
  assert.equal(job.steps[0]!.startedAtMs, Date.UTC(2026, 4, 1, 10, 0, 6));
  assert.equal(job.runnerGroup, "GitHub Actions");
});

test("what GitHub has no more is null", async (t) => {
  const server = await scriptedGithub(t, () => ({ status: 404, body: { message: "Not Found" } }));
  const source = githubSource(await connectTo(server));
  assert.equal(await source.jobs(REPOSITORY, 9, 2), null);
  assert.equal(await source.run(REPOSITORY, 9), null);
  assert.equal(await source.attempt(REPOSITORY, 9, 1), null);
  await assert.rejects(source.runs(REPOSITORY, WINDOW, null), { code: "github-not-found" });
});

const OPEN_WINDOW = { fromS: 0, toS: null };

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
    const page = await source.runs(REPOSITORY, OPEN_WINDOW, next);
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
  const page = await githubSource(await connectTo(server)).runs(REPOSITORY, OPEN_WINDOW, null);
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
    assert.equal((await source.runs(REPOSITORY, OPEN_WINDOW, null)).readMark, null);
  }
});

const RENAMED = { id: 7, full_name: "acme/gadgets", default_branch: "trunk", private: true };

test("a repository that was renamed is followed once, and called by its present name from then on", async (t) => {
  const server = await scriptedGithub(t, ({ path }, _count, origin) => {
    if (path.startsWith("/repos/octo/widgets/")) {
      return {
        status: 301,
        headers: { location: `${origin}/repositories/7${path.slice("/repos/octo/widgets".length)}` },
      };
    }
    return { body: path === "/repositories/7" ? RENAMED : runJson(5) };
  });
  const source = githubSource(await connectTo(server));
  await source.run(REPOSITORY, 5);
  await source.run(REPOSITORY, 5);
  await source.jobs(REPOSITORY, 5, 1).catch(() => null);
  assert.deepEqual(
    server.seen.map(({ path }) => path),
    [
      "/repos/octo/widgets/actions/runs/5",
      "/repositories/7/actions/runs/5",
      "/repositories/7",
      "/repos/acme/gadgets/actions/runs/5",
      "/repos/acme/gadgets/actions/runs/5/attempts/1/jobs",
    ],
  );
});

test("several requests that meet a rename ask once for the name, and a redirect without one is not asked about again", async (t) => {
  for (const fullName of ["acme/gadgets", "octo/widgets"]) {
    const server = await scriptedGithub(t, ({ path }) => {
      if (path.startsWith("/repos/octo/widgets/")) return { status: 308, headers: { location: "/repositories/7/run" } };
      return { body: path === "/repositories/7" ? { ...RENAMED, full_name: fullName } : runJson(5) };
    });
    const source = githubSource(await connectTo(server));
    await Promise.all([1, 2, 3, 4].map((id) => source.run(REPOSITORY, id)));
    await source.run(REPOSITORY, 5);
    await source.run(REPOSITORY, 6);
    assert.equal(server.seen.filter(({ path }) => path === "/repositories/7").length, 1);
  }
});

test("a repository asked for by an old name is given with its present one", async (t) => {
  const server = await scriptedGithub(t, ({ path }) =>
    path === "/repos/octo/widgets" ? { status: 301, headers: { location: "/repositories/7" } } : { body: RENAMED },
  );
  assert.deepEqual(await githubSource(await connectTo(server)).repository("octo/widgets"), {
    id: 7,
    fullName: "acme/gadgets",
    defaultBranch: "trunk",
    visibility: "private",
    webUrl: server.url,
    apiUrl: server.url,
  });
});

test("a repository tells the site of its pages, and where its address is none to lead to, that of the API stands in", async (t) => {
  for (const [html_url, site] of [
    ["https://ghe.example/acme/gadgets", "https://ghe.example"],
    ["http://ghe.example/acme/gadgets", null],
    ["javascript:alert(1)", null],
    [7, null],
  ] as const) {
    const server = await scriptedGithub(t, () => ({ body: { ...RENAMED, html_url } }));
    const { webUrl } = await githubSource(await connectTo(server)).repository("acme/gadgets");
    assert.equal(webUrl, site ?? server.url);
  }
});

test("a temporary redirect is followed and not remembered", async (t) => {
  for (const status of [302, 307]) {
    const server = await scriptedGithub(t, ({ path }) =>
      path.startsWith("/repos/") ? { status, headers: { location: "/elsewhere" } } : { body: runJson(5) },
    );
    const source = githubSource(await connectTo(server));
    await source.run(REPOSITORY, 5);
    await source.run(REPOSITORY, 5);
    assert.equal(server.seen.length, 4);
  }
});

test("the token is sent to no other host, and a circle is left after five redirects", async (t) => {
  const other = await scriptedGithub(t, () => ({ body: runJson(5) }));
  const targets = [
    `${other.origin}/repositories/7`,
    "//evil.example/x",
    "https://127.0.0.1/x",
    "http://user@127.0.0.1/x",
    "http://",
  ];
  for (const location of targets) {
    const server = await scriptedGithub(t, () => ({ status: 301, headers: { location } }));
    const source = githubSource(await connectTo(server));
    await assert.rejects(source.run(REPOSITORY, 5), { code: "github-redirect-refused", exitCode: 4 });
    assert.equal(server.seen.length, 1);
  }
  assert.equal(other.seen.length, 0);
  const circle = await scriptedGithub(t, ({ path }) => ({ status: 302, headers: { location: path } }));
  await assert.rejects(githubSource(await connectTo(circle)).run(REPOSITORY, 5), { code: "github-redirect-refused" });
  assert.equal(circle.seen.length, 6);
});

test("a redirect out of a server's API is not followed, though it stays on the host", async (t) => {
  const server = await scriptedGithub(t, () => ({ status: 302, headers: { location: "/login" } }), "/api/v3");
  await assert.rejects(githubSource(await connectTo(server)).run(REPOSITORY, 5), { code: "github-redirect-refused" });
});

test("a link is followed only within its own list, and a full page without one is asked on from", async (t) => {
  const full = Array.from({ length: 100 }, (_, at) => jobJson(at + 1));
  const other = await scriptedGithub(t, () => ({ body: { jobs: [] } }));
  const links: readonly ((origin: string, path: string) => string | undefined)[] = [
    () => undefined,
    () => `<${other.origin}/repos/octo/widgets/actions/runs/5/attempts/1/jobs?page=2>; rel="next"`,
    (origin, path) => `<${origin}${path}?per_page=100&page=1>; rel="next"`,
    (origin) => `<${origin}/repos/octo/secrets/actions/runs?page=2>; rel="next"`,
    () => `<<<<>>>; rel="next", ${"<".repeat(9000)}`,
    () => "<http://[bad>; rel=next",
  ];
  for (const link of links) {
    const server = await scriptedGithub(t, ({ path, query }, _count, origin) => {
      const header = link(origin, path);
      if (query.get("page") === "2") return { body: { total_count: 100, jobs: [jobJson(101)] } };
      return { headers: header === undefined ? {} : { link: header }, body: { total_count: 100, jobs: full } };
    });
    const answer = await githubSource(await connectTo(server)).jobs(REPOSITORY, 5, 1);
    assert.equal(answer!.jobs.length, 101);
    assert.equal(server.seen.length, 2);
  }
  assert.equal(other.seen.length, 0);
});

test("a full page whose links name no next one is the last", async (t) => {
  const jobs = Array.from({ length: 100 }, (_, at) => jobJson(at + 1));
  const server = await scriptedGithub(t, (_seen, _count, origin) => ({
    headers: { link: `<${origin}/repositories/7/actions/runs/5/attempts/1/jobs?page=1>; rel="first"` },
    body: { total_count: 4000, jobs },
  }));
  await githubSource(await connectTo(server)).jobs(REPOSITORY, 5, 1);
  assert.equal(server.seen.length, 1);
});

test("repositories of an organisation come page by page, those of others and unreadable ones left out", async (t) => {
  const repository = (id: number, name: string) => ({
    id,
    full_name: name,
    default_branch: "main",
    visibility: "internal",
  });
  const server = await scriptedGithub(t, ({ path, query }, _count, origin) => {
    if (path === "/organizations/9/repos" && query.get("page") === "2")
      return { body: [repository(3, "octo/c"), repository(4, "Other/d")] };
    const link = `<${origin}/organizations/9/repos?per_page=100&page=2>; rel="next"`;
    return { headers: { link }, body: [repository(1, "octo/a"), { id: 2, full_name: "octo/../x" }] };
  });
  const pages: number[][] = [];
  for await (const page of githubSource(await connectTo(server)).repositoriesOf("octo"))
    pages.push(page.map(({ id }) => id));
  assert.deepEqual(pages, [[1], [3]]);
});

test("a person's repositories are found where there is no organisation, one's own with the private ones", async (t) => {
  for (const [login, list] of [
    ["Ada", "/user/repos"],
    ["eve", "/users/ada/repos"],
  ] as const) {
    const server = await scriptedGithub(t, ({ path }) => {
      if (path === "/user") return { body: { login } };
      return path === list ? { body: [{ id: 1, full_name: "ada/engine" }] } : { status: 404 };
    });
    const found = await all(githubSource(await connectTo(server)).repositoriesOf("ada"));
    assert.deepEqual(
      found.flat().map(({ fullName }) => fullName),
      ["ada/engine"],
    );
  }
});

test("an owner that is not there is a problem, and an empty one is not", async (t) => {
  const none = await scriptedGithub(t, () => ({ status: 404 }));
  await assert.rejects(all(githubSource(await connectTo(none)).repositoriesOf("octo")), {
    code: "github-not-found",
  });
  const empty = await scriptedGithub(t, () => ({ body: [] }));
  assert.deepEqual(await all(githubSource(await connectTo(empty)).repositoriesOf("octo")), [[]]);
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
