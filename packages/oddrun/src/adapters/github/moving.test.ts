import assert from "node:assert/strict";
import { test } from "node:test";
import { githubSource } from "./index.ts";
import { connectTo, jobJson, REPOSITORY, runJson, scriptedGithub } from "./scripted-github.contract.ts";

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
  });
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
