import assert from "node:assert/strict";
import { test } from "node:test";
import { collectScope, EVERYTHING, matches, scopedReadMarks } from "./collect-scope.ts";
import type { ReadMark, SourceRun } from "./run-source.ts";

const run = (workflow: string, path: string | null, branch: string | null) =>
  ({ run: { branch }, workflow: { name: workflow, path } }) as SourceRun;

test("a star is any characters, a question mark is one", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["main", "main", true],
    ["main", "main2", false],
    ["release/*", "release/1/2", true],
    ["*", "", true],
    ["v?.*", "v1.2", true],
    ["v?.*", "v12.2", false],
    ["*a*b*c", "xxaxxbxxc", true],
    ["*a*b*c", "xxaxxbxx", false],
    ["?", "", false],
    ["", "", true],
    ["a.c", "abc", false],
  ];
  for (const [pattern, text, isLike] of cases) assert.equal(matches(pattern, text), isLike, `${pattern} ${text}`);
  assert.equal(matches("*a".repeat(200), "a".repeat(5000) + "b"), false);
});

test("repositories are taken by name or full name, workflows by name or file, branches by name; exclusion wins", () => {
  const scope = collectScope({
    repositories: { include: ["web-*", "octo/API"], exclude: ["*-archive"] },
    workflows: { include: ["ci", "deploy.yml"], exclude: [] },
    branches: { include: [], exclude: ["renovate/*"] },
  });
  assert.ok(scope.takesRepository("octo/web-shop"));
  assert.ok(scope.takesRepository("Octo/api"));
  assert.ok(!scope.takesRepository("octo/web-archive"));
  assert.ok(!scope.takesRepository("octo/tools"));
  assert.ok(scope.takesRun(run("CI", null, "main")));
  assert.ok(scope.takesRun(run("Ship it", ".github/workflows/deploy.yml", null)));
  assert.ok(!scope.takesRun(run("Nightly", ".github/workflows/nightly.yml", "main")));
  assert.ok(!scope.takesRun(run("CI", null, "renovate/node")));
});

test("a scope that takes every run has no key; the order of patterns makes no other scope", () => {
  assert.equal(collectScope({ ...EVERYTHING, repositories: { include: ["a"], exclude: [] } }).key, "");
  const key = (include: readonly string[]) => collectScope({ ...EVERYTHING, workflows: { include, exclude: [] } }).key;
  assert.equal(key(["CI", "Deploy"]), key(["deploy", "ci"]));
  assert.notEqual(key(["ci"]), key(["deploy"]));
  const branch = (include: string) =>
    collectScope({ ...EVERYTHING, branches: { include: [include], exclude: [] } }).key;
  assert.notEqual(branch("Main"), branch("main"));
});

test("a page read with other runs in mind counts as not read", async () => {
  const kept = new Map<string, ReadMark>();
  const store = { readMark: async (tokenId: string, url: string) => kept.get(`${tokenId} ${url}`) ?? null };
  const mark: ReadMark = { tokenId: "t", url: "/runs?page=1", etag: '"x"', nextPage: null, total: 3 };
  const all = scopedReadMarks(store, collectScope(EVERYTHING));
  const main = scopedReadMarks(store, collectScope({ ...EVERYTHING, branches: { include: ["main"], exclude: [] } }));
  const saved = main.scoped(mark);
  kept.set(`${saved.tokenId} ${saved.url}`, saved);
  assert.deepEqual(await main.readMark("t", mark.url), mark);
  assert.equal(await all.readMark("t", mark.url), null);
});
