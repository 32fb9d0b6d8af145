import assert from "node:assert/strict";
import { test } from "node:test";
import { compareUrl, runUrl, workflowUrl } from "./run-url.ts";

const ATTEMPT = { repositoryId: 7, repositoryName: "acme/shop", webUrl: null, runId: 123, runAttempt: 2 };
const linkOf = (repositoryName: string) => runUrl({ ...ATTEMPT, repositoryName });

test("a run has a link only when it came from GitHub and its repository is named like one there", () => {
  assert.equal(linkOf("acme/shop.web"), "https://github.com/acme/shop.web/actions/runs/123/attempts/2");
  assert.equal(linkOf("mona_corp/shop"), "https://github.com/mona_corp/shop/actions/runs/123/attempts/2");
  assert.equal(runUrl({ ...ATTEMPT, repositoryId: -7 }), null);
  assert.equal(runUrl({ ...ATTEMPT, runId: -1 }), null);
  for (const name of [
    "acme",
    "a/b/c",
    "../x",
    "acme/..",
    "acme/.",
    'a/"onclick=',
    "a/b?c",
    "a/b#c",
    "a/b c",
    "javascript:alert(1)",
    "//evil.example",
    "@evil/x",
    "",
  ]) {
    assert.equal(linkOf(name), null, name);
  }
});

test("a link leads to the site where the repository was collected, and to none that is neither safe nor on this machine", () => {
  const linkOn = (webUrl: string) => runUrl({ ...ATTEMPT, webUrl });
  for (const site of [
    "https://github.com",
    "https://ghe.example:8443",
    "http://127.0.0.1:8082",
    "http://localhost",
    "http://[::1]:1",
  ]) {
    assert.equal(linkOn(site), `${site}/acme/shop/actions/runs/123/attempts/2`);
  }
  for (const site of [
    "http://ghe.example",
    "http://127.0.0.1.evil.example",
    "https://user@evil.example",
    "https://ghe.example/path",
    'https://x" onclick="',
    "https://x)y",
    "javascript:alert(1)//",
    "https://",
    "",
  ]) {
    assert.equal(linkOn(site), null, site);
  }
});

test("pages of workflows and commits are led to by plain names and whole commits only", () => {
  const place = { repositoryId: 7, repositoryName: "acme/shop", webUrl: null };
  const path = ".github/workflows/ci.yml";
  assert.equal(workflowUrl({ ...place, path }), "https://github.com/acme/shop/actions/workflows/ci.yml");
  for (const bad of [null, "", "ci.yml", ".github/workflows/../x.yml", ".github/workflows/a b.yml", `${path}?x`]) {
    assert.equal(workflowUrl({ ...place, path: bad }), null);
  }
  const [from, to] = ["a".repeat(40), "b".repeat(40)];
  assert.equal(compareUrl({ ...place, from, to }), `https://github.com/acme/shop/compare/${from}...${to}`);
  for (const bad of ["main", "A".repeat(40), "", `${from}?x`, "a".repeat(41)]) {
    assert.equal(compareUrl({ ...place, from: bad, to }), null);
    assert.equal(compareUrl({ ...place, from, to: bad }), null);
  }
  assert.equal(compareUrl({ ...place, repositoryName: "a/b/c", from, to }), null);
});
