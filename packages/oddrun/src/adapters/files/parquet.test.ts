import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { Problem } from "../../operations/problems.ts";
import { dataPage, dictionaryPage, handMade, INT32, thrift, varint, withFooter } from "./parquet-files.contract.ts";
import { floods } from "./parquet-floods.contract.ts";
import { openSource } from "./open-source.ts";
import { parquetRows } from "./parquet-rows.ts";
import { readMetrics } from "./read-metrics.ts";
import { readMetricsTable } from "./metrics-table.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-parquet-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
function fileOf(bytes: Buffer | ArrayBuffer, name = `${files++}.parquet`): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(bytes as ArrayBuffer));
  return path;
}

async function cellsOf(bytes: Buffer | ArrayBuffer) {
  const source = await openSource(fileOf(bytes));
  try {
    const { header, columnTypes, blocks } = await parquetRows(source);
    const rows: unknown[] = [];
    for await (const block of blocks) for (const row of block) rows.push(row.fault ?? row.cells);
    return { header, kinds: columnTypes?.map(({ kind }) => kind), rows };
  } finally {
    await source.close();
  }
}

async function refusal(bytes: Buffer | ArrayBuffer): Promise<string> {
  let message = "";
  await assert.rejects(cellsOf(bytes), (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.exitCode, 3);
    message = error.message;
    return true;
  });
  return message;
}

const METRICS = {
  columnData: [
    { name: "build_id", data: ["a", "=b", "c"], type: "STRING" as const },
    { name: "duration", data: [300, 301.5, 299], type: "DOUBLE" as const },
    { name: "failure_rate", data: [0, 0.25, 1], type: "DOUBLE" as const },
    { name: "memory", data: [1, null, 3], type: "INT32" as const },
    { name: "note", data: ["x", "y", null], type: "STRING" as const },
  ],
};

test("metrics are read by the magic bytes, whatever the name, with ids as they are and missing values", async () => {
  const path = fileOf(parquetWriteBuffer(METRICS), "metrics.csv");
  const table = await readMetricsTable(path);
  assert.deepEqual(table.ids, ["a", "=b", "c"]);
  assert.deepEqual(table.features, ["duration", "failure_rate", "memory"]);
  assert.deepEqual([...table.values], [300, 0, 1, 301.5, 0.25, Number.NaN, 299, 1, 3]);
  assert.match(table.summary.notices.join(), /note \(not numeric\)/);
});

/** What DuckDB, pandas and Spark write: each kind of column, with its schema element. */
const KINDS: readonly (readonly [Omit<SchemaElement, "name">, unknown, unknown])[] = [
  [{ type: "INT64" }, 2n ** 53n - 1n, 9_007_199_254_740_991],
  [{ type: "INT64" }, 2n ** 53n + 1n, "9007199254740993"],
  [{ type: "INT64" }, -(2n ** 63n), "-9223372036854775808"],
  [{ type: "INT64", converted_type: "UINT_64" }, 2n ** 64n - 1n, "18446744073709551615"],
  [{ type: "INT32", converted_type: "UINT_32" }, 4_294_967_295, 4_294_967_295],
  [{ type: "INT32" }, -7, -7],
  [{ type: "DOUBLE" }, 0.1, 0.1],
  [{ type: "FLOAT" }, 0.5, 0.5],
  [{ type: "BOOLEAN" }, true, "true"],
  [{ type: "BYTE_ARRAY", converted_type: "UTF8" }, "=ü\u0000", "=ü\u0000"],
  [{ type: "INT32", converted_type: "DATE" }, new Date("2026-03-02T00:00:00Z"), "2026-03-02T00:00:00"],
  [{ type: "INT32", converted_type: "DECIMAL", scale: 2, precision: 9 }, 57.29, 57.29],
  [{ type: "FIXED_LEN_BYTE_ARRAY", type_length: 9, converted_type: "DECIMAL", scale: 2, precision: 20 }, -0.57, -0.57],
  [
    { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
    new Date("2026-03-02T10:00:00.007Z"),
    "2026-03-02T10:00:00.007Z",
  ],
  [
    { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
    1_772_445_600_000_001n,
    "2026-03-02T10:00:00.000001",
  ],
  [
    { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" } },
    -1n,
    "1969-12-31T23:59:59.999999999Z",
  ],
];

test("each kind of value keeps every digit: large whole numbers and instants are text", async () => {
  for (const [element, value, cell] of KINDS) {
    for (const repetition_type of ["REQUIRED", "OPTIONAL"] as const) {
      const bytes = parquetWriteBuffer({
        columnData: [
          { name: "x", data: repetition_type === "OPTIONAL" ? [value, null, value] : [value, value, value] },
        ],
        schema: [
          { name: "root", num_children: 1 },
          { name: "x", repetition_type, ...element },
        ],
      });
      const expected = [[cell], [repetition_type === "OPTIONAL" ? null : cell], [cell]];
      assert.deepEqual((await cellsOf(bytes)).rows, expected, JSON.stringify(element));
    }
  }
});

test("INT96 and unmarked text of older writers are read; the first has no zone", async () => {
  const nanos = Buffer.alloc(12);
  nanos.writeBigInt64LE(3_600_000_000_001n);
  nanos.writeInt32LE(2_440_588 + 1, 8);
  const int96 = handMade({
    element: [
      [1, "int", 3],
      [3, "int", 0],
      [4, "text", "at"],
    ],
    pages: [dataPage(1, nanos)],
  });
  assert.deepEqual((await cellsOf(int96)).rows, [["1970-01-02T01:00:00.000000001"]]);
  const text = (bytes: readonly number[]) =>
    handMade({
      element: [
        [1, "int", 6],
        [3, "int", 0],
        [4, "text", "name"],
      ],
      pages: [dataPage(1, Buffer.from([bytes.length, 0, 0, 0, ...bytes]))],
    });
  assert.deepEqual((await cellsOf(text([0x6f, 0x6b]))).rows, [["ok"]]);
  assert.deepEqual((await cellsOf(text([0xff, 0x00]))).rows, [["ff00"]]);
});

test("any values in any encoding, codec, page and row group size come back", async () => {
  const encodings = {
    INT32: ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    INT64: ["DELTA_BINARY_PACKED"],
    DOUBLE: ["BYTE_STREAM_SPLIT"],
    STRING: ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    BOOLEAN: ["RLE"],
  } as const;
  const values = {
    INT32: fc.integer(),
    INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    DOUBLE: fc.double({ noNaN: true }),
    STRING: fc.string({ unit: "grapheme" }),
    BOOLEAN: fc.boolean(),
  };
  const column = fc.constantFrom("INT32", "INT64", "DOUBLE", "STRING", "BOOLEAN").chain((type) =>
    fc.record({
      type: fc.constant(type),
      encoding: fc.constantFrom(undefined, "PLAIN", ...encodings[type]),
      data: fc.array(fc.option<unknown>(values[type] as fc.Arbitrary<unknown>, { freq: 4 }), {
        minLength: 1,
        maxLength: 300,
      }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      column,
      fc.constantFrom("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI"),
      fc.integer({ min: 8, max: 2000 }),
      fc.integer({ min: 1, max: 400 }),
      async ({ type, encoding, data }, codec, pageSize, rowGroupSize) => {
        const bytes = parquetWriteBuffer({
          columnData: [{ name: "x", data, type, ...(encoding === undefined ? {} : { encoding }) }],
          codec,
          compressors: { GZIP: (input) => gzipSync(input), BROTLI: (input) => brotliCompressSync(input) },
          pageSize,
          rowGroupSize,
        });
        const expected = data.map((value) => [
          typeof value === "boolean"
            ? String(value)
            : typeof value !== "bigint"
              ? value
              : Number.isSafeInteger(Number(value))
                ? Number(value)
                : String(value),
        ]);
        assert.deepEqual((await cellsOf(bytes)).rows, expected);
      },
    ),
    { numRuns: 150, seed: 20 },
  );
});

const run = (count: number) => Buffer.concat([varint(count * 2), Buffer.from([0])]);

/** Files that say more than they hold, or hold more than anybody can: each with a word of its refusal. */
function hostileFiles(): readonly (readonly [Buffer, RegExp])[] {
  const whole = Buffer.from(parquetWriteBuffer(METRICS));
  const deepList = Buffer.concat([Buffer.from([0x29, 0xf9]), Buffer.from(Array.from({ length: 4000 }, () => 0xf9))]);
  const dictionary = dictionaryPage(1, Buffer.alloc(4));
  const text = {
    element: [
      [1, "int", 6],
      [3, "int", 0],
      [4, "text", "duration"],
    ],
  } as const;
  return [
    ...floods().map(([, bytes, words]) => [bytes, words] as const),
    [Buffer.from("PAR1"), /cut short/],
    [Buffer.from("PAR1 and some text that is no Parquet at all"), /cut short/],
    [whole.subarray(0, whole.length - 9), /cut short/],
    [Buffer.concat([whole.subarray(0, 40), whole.subarray(-8)]), /longer than the file/],
    [withFooter(Buffer.alloc(0), Buffer.alloc(8), 0xffffffff), /footer of 4294967295 bytes is longer than the file/],
    [withFooter(Buffer.alloc(0), Buffer.alloc(33_554_433)), /at most 33554432 are read/],
    [withFooter(Buffer.alloc(0), Buffer.from([0])), /is damaged/],
    [withFooter(Buffer.alloc(0), deepList), /too long/],
    [withFooter(Buffer.alloc(0), Buffer.from([0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07])), /more than 1000000 values/],
    [withFooter(Buffer.alloc(0), Buffer.alloc(4000, 0x1c)), /nests too deep/],
    [withFooter(Buffer.alloc(0), Buffer.alloc(2_000_000, 0x16)), /ends too early|more than 1000000 values/],
    [withFooter(Buffer.alloc(0), Buffer.concat([Buffer.from([0x16]), Buffer.alloc(1_000_000, 0xff)])), /too long/],
    [handMade({ rowCount: 1e15 }), /where at most|ends after 1 of 1000000000000000 rows/],
    [handMade({ rowCount: 5, groupRowCount: 1 }), /says to have 5 rows, and its row groups have 1/],
    [handMade({ rowCount: -1 }), /-1 rows/],
    [handMade({ chunkStart: 1_000_000 }), /lies outside of the file/],
    [handMade({ chunkFields: [[1, "text", "/etc/passwd"]] }), /lies in another file/],
    [handMade({ pages: [dataPage(0x7fffffff, Buffer.alloc(4))] }), /at most 1 can be/],
    [handMade({ pages: [dataPage(1, Buffer.alloc(2))] }), /is damaged/],
    [handMade({ pages: [dataPage(1, Buffer.alloc(4), 0, 0x7fffffff)] }), /2147483647 bytes; at most/],
    [handMade({ codec: 2, pages: [dataPage(1, gzipSync(Buffer.alloc(50_000_000)), 0, 4)] }), /cannot be read/],
    [handMade({ codec: 1, pages: [dataPage(1, Buffer.from([0xff, 0xff, 0xff, 0x1f, 0]), 0, 4)] }), /cannot be read/],
    [handMade({ codec: 6, pages: [dataPage(1, Buffer.alloc(20, 1), 0, 4)] }), /cannot be read/],
    [handMade({ codec: 7, pages: [dataPage(1, Buffer.alloc(20, 0xff), 0, 4)] }), /cannot be read/],
    [handMade({ codec: 3 }), /packed with LZO; read are none, Snappy, gzip, Brotli, LZ4, Zstandard/],
    [handMade({ codec: 99 }), /packed with an unknown codec/],
    [handMade({ pages: [dataPage(1, Buffer.alloc(4), 77)] }), /unknown encoding/],
    [handMade({ pages: [dataPage(1, Buffer.from([1, 2, 5]), 8)] }), /dictionary, than it needs/],
    [handMade({ pages: [dictionary, dataPage(1, Buffer.from([3, 2, 5]), 8)] }), /dictionary, than it needs/],
    [
      handMade({ pages: [dictionary, dataPage(1, Buffer.concat([Buffer.from([33]), run(1)]), 8)] }),
      /more than 24 bits/,
    ],
    [handMade({ pages: [dictionaryPage(0x7fffffff, Buffer.alloc(4))] }), /2147483647 values/],
    [handMade({ pages: [dictionaryPage(4_000_000, Buffer.alloc(4))] }), /is damaged/],
    [handMade({ ...text, pages: [dictionaryPage(4_000_000, Buffer.alloc(4))] }), /at most 1048576/],
    [
      handMade({
        element: [
          [1, "int", 42],
          [4, "text", "x"],
        ],
      }),
      /unknown type/,
    ],
    [
      handMade({
        element: [
          [4, "text", "x"],
          [5, "int", 2 ** 30],
        ],
      }),
      /is damaged/,
    ],
    [Buffer.concat([Buffer.from("PARE"), Buffer.alloc(20), Buffer.from("PARE")]), /encrypted/],
    [handMade({ fileFields: [[8, "struct", []]] }), /encrypted/],
    [handMade({ chunkFields: [[8, "struct", []]] }), /encrypted/],
    [
      handMade({
        pages: [
          [
            [
              [1, "int", 9],
              [2, "int", 0],
              [3, "int", 0],
            ],
            Buffer.alloc(0),
          ],
        ],
      }),
      /does not say what it holds/,
    ],
    [
      handMade({
        pages: [
          [
            [
              [1, "int", 0],
              [2, "int", 4],
              [3, "int", 4],
            ],
            Buffer.alloc(4),
          ],
        ],
      }),
      /does not say what it holds/,
    ],
    [
      handMade({
        pages: [
          [
            [
              [1, "int", 0],
              [2, "int", 4],
              [3, "int", 999_999],
            ],
            Buffer.alloc(4),
          ],
        ],
      }),
      /longer than its column/,
    ],
  ];
}

test("a damaged or hostile file is refused in one sentence, and for its own reason", async () => {
  for (const [bytes, words] of hostileFiles()) {
    const message = await refusal(bytes);
    assert.match(message, words);
    assert.match(message, /^.*\.parquet cannot be understood: /);
    assert.ok(!message.includes("\n") && message.length < 500, message);
  }
});

test("refusing them all takes no more memory than a small program has", () => {
  const paths = hostileFiles().map(([bytes]) => fileOf(bytes));
  const program = `
    import { readMetrics } from ${JSON.stringify(new URL("./read-metrics.ts", import.meta.url).href)};
    let refused = 0;
    for (const path of process.argv.slice(1)) {
      try { for await (const _ of readMetrics(path, { features: ["duration"] })); } catch { refused++; }
    }
    console.log(JSON.stringify({ refused, maxMb: process.resourceUsage().maxRSS / 1024 }));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", program, ...paths], { encoding: "utf8" });
  const { refused, maxMb } = JSON.parse(out) as { refused: number; maxMb: number };
  assert.equal(refused, paths.length);
  assert.ok(maxMb < 200, `${maxMb} MB`);
});

test("any byte of a file may be wrong: it is refused or read, and nothing else happens", async () => {
  const whole = Buffer.from(parquetWriteBuffer({ ...METRICS, codec: "UNCOMPRESSED" }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        bytes.write("PAR1");
        await cellsOf(bytes).catch((error: unknown) => assert.ok(error instanceof Problem, String(error)));
      },
    ),
    { numRuns: 1000, seed: 21 },
  );
});

test("zero rows are a table without rows", async () => {
  const columnData = METRICS.columnData.map((column) => ({ ...column, data: [] }));
  const path = fileOf(parquetWriteBuffer({ columnData }));
  await assert.rejects(
    readMetricsTable(path),
    (error) => error instanceof Problem && error.exitCode === 3 && error.message.startsWith("0 rows"),
  );
  for await (const batch of readMetrics(path)) assert.fail(`${batch.rowCount} rows`);
  // an empty frame of pandas has a row group of no rows whose column lies nowhere
  const { rows } = await cellsOf(handMade({ rowCount: 0, pages: [], chunkStart: 0 }));
  assert.deepEqual(rows, []);
});

test("columns that are not read are left alone, and named with those that are when they are needed", async () => {
  const list = [
    [
      [4, "text", "schema"],
      [5, "int", 2],
    ],
    [
      [3, "int", 1],
      [4, "text", "duration"],
      [5, "int", 1],
    ],
    [
      [3, "int", 2],
      [4, "text", "list"],
      [5, "int", 1],
    ],
    [
      [1, "int", 1],
      [3, "int", 1],
      [4, "text", "element"],
    ],
    INT32.map((field) => (field[0] === 4 ? ([4, "text", "x"] as const) : field)),
  ] as const;
  const body = Buffer.from([9, 0, 0, 0]);
  const page = thrift(dataPage(1, body)[0]);
  const chunk = (path: readonly string[]) =>
    [
      [
        3,
        "struct",
        [
          [3, "texts", path],
          [4, "int", 0],
          [5, "long", 1],
          [7, "long", page.length + 4],
          [9, "long", 4],
        ],
      ],
    ] as const;
  const footer = thrift([
    [2, "structs", list],
    [3, "long", 1],
    [
      4,
      "structs",
      [
        [
          [1, "structs", [chunk(["duration", "list", "element"]), chunk(["x"])]],
          [3, "long", 1],
        ],
      ],
    ],
  ]);
  const bytes = withFooter(Buffer.concat([page, body]), footer);
  assert.deepEqual(await cellsOf(bytes), {
    header: ["duration", "x"],
    kinds: ["unreadable", "number"],
    rows: [[null, 9]],
  });
  const table = await readMetricsTable(fileOf(bytes), { features: ["x"] });
  assert.deepEqual([...table.values], [9]);
  await assert.rejects(
    readMetricsTable(fileOf(bytes), { features: ["duration"] }),
    /the column "duration" holds nested values, which are not read\. Read are flat columns of text, whole numbers/,
  );
});

test("a bad value is a fault of its row, with its place, and goes to the reject file on request", async () => {
  const columnData = METRICS.columnData.map((column) =>
    column.name === "duration" ? { ...column, data: [300, -1, Number.NaN] } : column,
  );
  const path = fileOf(parquetWriteBuffer({ columnData }));
  await assert.rejects(readMetricsTable(path), /\.parquet, row 2: duration "-1" is below 0/);
  const rejectPath = join(folder, "rejects.csv");
  const table = await readMetricsTable(path, { skipBad: { rejectPath } });
  assert.deepEqual(table.ids, ["a"]);
  const twice = METRICS.columnData.map((column) => (column.name === "note" ? { ...column, name: "build_id" } : column));
  await assert.rejects(
    readMetricsTable(fileOf(parquetWriteBuffer({ columnData: twice }))),
    /"build_id" is there twice/,
  );
});
