import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type MetricsTableOptions, readMetricsTable } from "./metrics-table.ts";

const folder = await mkdtemp(join(tmpdir(), "oddrun-metrics-table-"));
after(() => rm(folder, { recursive: true, force: true }));

async function table(rows: string, options: MetricsTableOptions = {}) {
  const path = join(folder, "metrics.csv");
  await writeFile(path, `build_id,duration,failure_rate\n${rows}`);
  return readMetricsTable(path, options);
}

test("a table holds all rows of a file of several batches", async () => {
  const rows = Array.from({ length: 50_000 }, (_, row) => `b${row},${row % 1000},0.5\n`).join("");
  const found = await table(rows);
  assert.equal(found.rowCount, 50_000);
  assert.deepEqual([found.ids[49_999], found.values[2 * 49_999], found.values.length], ["b49999", 999, 100_000]);
});

test("the same build with the same numbers counts once", async () => {
  const found = await table("a,1,0\nb,2,0\na,1.0,0\n");
  assert.deepEqual(found.ids, ["a", "b"]);
  assert.equal(found.summary.duplicateCount, 1);
});

test("the same build with other numbers is a conflict, unless it is said which row holds", async () => {
  const rows = "a,1,0\nb,2,0\na,3,0\n";
  await assert.rejects(table(rows), (error: Error) => {
    assert.match(error.message, /build_id "a" stands in row 1 and, with other values, in row 3.*--on-conflict/);
    return true;
  });
  assert.deepEqual([...(await table(rows, { onConflict: "first" })).values], [1, 0, 2, 0]);
  const last = await table(rows, { onConflict: "last" });
  assert.deepEqual([...last.values], [3, 0, 2, 0]);
  assert.equal(last.summary.conflictCount, 1);
});

test("a header alone, or bad rows alone, are 0 rows", async () => {
  await assert.rejects(table(""), { code: "input-empty", message: /0 rows in .*nothing but its header/ });
  const skipBad = { rejectPath: join(folder, "rejects.csv") };
  await assert.rejects(table("a,x,0\n", { skipBad }), { code: "input-empty", message: /all 1 rows are bad/ });
});
