import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import * as fc from "fast-check";
import { readApiUrl } from "./api-url.ts";
import { githubSource } from "./index.ts";
import { followedLink, isLastPage, readLinks } from "./links.ts";
import { connectTo, jobJson, REPOSITORY, runJson, scriptedGithub } from "./scripted-github.contract.ts";

/** A run of so many jobs; `canMake` tells whether GitHub manages to make a page. */
async function bigRun(
  t: TestContext,
  jobCount: number,
  canMake: (size: number, page: number, count: number) => boolean,
  fault: { status: number; body?: unknown } = { status: 502 },
) {
  const jobs = Array.from({ length: jobCount }, (_, at) => jobJson(at + 1));
  const failed: string[] = [];
  const server = await scriptedGithub(t, ({ path, query }, count, origin) => {
    const size = Number(query.get("per_page"));
    const page = Number(query.get("page") ?? "1");
    if (!canMake(size, page, count)) {
      failed.push(`${size}/${page}`);
      return fault;
    }
    const isLast = page * size >= jobCount;
    const link = `<${origin}${path}?per_page=${size}&page=${isLast ? 1 : page + 1}>; rel="${isLast ? "first" : "next"}"`;
    return { headers: { link }, body: { total_count: jobCount, jobs: jobs.slice((page - 1) * size, page * size) } };
  });
  const answer = await githubSource(await connectTo(server)).jobs(REPOSITORY, 5, 1);
  return {
    ids: answer!.jobs.map(({ jobId }) => jobId),
    failed,
    sizes: server.seen.map(({ query }) => query.get("per_page")),
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

test("a run whose jobs are too many for one page is asked for in smaller ones, and that size stays", async (t) => {
  for (const jobCount of [5, 88, 256, 760]) {
    const { ids, failed } = await bigRun(t, jobCount, (size) => Math.min(size, jobCount) <= 80);
    assert.deepEqual(ids, upTo(jobCount));
    assert.ok(failed.length <= (jobCount > 80 ? 1 : 0), `${jobCount}: ${failed.join(" ")}`);
  }
});

test("a size that changes midway loses no job and doubles none", async (t) => {
  const limits: readonly ((size: number, page: number) => boolean)[] = [
    (size, page) => size < 100 || page === 1,
    (size, page) => size < 100 && (size < 50 || page <= 5),
    (size, page) => size < 50 || page === 1 || (size === 100 && page === 2),
    (size, page) => size === 10 || page <= 2,
  ];
  for (const canMake of limits) {
    const { ids, failed } = await bigRun(t, 760, canMake);
    assert.deepEqual(ids, upTo(760));
    assert.ok(failed.length <= 6, failed.join(" "));
  }
});

test("work that GitHub cut off, a gateway's time-out and a slow answer make the page smaller too", async (t) => {
  for (const fault of [{ status: 504 }, { status: 500, body: { message: "Server Error" } }]) {
    const { ids, sizes } = await bigRun(t, 88, (size) => size <= 50, fault);
    assert.deepEqual(ids, upTo(88));
    assert.deepEqual(sizes, ["100", "50", "50"]);
  }
});

test("the smallest page is tried again like any request", async (t) => {
  const { ids, failed } = await bigRun(t, 20, (size, _page, count) => size === 10 && count >= 6);
  assert.deepEqual(ids, upTo(20));
  assert.deepEqual(failed, ["100/1", "50/1", "30/1", "10/1", "10/1"]);
});

test("a page of runs that is too big goes on in the smaller size", async (t) => {
  const runs = upTo(130).map((id) => runJson(id));
  const server = await scriptedGithub(t, ({ path, query }, _count, origin) => {
    const size = Number(query.get("per_page"));
    const page = Number(query.get("page") ?? "1");
    if (size > 50) return { status: 502 };
    query.set("page", String(page + 1));
    const link =
      page * size < 130 ? { link: `<${origin}${path}?${String(query)}>; rel="next"` } : { link: '<x>; rel="first"' };
    return { headers: link, body: { total_count: 130, workflow_runs: runs.slice((page - 1) * size, page * size) } };
  });
  const source = githubSource(await connectTo(server));
  const ids: number[] = [];
  let next: string | null = null;
  do {
    const page = await source.runs(REPOSITORY, { fromS: 0, toS: 9 }, next);
    ids.push(...page.runs.map(({ run }) => run.runId));
    next = page.nextPage;
  } while (next !== null);
  assert.deepEqual(ids, upTo(130));
  assert.equal(server.seen.length, 4);
  assert.equal(new Set(server.seen.map(({ query }) => query.get("created"))).size, 1);
});

const API = readApiUrl("https://ghes.example/api/v3");
const CURRENT = "/repos/octo/widgets/actions/runs?per_page=100&page=2";
const next = (address: string): string => `<${address}>; rel="next"`;

test("links are read with their relations, in any order and spacing", () => {
  const header = '<https://a/1>; rel="prev", <https://a/3>;rel=next ,<https://a/9>; title="x"; rel="last first"';
  assert.deepEqual(readLinks(header), [
    { address: "https://a/1", relations: ["prev"] },
    { address: "https://a/3", relations: ["next"] },
    { address: "https://a/9", relations: ["last", "first"] },
  ]);
  assert.equal(isLastPage(header), false);
  assert.equal(isLastPage('<https://a/1>; rel="prev"'), true);
  for (const nothing of [null, "", "<", "<<<", "next", `<${"x".repeat(20_000)}>; rel="next"`]) {
    assert.deepEqual(readLinks(nothing), []);
    assert.equal(isLastPage(nothing), false);
  }
});

test("only a later page of the same list on the same server is followed", () => {
  const base = "https://ghes.example/api/v3";
  const followed = [
    `${base}/repos/octo/widgets/actions/runs?per_page=100&page=3`,
    `${base}/repositories/7/actions/runs?page=3`,
    "/api/v3/repositories/7/actions/runs?page=3",
  ];
  for (const address of followed) {
    assert.match(followedLink(API, CURRENT, next(address))!, /^\/repo.*page=3$/);
  }
  const left = [
    `${base}/repos/octo/widgets/actions/runs?page=2`,
    `${base}/repos/octo/widgets/actions/runs?page=1`,
    `${base}/repos/octo/widgets/actions/runs`,
    `${base}/repos/octo/widgets/actions/jobs?page=3`,
    `${base}/orgs/octo/repos?page=3`,
    "https://ghes.example/repositories/7/actions/runs?page=3",
    "https://other.example/api/v3/repositories/7/actions/runs?page=3",
    "http://ghes.example/api/v3/repositories/7/actions/runs?page=3",
    "https://me@ghes.example/api/v3/repositories/7/actions/runs?page=3",
  ];
  for (const address of left) assert.equal(followedLink(API, CURRENT, next(address)), null, address);
});

test("no header, however odd, is followed off the server or makes reading fail", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    ";",
    ",",
    " ",
    "=",
    '"',
    "rel",
    "next",
    "https://evil.example/api/v3/x?page=9",
    "//",
    "?page=3",
    "\\",
  );
  const header = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(header, (text) => {
      const path = followedLink(API, CURRENT, text);
      return path === null || new URL(`${API.base}${path}`).origin === API.origin;
    }),
    { seed: 7, numRuns: 2000 },
  );
});
