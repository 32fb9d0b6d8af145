import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Problem, type ProblemCode } from "../../operations/problems.ts";
import { type MetricsReadOptions, readMetrics } from "./read-metrics.ts";

const folder = await mkdtemp(join(tmpdir(), "oddrun-read-metrics-"));
after(() => rm(folder, { recursive: true, force: true }));

let fileCount = 0;
async function fileWith(content: string | Buffer, extension = "csv"): Promise<string> {
  const path = join(folder, `metrics-${++fileCount}.${extension}`);
  await writeFile(path, content);
  return path;
}

async function read(content: string | Buffer, options: MetricsReadOptions = {}, extension = "csv") {
  return readPath(await fileWith(content, extension), options);
}

async function readPath(path: string, options: MetricsReadOptions = {}) {
  const reader = readMetrics(path, options);
  const ids: string[] = [];
  const values: number[] = [];
  for await (const batch of reader) {
    ids.push(...batch.ids);
    values.push(...batch.values);
  }
  return { ids, values, ...reader.summary() };
}

/** The message of the problem that reading must meet. */
async function problemOf(
  code: ProblemCode,
  content: string | Buffer,
  options: MetricsReadOptions = {},
): Promise<string> {
  return problemAt(code, await fileWith(content), options);
}

async function problemAt(code: ProblemCode, path: string, options: MetricsReadOptions = {}): Promise<string> {
  const error: unknown = await readPath(path, options).then(
    () => assert.fail("it was read"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  assert.equal(error.code, code, error.message);
  return error.message;
}

const HEADER = "build_id,duration,failure_rate\n";

test("a plain metrics file gives its ids and numbers in order", async () => {
  const found = await read(`${HEADER}a,300,0.05\nb,900.5,.45\n`);
  assert.deepEqual(found.ids, ["a", "b"]);
  assert.deepEqual(found.values, [300, 0.05, 900.5, 0.45]);
  assert.deepEqual(found.features, ["duration", "failure_rate"]);
});

test("an empty file and an empty standard input are 0 rows", async () => {
  assert.match(await problemOf("input-empty", ""), /0 rows in .*metrics-.*: the file is empty/);
  assert.match(await problemOf("input-empty", " \n\n"), /0 rows/);
  assert.match(await problemAt("input-empty", "-", { stdin: Readable.from([]) }), /0 rows in standard input/);
});

test("a header alone is a valid file without rows", async () => {
  const found = await read(HEADER);
  assert.equal(found.rowCount, 0);
});

test("a missing or renamed column is told with the columns found and expected, in any letter case", async () => {
  const message = await problemOf("input-columns", "build_id,seconds,failure_rate\na,1,0\n");
  assert.match(
    message,
    /column duration is missing.*Expected: build_id, duration, failure_rate.*Found: build_id, seconds, failure_rate/,
  );
  const found = await read("Build_ID,DURATION,Failure_Rate\na,1,0\n");
  assert.deepEqual(found.features, ["duration", "failure_rate"]);
});

test("a column name that stands twice is refused, and so are 5,000 columns", async () => {
  assert.match(
    await problemOf("input-columns", "build_id,duration,duration\n"),
    /"duration" stands in the header twice/,
  );
  assert.match(
    await problemOf("input-columns", `${Array.from({ length: 5000 }, (_, i) => `c${i}`).join(",")}\n`),
    /5000 columns; at most 1000/,
  );
});

test("a row with too few or too many cells is told with its row and line", async () => {
  const message = await problemOf("input-row", `${HEADER}a,1,0\n\nb,2\n`);
  assert.match(message, /row 2 \(line 4\): the row has 2 cells, the header has 3\./);
  assert.match(await problemOf("input-row", `${HEADER}a,1,5,0\n`), /4 cells.*decimal comma/);
});

test("a quote that is never closed is told with the row where it began", async () => {
  const message = await problemOf("input-row", `${HEADER}a,1,0\n"b,2,0\nc,3,0\n`);
  assert.match(message, /row 2 \(line 3\): a cell begins with a quote .* never closed/);
});

test("bad rows can be passed over: they are counted and kept in a reject file, and nothing else is lost", async () => {
  const rejectPath = join(folder, "rejects.csv");
  const found = await read(`${HEADER}a,1,0\n"b,2,0\nc,x,0\nd,4\ne,5,0\n=f,-6,0\n`, { skipBad: { rejectPath } });
  assert.deepEqual(found.ids, ["a", "e"]);
  assert.equal(found.skippedCount, 4);
  const lines = (await readFile(rejectPath, "utf8")).trimEnd().split("\n");
  assert.equal(lines[0], "reason,row");
  assert.equal(lines.length, 5);
  assert.match(lines[1] ?? "", /row 2 \(line 3\).*,"""b,2,0"$/);
  assert.match(lines[2] ?? "", /row 3 \(line 4\): duration ""x"" is not a number.*,"c,x,0"$/);
  assert.match(lines[4] ?? "", /,"'=f,-6,0"$/);
});

test("gzip is unpacked whatever the name says, and damaged gzip is told", async () => {
  const packed = gzipSync(`${HEADER}a,300,0.05\n`);
  assert.deepEqual((await read(packed)).ids, ["a"]);
  assert.match(
    await problemOf("input-format", packed.subarray(0, packed.length - 6)),
    /gzip data is damaged or cut short/,
  );
});

test("a JSON list, the shape of the scoring request and NDJSON are read by their content", async () => {
  const rows = [
    { build_id: "a", duration: 300, failure_rate: 0.05, coverage: null },
    { build_id: "b", duration: 900, failure_rate: 0.45, coverage: 81.5 },
  ];
  const forms = [
    JSON.stringify(rows),
    JSON.stringify({ data: rows }, null, 2),
    rows.map((row) => JSON.stringify(row)).join("\n"),
  ];
  for (const form of forms) {
    const found = await read(form);
    assert.deepEqual(found.ids, ["a", "b"]);
    assert.deepEqual(found.features, ["duration", "failure_rate", "coverage"]);
    assert.deepEqual(found.values, [300, 0.05, Number.NaN, 900, 0.45, 81.5]);
  }
});

test("a folder, a device and a missing file are refused; a link to a regular file is read", async () => {
  assert.match(await problemAt("input-not-a-file", folder), /is a folder/);
  assert.match(await problemAt("input-not-a-file", "/dev/null"), /is a device/);
  assert.match(
    await problemAt("input-not-found", join(folder, "none*.csv")),
    /no file .*none\*\.csv.*pattern that matched nothing/,
  );
  const link = join(folder, "link.csv");
  await symlink(await fileWith(`${HEADER}a,1,0\n`), link);
  assert.deepEqual((await readPath(link)).ids, ["a"]);
});

test("reading leaves no temporary file behind when it stops at a bad row", async () => {
  const rejectPath = join(folder, "left.csv");
  const path = await fileWith(`[{"build_id":"a","duration":"x","failure_rate":0}, {]`);
  await problemAt("input-format", path, { skipBad: { rejectPath } });
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes("left") || name.endsWith(".tmp")),
    [],
  );
});
