import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { countTable, type KeptResults, matrixTable } from "./fault-results.ts";

const root = new URL("../../", import.meta.url);

test("the page on reliability shows the matrix of faults as it was kept", () => {
  const kept = JSON.parse(readFileSync(new URL("benchmarks/results/azure-faults.json", root), "utf8")) as KeptResults;
  const page = readFileSync(new URL("docs/reliability.md", root), "utf8");
  assert.ok(page.includes(countTable(kept)));
  assert.ok(page.includes(matrixTable(kept)));
});
