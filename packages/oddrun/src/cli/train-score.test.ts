import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { after, before, test } from "node:test";
import { runCli } from "./run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "oddrun-cli-"));
const startedIn = process.cwd();
before(() => process.chdir(root));
after(() => {
  process.chdir(startedIn);
  rmSync(root, { recursive: true, force: true });
});

async function oddrun(...argv: string[]) {
  return oddrunFrom("", argv);
}

async function oddrunFrom(stdin: string, argv: string[]) {
  const written = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof written) =>
    new Writable({
      write(chunk, _, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const code = await runCli({
    argv,
    env: {},
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    now: () => Date.UTC(2026, 0, 1),
    signal: new AbortController().signal,
  });
  return { code, ...written };
}

const TWO = "build_id,duration,failure_rate\nbuild_001,300,0.05\nbuild_002,900,0.45\n";

test("train without any data writes the sample, says so, and score tells the slow failing build from the usual one", async () => {
  const trained = await oddrun("train");
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /a sample of 1000 records has been written to pipeline_metrics\.csv/);
  assert.match(trained.stdout, /50 records \(5\.0 %\) are odd at contamination 0\.05/);
  assert.equal(readFileSync("pipeline_metrics.csv", "utf8").trim().split("\n").length, 1001);
  writeFileSync("two.csv", TWO);
  const scored = await oddrun("score", "--input", "two.csv");
  const rows = scored.stdout
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  assert.deepEqual(rows[0], ["build_id", "score", "is_anomaly", "reason"]);
  assert.deepEqual([rows[1]![0], rows[1]![2], rows[1]![3]], ["build_001", "0", ""]);
  assert.deepEqual([rows[2]![0], rows[2]![2]], ["build_002", "1"]);
  assert.match(scored.stdout, /duration 15 min, usual/);
});

test("the same records, options and seed give the same model bytes; another seed does not", async () => {
  const bytes = () => [readFileSync("model/model.json", "utf8"), readFileSync("model/isolation_forest.bin", "hex")];
  await oddrun("train", "--seed", "5");
  const first = bytes();
  await oddrun("train", "--seed", "5");
  assert.deepEqual(bytes(), first);
  await oddrun("train", "--seed", "6");
  assert.notDeepEqual(bytes(), first);
});

test("every flagged record is in flagged.csv with its reason, and the tuning table flags what each contamination allows", async () => {
  const { stdout } = await oddrun("train", "--json", "--contamination", "0.02");
  const outcome = JSON.parse(stdout) as {
    flagged: { reason: string }[];
    tuning: { contamination: number; flaggedCount: number; examples: unknown[] }[];
  };
  assert.equal(outcome.flagged.length, 20);
  assert.ok(outcome.flagged.every(({ reason }) => reason.length > 0));
  assert.equal(readFileSync("model/flagged.csv", "utf8").trim().split("\n").length, 21);
  for (const row of outcome.tuning) {
    assert.ok(row.flaggedCount <= row.contamination * 1000);
    assert.equal(row.examples.length, Math.min(3, row.flaggedCount));
  }
});

test("scores come from stdin as CSV, JSON or NDJSON, and JSON out is the shape of POST /score", async () => {
  const rows = [
    { build_id: "a", duration: 300, failure_rate: 0.05 },
    { build_id: "b", duration: 900, failure_rate: 0.45 },
  ];
  await oddrun("train");
  for (const text of [TWO, JSON.stringify({ data: rows }), rows.map((row) => JSON.stringify(row)).join("\n")]) {
    const { stdout, code, stderr } = await oddrunFrom(text, ["score", "--input", "-", "--format", "json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { predictions: boolean[] }).predictions, [false, true]);
  }
});

test("a header alone is refused by train", async () => {
  writeFileSync("header.csv", "build_id,duration,failure_rate\n");
  const { code, stderr } = await oddrun("train", "--input", "header.csv");
  assert.equal(code, 3);
  assert.match(stderr, /header\.csv/);
});

test("seven records are too few, and the message says how many it takes", async () => {
  writeFileSync(
    "seven.csv",
    `build_id,duration,failure_rate\n${Array.from({ length: 7 }, (_, i) => `b${i},${300 + i},0\n`).join("")}`,
  );
  const { code, stderr } = await oddrun("train", "--input", "seven.csv");
  assert.equal(code, 3);
  assert.match(stderr, /7 records in seven\.csv; training needs at least 20/);
});

test("records that are all alike train to a model that flags none of them", async () => {
  writeFileSync(
    "alike.csv",
    `build_id,duration,failure_rate\n${Array.from({ length: 50 }, (_, i) => `b${i},300,0\n`).join("")}`,
  );
  const { code, stdout } = await oddrun("train", "--input", "alike.csv", "--model-dir", "alike");
  assert.equal(code, 0);
  assert.match(stdout, /0 records \(0\.0 %\) are odd/);
});

test("a further numeric column is a further feature, and scoring without it names what is missing", async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `b${i},${300 + (i % 7)},0.0${i % 5},${80 + (i % 3)}`);
  writeFileSync("cover.csv", `build_id,duration,failure_rate,coverage\n${lines.join("\n")}\nb60,303,0.01,12\n`);
  const { stdout } = await oddrun("train", "--input", "cover.csv", "--model-dir", "cover", "--contamination", "0.02");
  assert.match(stdout, /b60 .*coverage 12, usual 80 to 82/);
  const { code, stderr } = await oddrun("score", "--input", "two.csv", "--model-dir", "cover");
  assert.equal(code, 3);
  assert.match(stderr, /coverage/);
});

test("a bad row stops scoring with its place and value, and nothing half-written stays", async () => {
  writeFileSync("bad.csv", `${TWO}build_003,5m30s,0\n`);
  const { code, stderr } = await oddrun("score", "--input", "bad.csv", "--output", "scores.csv");
  assert.equal(code, 3);
  assert.match(stderr, /bad\.csv.*3.*duration.*5m30s/);
  assert.ok(!existsSync("scores.csv"));
});

test("--skip-bad scores what is good, and keeps what is bad with its reason", async () => {
  writeFileSync("bad.csv", `${TWO}build_003,5m30s,0\n`);
  const { code, stdout, stderr } = await oddrun("score", "--input", "bad.csv", "--skip-bad");
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim().split("\n").length, 3);
  assert.match(stderr, /1 bad record/);
  assert.match(readFileSync("bad.csv.rejects.csv", "utf8"), /5m30s/);
});

test("a mistake on the command line is one line with a way out, and exit code 2", async () => {
  const cases: readonly [string[], RegExp][] = [
    [["trian"], /Did you mean train/],
    [["score", "--inptu", "x"], /Did you mean --input/],
    [["score", "--input"], /argument missing/],
    [["score", "--input", "a", "--input", "b"], /given twice/],
    [["score", "extra"], /too many arguments/],
    ...["0", "0.51", "0.9", "-1", "NaN", "0,1", ""].map((value): [string[], RegExp] => [
      ["train", `--contamination=${value}`],
      /above 0 and up to 0\.5/,
    ]),
    ...["0", "1e9", "3.5"].map((value): [string[], RegExp] => [
      ["train", `--trees=${value}`],
      /whole number from 1 to 10000/,
    ]),
    [["score", "--format", "xml"], /csv, json, ndjson/],
    [["score", "--log-level", "loud"], /silent, error, warn, info, debug/],
    [["models", "drop"], /models list/],
  ];
  for (const [argv, words] of cases) {
    const { code, stderr } = await oddrun(...argv);
    assert.equal(code, 2, argv.join(" "));
    assert.match(stderr, words, argv.join(" "));
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

test("a secret on the command line is refused without being repeated", async () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  for (const argv of [
    ["score", "--input", token],
    ["train", `--token=${token}`],
    ["train", "--api-key", "short"],
  ]) {
    const { code, stderr } = await oddrun(...argv);
    assert.equal(code, 2);
    assert.match(stderr, /environment variable/);
    assert.ok(!stderr.includes(token));
  }
});

test("both parsers read the same command line alike", async () => {
  const { parseFast } = await import("./parse-fast.ts");
  const { parseFull } = await import("./parse-full.ts");
  const { COMMANDS } = await import("./commands.ts");
  const specs = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const lines = [
    ["score"],
    ["score", "--input", "a b", "--force"],
    ["score", "--input=-", "--data-dir", "d"],
    ["models", "show", "metrics-1"],
    ["models", "list", "--json"],
  ];
  for (const [name, ...rest] of lines) {
    const spec = specs.find((candidate) => candidate.name === name)!;
    const fast = parseFast(spec, rest)!;
    const full = parseFull(specs, [name!, ...rest], "0", () => {});
    assert.ok(full.kind === "run");
    assert.deepEqual(full.input.args, fast.args);
    for (const option of [...spec.options.map((option) => option.name), "data-dir"]) {
      assert.equal(full.input.text(option), fast.text(option), option);
      assert.equal(full.input.isSet(option), fast.isSet(option), option);
    }
  }
});

test("help names every command and shows every option with its default", async () => {
  const { stdout } = await oddrun("--help");
  for (const name of ["train", "score", "sample", "models"]) assert.ok(stdout.includes(`\n  ${name}`), name);
  assert.match(
    (await oddrun("train", "--help")).stdout.replace(/\s+/g, " "),
    /--contamination <SHARE> .*\(default: 0\.05\)/,
  );
});
