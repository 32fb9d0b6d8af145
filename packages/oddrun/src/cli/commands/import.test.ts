import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { importCommand } from "./import.ts";
import { newPlace, type Outcome, runCommand, storedRuns } from "./store-command.contract.ts";

const HEADER =
  "repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion";
const ROW =
  "octo/widgets,CI,1001,1,main,push,2026-03-02T10:00:00Z,2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,300,success";
const SECOND =
  "octo/widgets,CI,1002,2,topic,pull_request,2026-03-02T10:00:00Z,2026-03-02T12:00:00Z,2026-03-02T12:01:00Z,60,failure";

type Options = readonly (readonly [string, string?])[];

async function importText(text: string | Buffer, options: Options = [], dataDir = newPlace()) {
  const file = newPlace("history.csv");
  writeFileSync(file, text);
  const outcome = await runCommand(importCommand, dataDir, [file], options);
  return { ...outcome, file, dataDir };
}

const csv = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
/** The row with some cells replaced. */
function row(change: Readonly<Record<string, string>>): string {
  const cells = ROW.split(",");
  for (const [column, cell] of Object.entries(change)) cells[HEADER.split(",").indexOf(column)] = cell;
  return cells.join(",");
}

function refused({ exitCode, message }: Outcome, words: RegExp): void {
  assert.equal(exitCode, 3, message);
  assert.match(message, words);
  assert.ok(!message.includes("\n"));
}

test("a run history is imported with its clean times", async () => {
  const { exitCode, out, dataDir } = await importText(csv(HEADER, ROW, SECOND));
  assert.equal(exitCode, 0);
  assert.match(out, /2 rows\n {2}runs {5}2 added, 0 changed, 0 unchanged\n/);
  assert.match(out, /from 2026-03-02 10:00 to 2026-03-02 12:01 UTC/);
  const [first, second] = await storedRuns(dataDir);
  assert.deepEqual(
    [first?.repositoryName, first?.workflowName, first?.runId, first?.branch, first?.event, first?.conclusion],
    ["octo/widgets", "CI", 1001, "main", "push", "success"],
  );
  assert.deepEqual(first?.duration, { ms: 300_000, unknown: null });
  assert.equal(first?.jobCount, null);
  assert.deepEqual([second?.runAttempt, second?.duration.ms], [2, 60_000]);
});

test("importing again changes nothing, and a corrected row is a change", async () => {
  const { dataDir } = await importText(csv(HEADER, ROW, SECOND));
  assert.match((await importText(csv(HEADER, ROW, SECOND), [], dataDir)).out, /0 added, 0 changed, 2 unchanged/);
  const corrected = csv(HEADER, row({ conclusion: "failure" }), SECOND);
  assert.match((await importText(corrected, [], dataDir)).out, /0 added, 1 changed, 1 unchanged/);
  assert.equal((await storedRuns(dataDir)).length, 2);
});

test("columns are mapped, filled and found in any letter case, separator and line end", async () => {
  const text = "\uFEFFWorkflow;Run_ID;Created_At;Updated_At;Result\r\nnightly;7;1772445600;1772445900000;PASSED\r\n";
  const { exitCode, message, dataDir } = await importText(text, [
    ["map", "completed_at=updated_at"],
    ["map", "conclusion=Result"],
    ["map-value", "conclusion:passed=success"],
    ["set", "repository=octo/widgets"],
    ["set", "event=schedule"],
  ]);
  assert.equal(exitCode, 0, message);
  const [run] = await storedRuns(dataDir);
  assert.deepEqual(
    [run?.duration.ms, run?.conclusion, run?.event, run?.runAttempt],
    [300_000, "success", "schedule", 1],
  );
});

test("gzip and standard input are read like a file", async () => {
  const packed = gzipSync(csv(HEADER, ROW));
  assert.equal((await importText(packed)).exitCode, 0);
  const dataDir = newPlace();
  const outcome = await runCommand(importCommand, dataDir, ["-"], [], { stdin: packed });
  assert.match(outcome.out, /^standard input: 1 row\n/);
  assert.equal((await storedRuns(dataDir)).length, 1);
  const bad = await runCommand(importCommand, newPlace(), ["-"], [], { stdin: csv(HEADER, row({ run_id: "x" })) });
  refused(bad, /^standard input, row 1 \(line 2\): run_id "x"/);
});

test("a row that is wrong is named with its line, its value and the way out, and nothing is imported", async () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ run_id: "" }, /run_id is empty/],
    [{ run_id: "12345678901234567890" }, /run_id "12345678901234567890" is not a whole number/],
    [{ run_id: "-4" }, /is not a whole number from 1/],
    [{ repository: "widgets" }, /Write "owner\/name"/],
    [{ workflow: "" }, /workflow is empty/],
    [{ created_at: "2026-03-02T10:00:00" }, /has no time zone.*--assume-utc/],
    [{ created_at: "2026-02-30T10:00:00Z" }, /is a day that does not exist/],
    [{ created_at: "2026-03-02T25:00:00Z" }, /is a time of day that does not exist/],
    [{ created_at: "yesterday" }, /created_at "yesterday" is no time/],
    [{ duration_s: "5m30s" }, /duration_s "5m30s" is not a number/],
    [{ duration_s: "NaN" }, /duration_s "NaN"/],
    [{ duration_s: "1e400" }, /duration_s "1e400"/],
    [{ duration_s: "0x10" }, /duration_s "0x10"/],
    [{ run_attempt: "two" }, /run_attempt "two"/],
  ];
  for (const [change, words] of cases) {
    const outcome = await importText(csv(HEADER, SECOND, row(change)));
    refused(outcome, words);
    assert.match(outcome.message, /row 2 \(line 3\): .*--skip-bad/);
    assert.deepEqual(await storedRuns(outcome.dataDir), []);
  }
  refused(await importText(csv(HEADER, SECOND, `${ROW},more`)), /12 cells, the header has 11/);
  refused(await importText(`${HEADER}\n"never closed\n`), /never closed/);
});

test("bad rows are passed over on request, counted by reason and kept in a reject file", async () => {
  const rejects = newPlace("rejects.csv");
  const text = csv(HEADER, ROW, row({ run_id: "x" }), row({ run_id: "y" }), "ragged,row", SECOND);
  const { exitCode, out, dataDir } = await importText(text, [["skip-bad"], ["rejects", rejects]]);
  assert.equal(exitCode, 0);
  assert.match(out, /3 bad rows passed over, kept in .*rejects\.csv:\n {4}2: run_id is not a whole number/);
  assert.equal((await storedRuns(dataDir)).length, 2);
  const lines = readFileSync(rejects, "utf8").trimEnd().split("\n");
  assert.equal(lines.length, 4);
  assert.ok(lines[1]?.includes("octo/widgets,CI,x,1"));
  const again = await importText(text, [["skip-bad"], ["rejects", rejects]], dataDir);
  assert.equal(again.exitCode, 5);
  assert.match(again.message, /--force/);
});

test("no reject file is made when no row is bad", async () => {
  const rejects = newPlace("rejects.csv");
  await importText(csv(HEADER, ROW), [["skip-bad"], ["rejects", rejects]]);
  assert.ok(!existsSync(rejects));
});

test("a row that repeats an earlier one is counted; one that contradicts it is refused or passed over", async () => {
  assert.match((await importText(csv(HEADER, ROW, ROW))).out, /1 row said the same as an earlier one/);
  const contradicting = csv(HEADER, ROW, row({ conclusion: "failure" }));
  refused(await importText(contradicting), /row 2 .*run 1001, attempt 1, stands in an earlier row with other values/);
  const { dataDir } = await importText(contradicting, [["skip-bad"], ["rejects", newPlace("rejects.csv")]]);
  assert.deepEqual(
    (await storedRuns(dataDir)).map((run) => run.conclusion),
    ["success"],
  );
});

test("missing columns are listed with those that are there", async () => {
  const outcome = await importText("run_id,created_at,conclusion\n1,2026-03-02T10:00:00Z,success\n");
  refused(
    outcome,
    /needs repository, workflow, completed_at or duration_s.*Its columns: run_id, created_at, conclusion/,
  );
  assert.match(outcome.message, /--map repository=COLUMN.*--set repository=VALUE/);
  refused(await importText(csv(HEADER, ROW), [["map", "title=headline"]]), /no column "headline", which --map title/);
});

test("an empty file is refused, a header alone is 0 rows", async () => {
  refused(await importText(""), /it is empty/);
  const { exitCode, out } = await importText(csv(HEADER));
  assert.equal(exitCode, 0);
  assert.match(out, /: 0 rows\n/);
});

test("a file that is not there or no file is a usage error", async () => {
  assert.equal((await runCommand(importCommand, newPlace(), [newPlace("none.csv")])).exitCode, 2);
  assert.equal((await runCommand(importCommand, newPlace(), ["/dev/null"])).exitCode, 2);
  assert.equal((await runCommand(importCommand, newPlace(), [])).exitCode, 2);
});

test("options that cannot be understood are refused before anything is read", async () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [[["map", "completed_at"]], /COLUMN=THEIRS/],
    [[["map", "finished=updated_at"]], /"finished" is no column.*completed_at/],
    [[["set", "event="]], /COLUMN=VALUE/],
    [[["map-value", "PASSED=success"]], /COLUMN:WORD=OURS/],
    [[["metric", "Peak Memory=mem"]], /1 to 64 characters/],
    [
      [
        ["map", "title=a"],
        ["map", "title=b"],
      ],
      /two values/,
    ],
  ];
  for (const [options, words] of cases) {
    const { exitCode, message } = await importText(csv(HEADER, ROW), options);
    assert.equal(exitCode, 2);
    assert.match(message, words);
  }
});

test("a time without a zone is taken for UTC on request", async () => {
  const local = row({
    created_at: "2026-03-02 10:00",
    run_started_at: "2026-03-02 10:00:00",
    completed_at: "2026-03-02T10:00:30.5",
  });
  const { dataDir } = await importText(csv(HEADER, local), [["assume-utc"]]);
  assert.equal((await storedRuns(dataDir))[0]?.duration.ms, 30_500);
});

test("zones are reckoned with", async () => {
  const zoned = row({ run_started_at: "2026-03-02T18:00:00+08:00", completed_at: "2026-03-02T04:01:00.000-0600" });
  const { dataDir } = await importText(csv(HEADER, zoned));
  assert.equal((await storedRuns(dataDir))[0]?.duration.ms, 60_000);
});

test("times that cannot be known and durations that disagree are counted in the summary", async () => {
  const { out } = await importText(
    csv(
      HEADER,
      row({ run_id: "1", completed_at: "0001-01-01T00:00:00Z" }),
      row({ run_id: "2", completed_at: "2026-03-02T09:00:00Z" }),
      row({ run_id: "3", conclusion: "skipped" }),
      row({ run_id: "4", duration_s: "900" }),
      row({ run_id: "5", completed_at: "" }),
    ),
  );
  assert.match(out, /runs without a known duration: 1 out of range, 1 end before start, 1 never ran/);
  assert.match(out, /1 run with a duration that disagrees/);
  assert.match(out, /1 run with a time that cannot be right/);
});

test("an open run is stored without an end; a completed one without a conclusion ended somehow", async () => {
  const header = `${HEADER},status`;
  const { dataDir, out } = await importText(
    csv(
      header,
      `${row({ run_id: "1", conclusion: "" })},in_progress`,
      `${row({ run_id: "2", conclusion: "" })},completed`,
    ),
  );
  assert.deepEqual(
    (await storedRuns(dataDir)).map((run) => [run.runId, run.conclusion]),
    [[2, "other"]],
  );
  assert.match(out, /1 completed run without a conclusion/);
});

test("a column becomes a metric only when asked for", async () => {
  const text = csv(`${HEADER},cov,mem`, `${ROW},81.4,5120`, `${SECOND},,17`);
  const { dataDir, out } = await importText(text, [["metric", "coverage=cov"]]);
  assert.match(out, /metrics {2}1 added/);
  const metrics = (await storedRuns(dataDir)).map((run) => Object.fromEntries(run.metrics));
  assert.deepEqual(metrics, [{ coverage: 81.4 }, {}]);
});

const JOBS_HEADER =
  "repository,workflow,run_id,job_id,job_name,job_conclusion,job_created_at,job_started_at,job_completed_at,runner_labels";
const job = (id: number, conclusion: string, created: string, started: string, completed: string): string =>
  [
    "octo/widgets,CI,1001",
    id,
    `job ${id}`,
    conclusion,
    ...[created, started, completed].map((time) => time && `2026-03-02T${time}Z`),
    "x64|linux",
  ].join(",");

test("where a row is a job, the run comes from its jobs", async () => {
  const { dataDir, out } = await importText(
    csv(
      JOBS_HEADER,
      job(1, "success", "10:00:00", "10:00:30", "10:04:00"),
      job(2, "failure", "10:00:01", "10:00:20", "10:06:00"),
      job(3, "skipped", "10:00:01", "", "10:07:00"),
    ),
  );
  assert.match(out, /jobs {5}3 added/);
  assert.match(out, /jobs without a known duration: 1 never ran/);
  const [run] = await storedRuns(dataDir);
  assert.deepEqual([run?.conclusion, run?.jobCount], ["failure", 3]);
  assert.deepEqual([run?.duration.ms, run?.queueTime.ms], [360_000, 20_000]);
});

test("the run's own columns win over what its jobs tell", async () => {
  const { dataDir } = await importText(
    csv(`${JOBS_HEADER},conclusion`, `${job(1, "failure", "10:00:00", "10:00:30", "10:04:00")},success`),
  );
  assert.equal((await storedRuns(dataDir))[0]?.conclusion, "success");
});

test("hostile cells are kept as text", async () => {
  const title = `'=cmd|' /C calc'!A0 <img src=x onerror=1> \${{ secrets }} ::error:: \u001b[31m`;
  const { dataDir } = await importText(csv(`${HEADER},title`, `${ROW},"${title}"`));
  assert.equal((await storedRuns(dataDir))[0]?.title, title.slice(1));
});

test("a stopped import keeps whole batches and says so; the same import completes it", async () => {
  const file = newPlace("history.csv");
  writeFileSync(file, csv(HEADER, ...Array.from({ length: 12_000 }, (_, index) => row({ run_id: String(index + 1) }))));
  const dataDir = newPlace();
  const stop = new AbortController();
  const onProgress = (line: string) => {
    if (line.startsWith("Imported")) stop.abort();
  };
  const stopped = await runCommand(importCommand, dataDir, [file], [], { stop, onProgress });
  assert.equal(stopped.exitCode, 130);
  assert.match(stopped.out, /stopped before the end/);
  const kept = (await storedRuns(dataDir)).length;
  assert.ok(kept > 0 && kept < 12_000);
  assert.ok(stopped.out.includes(`${kept} added`));
  const completed = await runCommand(importCommand, dataDir, [file]);
  assert.ok(completed.out.includes(`${12_000 - kept} added, 0 changed, ${kept} unchanged`));
});

test("an import that is stopped while it checks the file has kept nothing", async () => {
  const file = newPlace("history.csv");
  writeFileSync(file, csv(HEADER, ROW));
  const dataDir = newPlace();
  const stop = new AbortController();
  const stopped = await runCommand(importCommand, dataDir, [file], [], { stop, onProgress: () => stop.abort() });
  assert.equal(stopped.exitCode, 130);
  assert.deepEqual(await storedRuns(dataDir), []);
});

test("the summary comes as JSON for programs", async () => {
  const { out, file } = await importText(csv(HEADER, ROW), [["json"]]);
  const { files } = JSON.parse(out) as { files: { file: string; summary: { rowCount: number; runs: object } }[] };
  assert.equal(files[0]?.file, file);
  assert.deepEqual([files[0]?.summary.rowCount, files[0]?.summary.runs], [1, { added: 1, changed: 0, unchanged: 0 }]);
});

test("a store that cannot be made is told before the file is read", async () => {
  const blocked = newPlace("file");
  writeFileSync(blocked, "");
  const { exitCode } = await importText(csv(HEADER, ROW), [], join(blocked, "data"));
  assert.equal(exitCode, 5);
});

test("a file of nothing but bad rows is no success, even with --skip-bad, and the advice keeps its digits", async () => {
  const bad = csv(HEADER, row({ created_at: "31/01/2026" }), row({ run_id: "1002", created_at: "1/2/2026" }));
  const { exitCode, out } = await importText(bad, [["skip-bad"], ["rejects", newPlace("rejects.csv")]]);
  assert.equal(exitCode, 3);
  assert.match(out, /2: .*2026-01-31T08:00:00Z/);
});

test("a conclusion that is no word of GitHub's is told, with the way out", async () => {
  const { exitCode, out } = await importText(csv(HEADER, row({ conclusion: "passed" })));
  assert.equal(exitCode, 0);
  assert.match(out, /1 run with a conclusion that is not a word of GitHub's.*--map-value conclusion:THEIRS=success/);
});
