import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { Problem, type ProblemCode } from "../../operations/problems.ts";
import { csvCell } from "./csv-cell.ts";
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

const MAKE_PIPE = "mkfifo";
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
  assert.equal((await read("[]")).rowCount, 0);
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

test("a semicolon or a tab between cells and CRLF at their ends are found out from the header", async () => {
  const plain = await read(`${HEADER}a,300,0.05\nb,900,0.45\n`);
  for (const delimiter of [";", "\t"]) {
    const found = await read(`${HEADER}a,300,0.05\nb,900,0.45`.replaceAll(",", delimiter).replaceAll("\n", "\r\n"));
    assert.deepEqual([found.ids, found.values], [plain.ids, plain.values]);
  }
});

test("lone carriage returns are refused with a hint, a NUL byte with its row", async () => {
  assert.match(
    await problemOf("input-format", `${HEADER}a,1,0\n`.replaceAll("\n", "\r")),
    /lone carriage return.*LF or CRLF/,
  );
  assert.match(await problemOf("input-row", `${HEADER}a,1,0\nb\0,1,0\n`), /row 2 \(line 3\): the row has a NUL byte/);
  assert.match(await problemOf("input-format", "build\0_id,duration\n"), /first line has a NUL byte/);
});

test("a byte order mark is passed over; UTF-16 and bad UTF-8 are refused with a hint", async () => {
  const csv = `${HEADER}ä,1,0\n`;
  assert.deepEqual((await read(`\uFEFF${csv}`)).ids, ["ä"]);
  assert.deepEqual((await read(`\uFEFF{"build_id":"ä","duration":1,"failure_rate":0}`)).ids, ["ä"]);
  assert.deepEqual((await read(`\uFEFF[{"build_id":"ä","duration":1,"failure_rate":0}]`)).ids, ["ä"]);
  assert.match(
    await problemOf("input-format", Buffer.from(`\uFEFF${csv}`, "utf16le")),
    /UTF-16 text\. Save it as UTF-8/,
  );
  assert.match(await problemOf("input-format", Buffer.from(csv, "utf16le")), /UTF-16/);
  assert.match(
    await problemOf("input-row", Buffer.from(csv, "latin1")),
    /row 1 \(line 2\): .*not valid UTF-8.*Latin-1/,
  );
});

test("archives and other packed files are named for what they are", async () => {
  assert.match(
    await problemOf("input-format", Buffer.from("PK\u0003\u0004xxxx")),
    /zip archive or an Excel workbook\. Export it as CSV/,
  );
  assert.match(await problemOf("input-format", Buffer.from("PAR1xxxx")), /Parquet/);
});

const BAD_DURATIONS: readonly (readonly [string, RegExp])[] = [
  ["abc", /"abc" is not a number.*plain decimal/],
  ["", /duration is empty/],
  ["  ", /duration is empty/],
  ["-5", /"-5" is below 0/],
  ["NaN", /"NaN" is not a number/],
  ["Infinity", /"Infinity" is not a number/],
  ["1e400", /too large/],
  ["0x10", /"0x10" is not a number/],
  ['"1,5"', /Write a decimal dot: 1\.5/],
  ["5m30s", /Write seconds as a plain number/],
  ["00:05:30", /Write seconds as a plain number/],
  ["1 000", /without separators between thousands/],
  ["true", /is not a number/],
  ["3024001", /longer than 35 days \(3024000 seconds\).*--duration-unit ms/],
];

test("a duration that is no decimal number of seconds is a row error with its value and the rule, never 0", async () => {
  for (const [cell, expected] of BAD_DURATIONS) {
    const message = await problemOf("input-row", `${HEADER}ok,1,0\na,${cell},0\n`);
    assert.match(message, /metrics-\d+\.csv, row 2 \(line 3\): duration /, cell);
    assert.match(message, expected, cell);
  }
});

test("decimal numbers in all their plain forms are read exactly", async () => {
  const cells = [
    "0",
    "300",
    " 300 ",
    "+5",
    ".5",
    "5.",
    "1e3",
    "5e-324",
    "0.1",
    "123456.789012345",
    "3024000",
    "0.30000000000000004",
    "2.5E2",
    "007",
  ];
  const found = await read(`${HEADER}${cells.map((cell, row) => `${row},${cell},0\n`).join("")}`);
  assert.deepEqual(
    found.values.filter((_, place) => place % 2 === 0),
    cells.map(Number),
  );
});

test("a failure rate outside 0 to 1 is a row error with a hint", async () => {
  assert.match(await problemOf("input-row", `${HEADER}a,1,1.2\n`), /failure_rate "1\.2" is not a share from 0 to 1/);
  assert.match(await problemOf("input-row", `${HEADER}a,1,-0.1\n`), /not a share from 0 to 1/);
  assert.match(await problemOf("input-row", `${HEADER}a,1,45%\n`), /Write a share from 0 to 1: 0\.45/);
  assert.match(await problemOf("input-row", `${HEADER}a,1,45\n`), /For 45 % write 0\.45/);
});

test("durations that look like milliseconds get a notice; a unit that is told is applied", async () => {
  const csv = `${HEADER}a,300000,0\nb,310000,0\nc,20,0\n`;
  assert.match((await read(csv)).notices.join(), /median duration of the first rows is 300000.*--duration-unit ms/);
  const told = await read(csv, { durationUnit: "ms" });
  assert.deepEqual([told.values[0], told.notices], [300, []]);
  assert.equal((await read(`${HEADER}a,5,0\n`, { durationUnit: "min" })).values[0], 300);
});

test("ids of digits, leading zeros and emoji stay text; one over 256 characters is an error", async () => {
  const ids = ["123456789012345678", "007", "🚀 build", "a".repeat(256)];
  assert.deepEqual((await read(`${HEADER}${ids.map((id) => `${id},1,0\n`).join("")}`)).ids, ids);
  const message = await problemOf("input-row", `${HEADER}${"x".repeat(10_000)},1,0\n`);
  assert.match(message, /10000 characters; at most 256/);
  assert.ok(message.length < 300);
  assert.match(await problemOf("input-row", `${HEADER},1,0\n`), /build_id is empty/);
});

test("hostile text in a message is cut and made visible", async () => {
  const message = await problemOf("input-row", `${HEADER}a,\u001b[31m\u202e${"y".repeat(500)},0\n`);
  assert.match(message, /"⟨U\+001B⟩\[31m⟨U\+202E⟩y+…"/);
  assert.ok(message.length < 320);
});

test("a row of more than a megabyte is a row error and costs no row but itself", async () => {
  const long = `${HEADER}a,1,0\n${"z".repeat(3 << 20)},1,0\nb,2,0\n`;
  assert.match(await problemOf("input-row", long), /row 2 \(line 3\): the row is longer than 1 MB/);
  const found = await read(long, { skipBad: { rejectPath: join(folder, "long.csv") } });
  assert.deepEqual([found.ids, found.skippedCount], [["a", "b"], 1]);
  const ndjson = [1, 2, 3].map(
    (n) => `{"build_id":"${n === 2 ? "z".repeat(3 << 20) : n}","duration":1,"failure_rate":0}`,
  );
  for (const text of [ndjson.join("\n"), `[${ndjson.join(",")}]`]) {
    const read3 = await read(text, { skipBad: { rejectPath: join(folder, "long.csv"), force: true } });
    assert.deepEqual([read3.ids, read3.skippedCount], [["1", "3"], 1]);
  }
});

test("quoted cells may hold separators, quotes and line ends; rows are told by their first line", async () => {
  const found = await read(`${HEADER}"a,b",1,0\n"say ""hi""",2,0\n"two\nlines",3,0\n`);
  assert.deepEqual(found.ids, ["a,b", 'say "hi"', "two\nlines"]);
  assert.match(await problemOf("input-row", `${HEADER}"two\nlines",3,0\nb,x,0\n`), /row 2 \(line 4\)/);
  assert.match(await problemOf("input-row", `${HEADER}a "b" c,1,0\n`), /a quote \("\) stands inside a cell/);
});

test("a file that grows while it is read is refused", async () => {
  const path = await fileWith(`${HEADER}${"a,1,0\n".repeat(50_000)}`);
  const reading = async () => {
    for await (const batch of readMetrics(path)) if (batch.rowNumbers[0] === 1) await appendFile(path, "b,2,0\n");
  };
  await assert.rejects(reading, { code: "input-changed" });
});

test("a further column is a feature by its first value; others are named, and a missing value is NaN", async () => {
  const found = await read("build_id,duration,failure_rate,coverage,branch,notes,\na,1,0,,main,,\nb,2,0,81.5,dev,,\n");
  assert.deepEqual(found.features, ["duration", "failure_rate", "coverage"]);
  assert.deepEqual(found.values, [1, 0, Number.NaN, 2, 0, 81.5]);
  assert.deepEqual(found.ignoredColumns, ["branch", "notes", ""]);
  assert.match(found.notices.join(), /Not used as features: branch \(not numeric\), notes \(no values\), no name\./);
  assert.match(
    await problemOf("input-row", "build_id,duration,failure_rate,coverage\na,1,0,80\nb,1,0,high\n"),
    /row 2 .*coverage "high" is not a number/,
  );
});

test("chosen columns are taken in their order, need no build_id, and keep the rules of known names only", async () => {
  const found = await read("when,size,Duration\nmon,-5,1\ntue,7,2\n", { features: ["duration", "size"] });
  assert.deepEqual(found.ids, ["1", "2"]);
  assert.deepEqual(found.values, [1, -5, 2, 7]);
  assert.deepEqual(found.features, ["duration", "size"]);
  const message = await problemOf("input-columns", "a,b\n1,2\n", { features: ["a", "c"] });
  assert.match(message, /column c is missing\. Expected: a, c\. Found: a, b/);
});

test("truncated JSON, trailing commas and lone values are refused with the place and a hint", async () => {
  const row = '{"build_id":"a","duration":1,"failure_rate":0}';
  assert.match(await problemOf("input-format", `[${row},`), /at byte 49: it ends before the closing bracket/);
  assert.match(await problemOf("input-format", `[${row}`), /it ends before/);
  assert.match(await problemOf("input-format", `[${row},]`), /at byte 49: a comma too many/);
  assert.match(await problemOf("input-format", `[${row}] x`), /what follows after the list/);
  assert.match(
    await problemOf("input-row", `[${row},{"build_id":"b",}]`),
    /row 2: the row is not valid JSON.*comma too many/,
  );
  assert.match(await problemOf("input-row", `[${row}, 5]`), /row 2: 5 is not an object/);
  assert.match(await problemOf("input-format", "null"), /holds only null\..*list of objects/);
  assert.match(await problemOf("input-format", " 12 "), /holds only one number/);
  assert.match(
    await problemOf("input-format", JSON.stringify(JSON.parse(row), null, 2)),
    /single JSON object over several lines.*NDJSON/,
  );
  assert.match(
    await problemOf("input-row", `${row}\n{"build_id":"b","dur`),
    /row 2 \(line 2\): the row is not valid JSON.*cut short/,
  );
});

test("JSON numbers that cannot be kept are refused: NaN, 1e400, ids beyond 2^53, numbers as text", async () => {
  assert.match(await problemOf("input-row", line('"a"', "NaN")), /NaN and Infinity are not JSON/);
  assert.match(await problemOf("input-row", line('"a"', "1e400")), /duration "Infinity" is not a number/);
  assert.match(await problemOf("input-row", line("9007199254740993", "1")), /Quote the id/);
  assert.match(
    await problemOf("input-row", line('"a"', '"300"')),
    /duration is the text "300"\. Write the number without quotes/,
  );
  assert.match(await problemOf("input-row", line('"a"', "null")), /duration is empty/);
  assert.match(await problemOf("input-row", line('"a"', "true")), /duration is true, not a number/);
  assert.match(await problemOf("input-row", line('"\\ud800"', "1")), /half a character/);
  assert.deepEqual((await read(line("123456789", "-0"))).ids, ["123456789"]);
});

test("JSON that nests deep, repeats a field or names __proto__ does no harm", async () => {
  const deep = `{"build_id":"a","duration":1,"failure_rate":0,"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  assert.match(await problemOf("input-row", deep), /nests deeper than 64 levels/);
  assert.match(await problemOf("input-row", `[${deep}]`), /nests deeper than 64 levels/);
  const twice = '{"build_id":"a","duration":1,"duration":2,"failure_rate":0}';
  assert.match(await problemOf("input-row", twice), /a field twice/);
  const found = await read(
    '{"build_id":"a","duration":1,"failure_rate":0,"__proto__":{"polluted":1},"constructor":{"x":"}:,"}}',
  );
  assert.deepEqual(found.features, ["duration", "failure_rate"]);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test("unknown JSON fields are ignored and named, and a missing optional one is NaN", async () => {
  const found = await read(
    '{"build_id":"a","duration":1,"failure_rate":0,"cov":5,"who":"me"}\n{"build_id":"b","duration":1,"failure_rate":0}',
  );
  assert.deepEqual(found.ignoredColumns, ["who"]);
  assert.deepEqual(found.values, [1, 0, 5, 1, 0, Number.NaN]);
});

test("a pipe without a writer is refused at once", async () => {
  const pipe = join(folder, "pipe");
  execFileSync(MAKE_PIPE, [pipe]);
  assert.match(await problemAt("input-not-a-file", pipe), /is a pipe; only regular files.*name "-"/);
});

test("standard input is read as it comes, in any pieces", async () => {
  const csv = Buffer.from(`${HEADER}"ä,""x",1,0\nb,2,0.5\n`);
  const found = await readPath("-", { stdin: Readable.from([...csv].map((byte) => Buffer.from([byte]))) });
  assert.deepEqual(found.ids, ['ä,"x', "b"]);
});

test("the same rows come out of CSV, NDJSON and JSON, whatever the pieces they are read in", async () => {
  const row = fc.record({
    id: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((id) => !id.includes("\0") && id === id.trim() && id !== ""),
    duration: fc.integer({ min: 0, max: 3_024_000 }).map((tenths) => tenths / 10),
    rate: fc.integer({ min: 0, max: 10_000 }).map((share) => share / 10_000),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }),
      async (rows, size) => {
        const objects = rows.map(({ id, duration, rate }) =>
          JSON.stringify({ build_id: id, duration, failure_rate: rate }),
        );
        const csv = HEADER + rows.map(({ id, duration, rate }) => `${csvCell(id)},${duration},${rate}\n`).join("");
        for (const text of [
          csv,
          objects.join("\n"),
          `[${objects.join(", ")}]`,
          `{"data": [${objects.join(",\n")}], "v": 1}`,
        ]) {
          const found = await readPath("-", { stdin: Readable.from(pieces(text, size)) });
          assert.deepEqual(
            found.values,
            rows.flatMap(({ duration, rate }) => [duration, rate]),
          );
          assert.deepEqual(
            found.ids,
            rows.map(({ id }) => id),
          );
        }
      },
    ),
    { seed: 11, numRuns: 30 },
  );
});

function line(id: string, duration: string): string {
  return `{"build_id":${id},"duration":${duration},"failure_rate":0}`;
}

function pieces(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
