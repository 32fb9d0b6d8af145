import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { neutraliseFormula, restoreFormula } from "./csv-cell.ts";
import { openOutput } from "./output.ts";
import { readMetrics } from "./read-metrics.ts";
import { type ScoreFormat, scoreWriter } from "./write-scores.ts";

const folder = await mkdtemp(join(tmpdir(), "oddrun-write-scores-"));
after(() => rm(folder, { recursive: true, force: true }));

async function written(format: ScoreFormat, ids: readonly string[], isTerminal = false): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const text = textOf(stdout);
  const output = await openOutput("-", stdout);
  const writer = await scoreWriter(output, format);
  await writer.write({
    ids,
    scores: Float64Array.from(ids, (_, row) => 0.25 + row / 2),
    isAnomaly: (row) => row % 2 === 1,
    reason: () => 'duration 15 min, usual 4 to 6 min "so"',
  });
  await writer.end();
  await output.commit();
  stdout.end();
  return text;
}

test("CSV has a reason for odd rows only", async () => {
  assert.equal(
    await written("csv", ["a", "b"]),
    'build_id,score,is_anomaly,reason\na,0.25,0,\nb,0.75,1,"duration 15 min, usual 4 to 6 min ""so"""\n',
  );
});

test("NDJSON has one object for each row", async () => {
  const lines = (await written("ndjson", ["a", "b"])).trimEnd().split("\n");
  assert.deepEqual(JSON.parse(lines[0] ?? ""), { build_id: "a", score: 0.25, is_anomaly: false, reason: null });
  assert.equal(lines.length, 2);
});

test("JSON has the shape of the scoring answer, and no row is an empty list", async () => {
  assert.deepEqual(JSON.parse(await written("json", ["a", "b"])), {
    predictions: [false, true],
    scores: [0.25, 0.75],
    reasons: [null, 'duration 15 min, usual 4 to 6 min "so"'],
  });
  assert.deepEqual(JSON.parse(await written("json", [])), { predictions: [], scores: [], reasons: [] });
});

const HOSTILE = [
  "=cmd|' /C calc'!A0",
  "+1",
  "-1",
  "-x",
  "@SUM(A1)",
  "\tx",
  "\rx",
  "\nx",
  "'=1",
  "''=1",
  "'quoted",
  "-5",
  "-5e3",
  "'-5",
  "<img onerror=x>",
  "${{ github.token }}",
  "::error::x",
  "\u001b[31mred",
  "\u202egnp.exe",
  'a"b',
  "a,b",
  "a;b",
  "😀",
  "007",
  "123456789012345678",
];

test("no cell can run as a formula, and every id comes back unchanged through the reader", async () => {
  const csv = await written("csv", HOSTILE);
  const path = join(folder, "back.csv");
  const output = await openOutput(path, process.stdout);
  await output.write(csv);
  await output.commit();
  const back: string[] = [];
  for await (const batch of readMetrics(path, { features: ["score", "is_anomaly"] })) back.push(...batch.ids);
  assert.deepEqual(back, HOSTILE);
  const cells = HOSTILE.map(neutraliseFormula).filter((cell) => /^[=+\-@\t\r\n]/.test(cell));
  assert.deepEqual(cells, ["-1", "-5", "-5e3"]);
});

test("neutralising a cell can always be taken back", () => {
  const alphabet = fc.constantFrom("'", "=", "-", "+", "@", "\t", "1", "x", "e");
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: alphabet })), (text) => {
      assert.equal(restoreFormula(neutraliseFormula(text)), text);
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test("a terminal shows escapes and direction overrides instead of obeying them; JSON escapes them always", async () => {
  const csv = await written("csv", ["\u001b[31mred\u202e"], true);
  assert.match(csv, /^⟨U\+001B⟩\[31mred⟨U\+202E⟩,/m);
  const ndjson = await written("ndjson", ["\u001b[31mred\u202e\u{e0001}"]);
  assert.doesNotMatch(ndjson, /[\p{Cc}\p{Cf}](?!$)/u);
  assert.equal(JSON.parse(ndjson).build_id, "\u001b[31mred\u202e\u{e0001}");
});

test("output that is given up leaves neither a file nor a temporary one", async () => {
  const inner = await mkdtemp(join(folder, "given-up-"));
  const output = await openOutput(join(inner, "scores.json"), process.stdout);
  const writer = await scoreWriter(output, "json");
  await writer.write({ ids: ["a"], scores: Float64Array.of(0.5), isAnomaly: () => false, reason: () => "" });
  await writer.abort();
  await output.abort();
  assert.deepEqual(await readdir(inner), []);
});

test("a reader that goes away ends the writing without a complaint", async () => {
  const program = `
    const { openOutput } = await import(${JSON.stringify(new URL("./output.ts", import.meta.url).href)});
    const output = await openOutput("-", process.stdout);
    let count = 0;
    while (!output.isClosed && count++ < 100000) await output.write("x".repeat(10000) + "\\n");
    await output.commit();
    process.stderr.write(output.isClosed ? "closed" : "open");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  const stderr = textOf(child.stderr);
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [exitCode] = await once(child, "exit");
  assert.equal(await stderr, "closed");
  assert.equal(exitCode, 0);
});

test("a file of any number of rows is complete", async () => {
  const path = join(folder, "many.ndjson");
  const output = await openOutput(path, process.stdout);
  const writer = await scoreWriter(output, "ndjson");
  for (let batch = 0; batch < 20; batch++) {
    const ids = Array.from({ length: 500 }, (_, row) => `build_${batch * 500 + row}`);
    await writer.write({ ids, scores: new Float64Array(500), isAnomaly: () => false, reason: () => "" });
  }
  await writer.end();
  await output.commit();
  assert.equal((await readFile(path, "utf8")).trimEnd().split("\n").length, 10_000);
});
