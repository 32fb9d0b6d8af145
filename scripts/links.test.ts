import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const root = new URL("..", import.meta.url).pathname;
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });

test("every link of the documents leads to a file that is there", () => {
  let count = 0;
  for (const page of pages) {
    for (const [, target] of readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, dirname(page), target!)), `${page} links to ${target}`);
      count += 1;
    }
  }
  assert.ok(count > 10, `only ${count} links were found`);
});

test("every file and folder that the documents name is there", () => {
  for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/reliability.md"]) {
    for (const [, path] of readFileSync(join(root, page), "utf8").matchAll(
      /`((?:packages|docs|scripts|benchmarks)\/[^`\s]*)`/g,
    )) {
      assert.ok(existsSync(join(root, path!)), `${page} names ${path}`);
    }
  }
});
