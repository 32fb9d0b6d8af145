import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = new URL("..", import.meta.url).pathname;
const page = readFileSync(join(root, "docs/original.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| there |"));

test("every file that the table of the first design names is there", () => {
  const paths = [...page.matchAll(/`((?:\.github|packages|docs|scripts|terraform|benchmarks)\/[^`\s]*)`/g)].map(
    ([, path]) => path!,
  );
  assert.ok(paths.length > 30, `only ${paths.length} paths were found`);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  );
});

test("every row of the first design's table says what replaces it and what shows that", () => {
  assert.ok(rows.length > 40);
  for (const row of rows) {
    const cells = row.split("|").slice(1, -1);
    assert.equal(cells.length, 3, row);
    // something to open or to run
    assert.match(cells[2]!, /`[^`]+`|\]\(|^ \*live\*/, row);
  }
});
