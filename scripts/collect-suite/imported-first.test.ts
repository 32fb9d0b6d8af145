import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { evenRuns, oneRepository } from "./corpora.ts";
import { historyCsv } from "./imported.ts";
import { collect, startOddrun } from "./oddrun-process.ts";
import { newDataDir, startStandIn } from "./stage.ts";
import { compareWithTruth, countOf } from "./stored-history.ts";

test("history that was imported first and is then collected is one history, and detect works on it", async () => {
  const standIn = await startStandIn({
    corpus: oneRepository(
      evenRuns(120, 20, (at) => (at % 10 === 0 ? { attempts: [{ conclusion: "failure" }, {}] } : {})),
    ),
  });
  const dataDir = newDataDir();
  const csv = `${dataDir}.csv`;
  // the newest thirty were not in the file, and one that GitHub has no more was
  const lines = historyCsv(standIn.truth()).split("\n");
  const old = lines[1]!.replace(/,\d{10},/, ",6000000001,");
  writeFileSync(csv, [lines[0], old, ...lines.slice(31)].join("\n"));
  const imported = await startOddrun(["import", csv, "--data-dir", dataDir]).ended;
  assert.equal(imported.exitCode, 0, imported.err);
  const before = await startOddrun(["detect", "--data-dir", dataDir]).ended;
  assert.equal(before.exitCode, 0, before.err);

  const { exitCode, err } = await collect(standIn, dataDir, { args: ["octo-org/app"] });
  assert.equal(exitCode, 0, err);
  const { differences } = compareWithTruth(dataDir, standIn.truth());
  assert.deepEqual(differences, ["octo-org/app: attempt 6000000001/1 is made up"]);
  assert.equal(countOf(dataDir, "select count(*) from run_attempts where repository_id < 0 or workflow_id < 0"), 0);
  assert.equal(countOf(dataDir, "select count(*) from repositories"), 1);
  assert.equal(countOf(dataDir, "select count(distinct workflow_id) from run_attempts"), 1);

  const after = await startOddrun(["detect", "--data-dir", dataDir]).ended;
  assert.equal(after.exitCode, 0, after.err);
  const report = await startOddrun(["report", "--data-dir", dataDir]).ended;
  assert.equal(report.exitCode, 0, report.err);
});
