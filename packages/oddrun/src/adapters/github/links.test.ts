import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readApiUrl } from "./api-url.ts";
import { followedLink, isLastPage, readLinks } from "./links.ts";

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
