import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { HistoryBatch, Job, RunAttempt } from "@oddrun/core";
import { parse } from "csv-parse/sync";
import { openStore } from "../../adapters/store/index.ts";
import { aBatch, aJob, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { hostileTexts } from "../../server/page/hostile-texts.contract.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { newPlace, runCommand, storedRuns } from "./store-command.contract.ts";
import { trainCommand } from "./train.ts";

type Options = readonly (readonly [string, string?])[];

const MINUTE_MS = 60_000;
const unknown = (reason: string) => ({ ms: null, unknown: reason }) as RunAttempt["duration"];
const known = (ms: number) => ({ ms, unknown: null });

async function dataWith(...batches: readonly HistoryBatch[]): Promise<string> {
  const dataDir = newPlace();
  const store = await openStore(join(dataDir, "oddrun.db"));
  for (const batch of batches) await store.save(batch);
  await store.saveMetrics(
    batches
      .flatMap(({ runs }) => runs)
      .filter(({ runId }) => runId % 2 === 0)
      .map(({ repositoryId, runId, runAttempt }) => ({
        repositoryId,
        runId,
        runAttempt,
        name: "peak_memory_mb",
        value: -runId / 3,
      })),
  );
  await store.close();
  return dataDir;
}

const exported = (dataDir: string, what: string, options: Options = []) =>
  runCommand(exportCommand, dataDir, [what], options);

/** Runs of two repositories and every kind of time that may not be known, some of them at one instant. */
function manyRuns(): HistoryBatch {
  const conclusions = ["success", "failure", "success", "cancelled", "skipped", "success"] as const;
  const runs = Array.from({ length: 240 }, (_, index) => {
    const startedAtMs = START + Math.floor(index / 4) * MINUTE_MS + 123;
    const durationMs = 60_000 + ((index * 7919) % 40_000);
    const change: Partial<RunAttempt> = {
      repositoryId: index % 3 === 0 ? 8 : 7,
      workflowId: 70 + (index % 2),
      runId: 9_007_199_254_000_000 + index,
      runAttempt: 1 + (index % 2),
      conclusion: conclusions[index % conclusions.length] ?? null,
      createdAtMs: START - 5,
      runStartedAtMs: startedAtMs,
      completedAtMs: startedAtMs + 200_000,
      status: index % 2 === 0 ? "completed" : null,
      updatedAtMs: index % 5 === 0 ? startedAtMs + 999_999 : null,
      endFrom: index % 2 === 0 ? "jobs" : "run",
      heldFor: index % 7 === 0 ? "approval" : null,
      seenHeldAtMs: index % 7 === 0 ? startedAtMs + 1 : null,
      heldTime: index % 7 === 0 ? known(140_001) : unknown("not-recorded"),
      duration: known(durationMs),
      queueTime: index % 4 === 0 ? known(index) : unknown("not-recorded"),
    };
    return aRun({ ...change, ...oddTimes(index) });
  });
  return aBatch({
    repositories: [
      { id: 7, fullName: "octo/widgets", defaultBranch: "trunk", visibility: null },
      { id: 8, fullName: "octo/Gadgets", defaultBranch: null, visibility: null },
    ],
    workflows: [7, 8].flatMap((repositoryId) =>
      [70, 71].map((id) => ({ repositoryId, id, name: id === 70 ? "CI" : "nightly, slow", path: null })),
    ),
    runs,
  });
}

function oddTimes(index: number): Partial<RunAttempt> {
  if (index % 11 === 0) return { completedAtMs: null, endFrom: null, duration: unknown("not-recorded"), title: null };
  if (index % 13 === 0) return { completedAtMs: START - 60_000, duration: unknown("end-before-start"), branch: null };
  if (index % 17 === 0) return { duration: unknown("held-back"), queueTime: unknown("held-back"), runNumber: null };
  return {};
}

/** Of every run that has jobs: one that ran, one that was inherited, one that never ran. */
function withJobs(batch: HistoryBatch): HistoryBatch {
  const never = unknown("never-ran");
  const inherited = unknown("inherited-from-earlier-attempt");
  const jobs = batch.runs.flatMap((run, index): readonly Job[] => {
    const { repositoryId, runId, runAttempt } = run;
    const common = { repositoryId, runId, runAttempt };
    const jobId = 10_000 + index * 3;
    return [
      aJob({ ...common, jobId, duration: known(12_345), queueTime: known(index) }),
      aJob({ ...common, jobId: jobId + 1, duration: inherited, queueTime: inherited, runnerLabels: "arm64,linux" }),
      aJob({ ...common, jobId: jobId + 2, name: "=1+1", duration: never, queueTime: never, startedAtMs: null }),
    ];
  });
  return { ...batch, jobs };
}

const rowsOf = (csv: string | Buffer) => parse<Record<string, string>>(csv, { columns: true });

async function roundTrip(dataDir: string, what: string, name: string): Promise<{ first: Buffer; again: Buffer }> {
  const files = [newPlace(name), newPlace(name)] as const;
  const other = newPlace();
  assert.equal((await exported(dataDir, what, [["out", files[0]]])).exitCode, 0);
  const imported = await runCommand(importCommand, other, [files[0]]);
  assert.equal(imported.exitCode, 0, imported.message);
  assert.equal((await exported(other, what, [["out", files[1]]])).exitCode, 0);
  return { first: readFileSync(files[0]), again: readFileSync(files[1]) };
}

test("exported runs are imported without a loss: the same export comes of them, byte by byte", async () => {
  const dataDir = await dataWith(manyRuns());
  const { first, again } = await roundTrip(dataDir, "runs", "runs.csv");
  assert.ok(first.equals(again));
  const rows = rowsOf(first);
  assert.equal(rows.length, 240);
  const second = rows.find((row) => row["run_id"] === "9007199254000002");
  assert.deepEqual(
    [second?.["duration_s"], second?.["metric:peak_memory_mb"]],
    ["75.838", String(-9_007_199_254_000_002 / 3)],
  );
  assert.ok(rows.some((row) => row["duration_s"] === "" && row["duration_unknown"] === "held-back"));
  const created = rows.map((row) => row["created_at"]);
  assert.equal(created[0], "2026-01-05T07:59:59.995Z");
});

test("exported jobs are imported without a loss, with the runs they belong to", async () => {
  const dataDir = await dataWith(withJobs(manyRuns()));
  const { first, again } = await roundTrip(dataDir, "jobs", "jobs.csv");
  assert.ok(first.equals(again));
  const rows = rowsOf(first);
  assert.equal(rows.length, 720);
  assert.deepEqual(
    ["job_duration_s", "job_duration_unknown", "runner_labels", "job_name"]
      .map((name) => rows.map((row) => row[name]))
      .map((cells) => cells.slice(0, 3)),
    [
      ["12.345", "", ""],
      ["", "inherited-from-earlier-attempt", "never-ran"],
      ["ubuntu-latest", "arm64,linux", "ubuntu-latest"],
      ["build (ubuntu-latest)", "build (ubuntu-latest)", "'=1+1"],
    ],
  );
});

test("exported Parquet is imported without a loss, times and hostile texts too, from a file and from a pipe", async () => {
  const batch = manyRuns();
  const texts = hostileTexts();
  const runs = batch.runs.map((run, index) => ({ ...run, title: texts[index % texts.length] || null }));
  const dataDir = await dataWith(withJobs({ ...batch, runs }));
  for (const what of ["runs", "jobs"]) {
    const { first, again } = await roundTrip(dataDir, what, `${what}.parquet`);
    assert.equal(first.toString("latin1", 0, 4), "PAR1");
    assert.ok(first.equals(again));
    const piped = newPlace();
    const { exitCode } = await runCommand(importCommand, piped, ["-"], [], { stdin: first });
    assert.equal(exitCode, 0);
    const files = [newPlace("one.csv"), newPlace("other.csv")] as const;
    for (const [place, data] of [dataDir, piped].entries()) {
      assert.equal((await exported(data, what, [["out", files[place] as string]])).exitCode, 0);
    }
    assert.equal(readFileSync(files[1], "utf8"), readFileSync(files[0], "utf8"));
  }
});

test("training from exported metrics gives the model that training from the store gives", async () => {
  const dataDir = await dataWith(manyRuns());
  const place = newPlace("work");
  mkdirSync(place);
  const before = process.cwd();
  process.chdir(place);
  try {
    for (const name of ["metrics.csv", "metrics.parquet"]) {
      assert.equal((await exported(dataDir, "metrics", [["out", name]])).exitCode, 0);
      const fromStore = await runCommand(trainCommand, dataDir, [], [["model-dir", `store-${name}`]]);
      assert.match(fromStore.out, /records of the runs stored/);
      const fromFile = await runCommand(
        trainCommand,
        newPlace(),
        [],
        [
          ["input", name],
          ["model-dir", `file-${name}`],
        ],
      );
      assert.equal(fromFile.exitCode, 0, fromFile.message);
      const forest = (folder: string) =>
        createHash("sha256")
          .update(readFileSync(join(folder, "isolation_forest.bin")))
          .digest("hex");
      assert.equal(forest(`file-${name}`), forest(`store-${name}`));
      const model = (folder: string) => {
        const {
          dataWindow: _window,
          sha256: _hash,
          ...rest
        } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as Record<string, unknown>;
        return rest;
      };
      assert.deepEqual(model(`file-${name}`), model(`store-${name}`));
    }
  } finally {
    process.chdir(before);
  }
  const [header, row] = readFileSync(join(place, "metrics.csv"), "utf8").split("\n");
  assert.equal(header, "build_id,duration,failure_rate,peak_memory_mb");
  assert.match(row ?? "", /^octo\/\w+\/\d+\/\d,\d+(\.\d+)?,[01](\.\d+)?,(-[\d.]+)?$/);
});

test("no text of 250 hostile ones is live in a spreadsheet, and each comes back as it was", async () => {
  const starts = ["=", "+", "-", "@", "\t", "\r", "\n", "'=", "''+", "'"];
  const formulas = [
    "cmd|' /C calc'!A0",
    "1+1",
    'HYPERLINK("//evil.example","x")',
    "5",
    "-5",
    "5e3",
    "",
    " =1",
    '"',
    ";",
    "a,b",
    "x\r\ny",
  ];
  const texts = [...starts.flatMap((start) => formulas.map((rest) => start + rest)), ...hostileTexts()].filter(
    (text) => text !== "",
  );
  assert.ok(texts.length > 200);
  const runs = texts.map((title, index) =>
    aRun({ runId: index + 1, title, branch: title, event: title, completedAtMs: START + index * MINUTE_MS }),
  );
  const dataDir = await dataWith(aBatch({ runs }));
  const { first, again } = await roundTrip(dataDir, "runs", "hostile.csv");
  assert.ok(first.equals(again));
  for (const cells of parse(first)) {
    for (const cell of cells) assert.ok(!/^[=+@\t\r\n\0]|^-(?![\d.]+(e[+-]?\d+)?$)/i.test(cell), cell);
  }
  const other = newPlace();
  const file = newPlace("hostile.csv");
  writeFileSync(file, first);
  await runCommand(importCommand, other, [file]);
  assert.deepEqual(
    (await storedRuns(other)).map((run) => [run.title, run.branch]),
    texts.map((text) => text.toWellFormed().replaceAll("\0", "\u{FFFD}")).map((text) => [text, text]),
  );
});

test("what is exported is chosen by repository, workflow and time; an earlier failure counts in a later rate", async () => {
  const runs = Array.from({ length: 4 }, (_, index) =>
    aRun({
      runId: index + 1,
      conclusion: index === 0 ? "failure" : "success",
      completedAtMs: START + index * MINUTE_MS,
    }),
  );
  const dataDir = await dataWith(
    aBatch({ runs, workflows: [{ repositoryId: 7, id: 70, name: "CI", path: "ci.yml" }] }),
  );
  const since = ["since", new Date(START + 2 * MINUTE_MS).toISOString()] as const;
  const ids = async (options: Options) =>
    rowsOf((await exported(dataDir, "runs", options)).out).map((row) => row["run_id"]);
  assert.deepEqual(await ids([since]), ["3", "4"]);
  assert.deepEqual(await ids([["until", since[1]]]), ["1", "2"]);
  assert.deepEqual(
    await ids([
      ["repo", "octo/WIDGETS"],
      ["workflow", "ci.yml"],
    ]),
    ["1", "2", "3", "4"],
  );
  const { out } = await exported(dataDir, "metrics", [since]);
  assert.match(
    out,
    /^build_id,.*\nocto\/Widgets\/3\/1,300,0\.3333333333333333,\nocto\/Widgets\/4\/1,300,0\.25,-1\.3+5?\n$/,
  );
});

test("nothing to export is no success, and says what to do", async () => {
  const message = async (dataDir: string, what: string, options: Options = []) => {
    const outcome = await exported(dataDir, what, [...options, ["out", newPlace("none.csv")]]);
    assert.equal(outcome.exitCode, 3);
    return outcome.message;
  };
  assert.match(await message(newPlace(), "runs"), /^0 runs in .*oddrun collect.*oddrun import/);
  const dataDir = await dataWith(aBatch({ runs: [aRun({ conclusion: "cancelled" })] }));
  assert.match(await message(dataDir, "runs", [["repo", "octo/wodgets"]]), /No run of octo\/wodgets/);
  assert.match(await message(dataDir, "runs", [["since", "1d"]]), /^0 runs in .* since 2026-05-31T/);
  assert.match(await message(dataDir, "runs", [["since", "2027-01-01"]]), /^0 runs in .* since 2027/);
  assert.match(await message(dataDir, "metrics"), /that ended in success or failure/);
  assert.match(await message(dataDir, "jobs"), /whose jobs are known/);
});

test("options that cannot be understood are refused before the store is looked for", async () => {
  const cases: readonly (readonly [readonly string[], Options, RegExp])[] = [
    [["steps"], [], /metrics, runs, jobs, not "steps"/],
    [[], [], /metrics, runs, jobs/],
    [["constructor"], [], /metrics, runs, jobs/],
    [["runs"], [["format", "xlsx"]], /csv, parquet/],
    [["runs"], [["format", "parquet"]], /Parquet needs a file/],
    [["runs"], [["out", ""]], /--out needs a file name/],
    [["runs"], [["since", "2026-02-30"]], /no such day/],
    [
      ["runs"],
      [
        ["since", "2026-02-03"],
        ["until", "2026-02-02"],
      ],
      /is not before --until/,
    ],
    [["runs"], [["repo", "widgets"]], /owner\/name/],
  ];
  for (const [args, options, words] of cases) {
    const { exitCode, message } = await runCommand(exportCommand, newPlace(), args, options);
    assert.equal(exitCode, 2, message);
    assert.match(message, words);
  }
});

test("a file that is there stays as it is without --force; a folder and a missing one are told", async () => {
  const dataDir = await dataWith(aBatch());
  for (const name of ["there.csv", "there.parquet"]) {
    const file = newPlace(name);
    writeFileSync(file, "precious");
    const refused = await exported(dataDir, "runs", [["out", file]]);
    assert.equal(refused.exitCode, 5);
    assert.match(refused.message, /--force/);
    assert.equal(readFileSync(file, "utf8"), "precious");
    assert.equal((await exported(dataDir, "runs", [["out", file], ["force"]])).exitCode, 0);
    assert.notEqual(readFileSync(file, "utf8"), "precious");
  }
  assert.equal((await exported(dataDir, "runs", [["out", dataDir]])).exitCode, 5);
  assert.equal((await exported(dataDir, "runs", [["out", join(newPlace("no"), "runs.csv")]])).exitCode, 5);
});

test("an export that is stopped leaves nothing behind", async () => {
  const dataDir = await dataWith(manyRuns());
  for (const name of ["stopped.csv", "stopped.parquet"]) {
    const file = join(newPlace("folder"), name);
    mkdirSync(dirname(file));
    const stop = new AbortController();
    const onProgress = (line: string) => {
      if (line.includes("written")) stop.abort();
    };
    const outcome = await runCommand(exportCommand, dataDir, ["runs"], [["out", file]], { stop, onProgress });
    assert.equal(outcome.exitCode, 130);
    assert.ok(!existsSync(file));
    assert.deepEqual(readdirSync(dirname(file)), []);
  }
});

test("more than a pipe holds goes to standard output whole, as it goes to a file", async () => {
  const dataDir = await dataWith(withJobs(manyRuns()));
  const file = newPlace("jobs.csv");
  assert.equal((await exported(dataDir, "jobs", [["out", file]])).exitCode, 0);
  const { exitCode, out } = await exported(dataDir, "jobs");
  assert.equal(exitCode, 0);
  assert.ok(out.length > 100_000);
  assert.equal(out, readFileSync(file, "utf8"));
});

test("the default branch comes with an import, and does not replace the one that is known", async () => {
  const file = newPlace("runs.csv");
  await exported(await dataWith(manyRuns()), "runs", [["out", file]]);
  const branches = async (dataDir: string) => {
    assert.equal((await runCommand(importCommand, dataDir, [file])).exitCode, 0);
    const runs = await storedRuns(dataDir);
    return new Map(runs.map(({ repositoryName, defaultBranch }) => [repositoryName, defaultBranch]));
  };
  const both = [
    ["octo/widgets", "trunk"],
    ["octo/Gadgets", null],
  ] as const;
  assert.deepEqual(await branches(newPlace()), new Map([...both].reverse()));
  const known = newPlace();
  const store = await openStore(join(known, "oddrun.db"));
  await store.adoptRepository({ id: 7, fullName: "octo/widgets", defaultBranch: "next", visibility: null });
  await store.close();
  assert.equal((await branches(known)).get("octo/widgets"), "next");
});
