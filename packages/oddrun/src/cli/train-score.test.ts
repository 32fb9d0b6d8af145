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
  assert.match(trained.stdout, /^Model kept as metrics-1, and written to model\.$/m);
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

test("the sample is called one as long as nobody has touched it", async () => {
  assert.match((await oddrun("train")).stdout, /^Trained on 1000 records of pipeline_metrics\.csv \(a sample\)\.$/m);
  writeFileSync("touched.csv", readFileSync("pipeline_metrics.csv", "utf8").trimEnd());
  assert.match(
    (await oddrun("train", "--input", "touched.csv")).stdout,
    /^Trained on 1000 records of touched\.csv\.$/m,
  );
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
  assert.match(stderr, /1 bad record was left out; bad\.csv\.rejects\.csv says which and why\./);
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
    [["models", "list", "--workspace", "w"], /--workspace goes with --registry azureml/],
    [["models", "list", "--with", "metrics-1"], /--with goes with "oddrun models compare"/],
    ...["2026-02-30", "2026-02-30T06:00Z", "yesterday", "1767225600000", "2026-01-31T06:00", "\u001b[31m"].map(
      (value): [string[], RegExp] => [["report", `--since=${value}`], /a span such as .* not "[^\u001b]*"/],
    ),
    ...["a", "a/b/c", "../x", "x/..", "octo/*", "https://github.com/a/b", `a/${"b".repeat(300)}`].map(
      (value): [string[], RegExp] => [["report", `--repo=${value}`], /"owner\/name", is needed/],
    ),
    [["import", "no-such.csv"], /There is no file no-such\.csv/],
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
    ["demo"],
    ["demo", "--no-serve"],
    ["import", "a.csv", "b.csv", "--set", "event=push", "--set=branch=main"],
  ];
  for (const [name, ...rest] of lines) {
    const spec = specs.find((candidate) => candidate.name === name)!;
    const fast = parseFast(spec, rest)!;
    const full = parseFull(specs, [name!, ...rest], "0", () => {});
    assert.ok(full.kind === "run");
    assert.deepEqual(full.input.args, fast.args);
    for (const option of [...spec.options.map((option) => option.name), "data-dir"]) {
      assert.deepEqual(full.input.texts(option), fast.texts(option), option);
      assert.equal(full.input.isSet(option), fast.isSet(option), option);
    }
  }
});

test("every command's help is written in one way: sentence case, no full stop, a verb first", async () => {
  const { COMMANDS } = await import("./commands.ts");
  const { GLOBAL_OPTIONS } = await import("./options.ts");
  const specs = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const told = specs.flatMap((spec) => [spec.summary, ...spec.args.map((argument) => argument.description)]);
  for (const { description } of [...GLOBAL_OPTIONS, ...specs.flatMap((spec) => spec.options)]) told.push(description);
  for (const text of told) assert.match(text, /^["A-Z].*[^.]$/, text);
  for (const { summary } of specs) assert.ok(summary.length <= 80, summary);
  const { code, stdout } = await oddrun("help");
  assert.equal(code, 0);
  for (const { name, summary } of specs) assert.match(stdout.replace(/\s+/g, " "), new RegExp(`${name} .*${summary}`));
});

test("train takes the stored runs where there is no metrics file, and --history trains the model of detect on them", async () => {
  process.chdir(mkdtempSync(join(root, "stored-")));
  const header =
    "repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion";
  const rows = Array.from({ length: 120 }, (_, index) => {
    const start = new Date(Date.UTC(2025, 0, 1, index)).toISOString();
    const seconds = index === 100 ? 3000 : 300 + ((index * 37) % 20);
    const end = new Date(Date.UTC(2025, 0, 1, index, 0, seconds)).toISOString();
    return `acme/shop,CI,${1000 + index},1,main,push,${start},${start},${end},${seconds},success`;
  });
  writeFileSync("runs.csv", `${header}\n${rows.join("\n")}\n`);
  assert.equal((await oddrun("import", "runs.csv", "--data-dir", "data")).code, 0);
  assert.equal((await oddrun("metric", "1100", "coverage=12", "--data-dir", "data")).code, 0);

  const trained = await oddrun("train", "--data-dir", "data", "--contamination", "0.01");
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /Trained on 120 records of the runs stored in data/);
  assert.match(trained.stdout, /acme\/shop\/1100\/1 .*duration 50 min/);
  assert.ok(!existsSync("pipeline_metrics.csv"));
  assert.ok(!existsSync(".oddrun"));

  const chosen = await oddrun("train", "--data-dir", "data", "--features", "duration, failure_rate", "--json");
  const { model } = JSON.parse(chosen.stdout) as { model: { features: { name: string }[]; dataWindow: unknown } };
  assert.deepEqual(
    model.features.map(({ name }) => name),
    ["duration", "failure_rate"],
  );
  assert.deepEqual(model.dataWindow, { first: "2025-01-01T00:05:00.000Z", last: "2025-01-05T23:05:03.000Z" });
  const missing = await oddrun("train", "--data-dir", "data", "--features", "duration,memory");
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /the runs stored in data.*memory.*Found: duration, failure_rate, coverage/);

  const history = await oddrun("train", "--history", "--data-dir", "data", "--json");
  assert.equal(history.code, 0, history.stderr);
  const { version, runCount } = JSON.parse(history.stdout) as { version: string; runCount: number };
  assert.deepEqual([version, runCount], ["history-1", 120]);
  const judged = await oddrun("detect", "--data-dir", "data", "--json");
  assert.equal((JSON.parse(judged.stdout) as { judgedCount: number }).judgedCount, 120);

  const shown = JSON.parse((await oddrun("models", "show", "history-1", "--data-dir", "data")).stdout) as object;
  assert.ok("kind" in shown && shown.kind === "history" && "trees" in shown && shown.trees === 100);
  const listed = JSON.parse((await oddrun("models", "list", "--json", "--data-dir", "data")).stdout) as {
    version: string;
    isPromoted: boolean;
  }[];
  assert.deepEqual(
    listed
      .filter(({ isPromoted }) => isPromoted)
      .map((each) => each.version)
      .sort(),
    ["history-1", "metrics-2"],
  );
  for (const unknown of ["metrics-99", "../metrics-1", "nope\u001b[31m"]) {
    const { code, stderr } = await oddrun("models", "show", unknown, "--data-dir", "data");
    assert.equal(code, 3);
    assert.match(stderr, /There is no model version ".*models list/);
    assert.doesNotMatch(stderr, /\u001b/);
  }
  process.chdir(root);
});

test("a name from a file cannot steer the terminal through what train prints", async () => {
  const rows = Array.from(
    { length: 40 },
    (_, index) => `b\u001b[2J${index},${300 + (index % 7)},0,${index === 7 ? 90 : 1}`,
  );
  writeFileSync("hostile.csv", `build_id,duration,failure_rate,co\u001b[31m\u202ever\n${rows.join("\n")}\n`);
  const { code, stdout, stderr } = await oddrun("train", "--input", "hostile.csv", "--model-dir", "hostile");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /⟨U\+001B⟩\[31m/);
  assert.doesNotMatch(stdout + stderr, /[\u001b\u202e]/);
});

test("reading commands make no store where there is none", async () => {
  for (const [command, ...rest] of [["report"], ["detect"], ["metric", "1", "coverage=1"], ["train", "--history"]]) {
    const { code, stderr } = await oddrun(command!, ...rest, "--data-dir", "nothing");
    assert.equal(code, 3, command);
    assert.match(stderr, /oddrun import FILE/);
  }
  assert.equal((await oddrun("import", "no-such.csv", "--data-dir", "nothing")).code, 2);
  assert.ok(!existsSync("nothing"));
});

test("more features for a tree than there are is told with what there is", async () => {
  const { code, stderr } = await oddrun("train", "--input", "pipeline_metrics.csv", "--features-per-tree", "5");
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--features-per-tree is 5, and there are 2 features: duration, failure_rate/);
});

test("milliseconds taken for seconds, and a column that never changes, are pointed out", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `b${i},${300_000 + 17 * i},0.05\n`);
  writeFileSync("ms.csv", `build_id,duration,failure_rate\n${rows.join("")}`);
  const { stdout } = await oddrun("train", "--input", "ms.csv", "--model-dir", "ms");
  assert.match(stdout, /--duration-unit/);
  assert.match(stdout, /failure_rate is the same in all records/);
});

test("scores are not written over their own input", async () => {
  const { code, stderr } = await oddrun("score", "--input", "two.csv", "--output", "./two.csv", "--force");
  assert.equal(code, 2);
  assert.match(stderr, /the input itself/);
});
