import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { gitCommit } from "./git-commit.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-git-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text.replaceAll("FOLDER", folder));
  }
  return folder;
}

test("the commit is the one that GitHub names, else the one that is checked out here or above", (t) => {
  const folder = folderOf(t, { ".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": `${A}\n`, "deep/x": "" });
  assert.equal(gitCommit({ GITHUB_SHA: B }, folder), B);
  assert.equal(gitCommit({ GITHUB_SHA: "not a commit" }, folder), A);
  assert.equal(gitCommit({}, join(folder, "deep")), A);
});

test("a branch may be called whatever Git allows, and a ref that leads elsewhere is not read", (t) => {
  for (const [branch, commit] of [
    ["feature/#12-größe,(x)", A],
    ["../../outside", null],
  ] as const) {
    const files = { "repo/.git/HEAD": `ref: refs/heads/${branch}\n`, [join("repo/.git/refs/heads", branch)]: `${A}\n` };
    assert.equal(gitCommit({}, join(folderOf(t, files), "repo")), commit);
  }
});

test("a commit without a branch, packed branches and worktrees are read", (t) => {
  assert.equal(gitCommit({}, folderOf(t, { ".git/HEAD": `${B}\n` })), B);
  const packed = {
    ".git/HEAD": "ref: refs/heads/x\n",
    ".git/packed-refs": `# pack-refs\n${B} refs/heads/y\n${A} refs/heads/x\n`,
  };
  assert.equal(gitCommit({}, folderOf(t, packed)), A);
  const worktree = folderOf(t, {
    "tree/.git": "gitdir: FOLDER/main/.git/worktrees/tree\n",
    "main/.git/worktrees/tree/HEAD": "ref: refs/heads/x\n",
    "main/.git/worktrees/tree/commondir": "../..\n",
    "main/.git/refs/heads/x": `${A}\n`,
  });
  assert.equal(gitCommit({}, join(worktree, "tree")), A);
});

test("without a repository, and for a HEAD that leads elsewhere, there is no commit", (t) => {
  assert.equal(gitCommit({}, folderOf(t, { ".git/HEAD": "ref: refs/../../secret\n", secret: A })), null);
  assert.equal(gitCommit({}, folderOf(t, { ".git/HEAD": "ref: refs/heads/unborn\n" })), null);
  assert.equal(gitCommit({}, folderOf(t, { ".git": "gitdir: /nowhere/at/all\n" })), null);
});
