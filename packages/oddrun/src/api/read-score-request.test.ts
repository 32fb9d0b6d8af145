import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LIMITS } from "./limits.ts";
import { type ScoreRequestReading, scoreRequestReader } from "./read-score-request.ts";
import { scoreRequestShape } from "./score.ts";

const FEATURES = ["duration", "failure_rate", "coverage"];
const read = scoreRequestReader(FEATURES);

/** A reading of one row, with the other fields of a good row filled in. */
function readRow(row: Record<string, unknown>): ScoreRequestReading {
  return read({ data: [{ duration: 300, failure_rate: 0.05, coverage: 80, ...row }] });
}

function errorsOf(reading: ScoreRequestReading): readonly string[] {
  return reading.kind === "bad-rows"
    ? reading.errors.map(({ pointer, detail }) => `${pointer} ${detail}`)
    : [reading.kind];
}

test("rows become numbers in the order of the model's features, whatever the order in the row", () => {
  const reading = read({
    data: [
      { coverage: 3, build_id: "a", failure_rate: 0.2, duration: 1 },
      { duration: 4, failure_rate: 0.5, coverage: 6 },
    ],
  });
  assert.ok(reading.kind === "rows");
  assert.deepEqual([...reading.values], [1, 0.2, 3, 4, 0.5, 6]);
  assert.equal(reading.ignored, null);
});

test("no row at all is an empty batch", () => {
  assert.deepEqual(read({ data: [] }), { kind: "rows", rowCount: 0, values: new Float64Array(0), ignored: null });
});

test("a body that is no request is told where", () => {
  for (const body of [null, [], "x", 7, true]) {
    const reading = read(body);
    assert.ok(reading.kind === "not-a-request");
    assert.equal(reading.pointer, "");
  }
  for (const body of [{}, { data: {} }, { data: null }, { data: "x" }, Object.create({ data: [] })]) {
    const reading = read(body);
    assert.ok(reading.kind === "not-a-request");
    assert.equal(reading.pointer, "/data");
  }
});

test("no value is coerced into a number", () => {
  for (const value of ["300", true, [300], { a: 1 }, "", null]) {
    assert.match(
      errorsOf(readRow({ duration: value }))[0]!,
      /^\/data\/0\/duration must be a number of seconds from 0 to 3024000/,
    );
    assert.match(
      errorsOf(readRow({ failure_rate: value }))[0]!,
      /^\/data\/0\/failure_rate must be a share from 0 to 1/,
    );
  }
  assert.match(errorsOf(readRow({ coverage: "80" }))[0]!, /^\/data\/0\/coverage must be a finite number, or null/);
});

test("values outside their range are refused, those on its edge are not", () => {
  for (const duration of [-1, 1e308, Number.POSITIVE_INFINITY, Number.NaN, 3_024_001]) {
    assert.match(errorsOf(readRow({ duration }))[0]!, /^\/data\/0\/duration /);
  }
  for (const duration of [0, -0, 5e-324, 3_024_000]) assert.equal(readRow({ duration }).kind, "rows");
  for (const failure_rate of [2, -1, 1.0001]) assert.match(errorsOf(readRow({ failure_rate }))[0]!, /failure_rate/);
  assert.match(errorsOf(readRow({ coverage: Number.POSITIVE_INFINITY }))[0]!, /coverage/);
  assert.equal(readRow({ coverage: -1e308 }).kind, "rows");
});

test("null stands for not known in any feature but the two that every pipeline has", () => {
  const reading = readRow({ coverage: null });
  assert.ok(reading.kind === "rows");
  assert.deepEqual([...reading.values], [300, 0.05, Number.NaN]);
});

test("a feature that is missing is told with the features of the model", () => {
  assert.deepEqual(errorsOf(read({ data: [{ duration: 1, failure_rate: 0 }] })), [
    "/data/0/coverage is missing; the features of this model are duration, failure_rate, coverage",
  ]);
});

test("a feature named like something that every object has is missing all the same", () => {
  const reader = scoreRequestReader(["constructor"]);
  assert.match(errorsOf(reader({ data: [{}] }))[0]!, /\/data\/0\/constructor is missing/);
});

test("build ids may be absent or repeated, and have 1 to 256 characters", () => {
  assert.equal(readRow({ build_id: "é\u0000<b>" }).kind, "rows");
  assert.match(errorsOf(readRow({ build_id: "" }))[0]!, /\/data\/0\/build_id must have 1 to 256 characters, not 0/);
  assert.match(errorsOf(readRow({ build_id: "x".repeat(257) }))[0]!, /not 257/);
  assert.match(errorsOf(readRow({ build_id: 7 }))[0]!, /must be text, not 7/);
});

test("fields that are no feature are counted and passed over, inside the limits", () => {
  const reading = readRow({ branch: "main", nested: { a: [1] } });
  assert.ok(reading.kind === "rows");
  assert.deepEqual(reading.ignored, { count: 2, fields: ["branch", "nested"] });
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, index]));
  assert.match(errorsOf(readRow(many))[0]!, /^\/data\/0 has 10003 fields; at most 200/);
  assert.match(errorsOf(readRow({ note: "x".repeat(1001) }))[0]!, /has 1001 characters/);
  const deep = JSON.parse(`${"[".repeat(14)}${"]".repeat(14)}`) as unknown;
  assert.match(errorsOf(readRow({ deep }))[0]!, /nested more than 16 levels/);
});

test("__proto__ and constructor in a row are fields like any other and change nothing", () => {
  const body = JSON.parse(
    '{"__proto__":{"polluted":1},"data":[{"duration":1,"failure_rate":0,"coverage":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}',
  );
  const reading = read(body);
  assert.ok(reading.kind === "rows");
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("one bad row refuses the batch; twenty mistakes are told and all are counted", () => {
  const data = Array.from({ length: 1000 }, () => ({ duration: -1, failure_rate: 0, coverage: 1 }));
  const reading = read({ data });
  assert.ok(reading.kind === "bad-rows");
  assert.equal(reading.errors.length, 20);
  assert.equal(reading.errorCount, 1000);
});

test("more rows than allowed are refused before they are looked at", () => {
  assert.deepEqual(read({ data: Array.from({ length: LIMITS.rows + 1 }, () => null) }), {
    kind: "too-many-rows",
    rowCount: LIMITS.rows + 1,
  });
});

test("what the sender wrote is repeated cut and with nothing invisible in it", () => {
  const [error] = errorsOf(readRow({ duration: `\u202E\u0007${"x".repeat(500)}` }));
  assert.ok(error!.length < 250);
  assert.match(error!, /⟨U\+202E⟩⟨U\+0007⟩xxx/);
});

test("the hand-written reader and the published shape take and refuse the same bodies", () => {
  const shape = scoreRequestShape(FEATURES);
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      300,
      0,
      -0,
      -1,
      0.5,
      1,
      3_024_000,
      3_024_001,
      1e308,
      Infinity,
      NaN,
      5e-324,
      null,
      true,
      "300",
      "",
      [300],
      {},
    ),
    fc.double(),
    fc.string(),
  );
  const good = fc.record({
    duration: fc.double({ min: 0, max: 3_024_000, noNaN: true }),
    failure_rate: fc.double({ min: 0, max: 1, noNaN: true }),
    coverage: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  });
  const odd = fc.dictionary(
    fc.constantFrom("duration", "failure_rate", "coverage", "build_id", "note", "constructor"),
    fc.oneof(value, fc.constantFrom<unknown>("x".repeat(256), "x".repeat(257), "x".repeat(1001))),
  );
  const row = fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 6, arbitrary: fc.tuple(good, odd).map(([a, b]) => ({ ...a, ...b })) },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: value },
  );
  const body = fc.oneof(
    { weight: 8, arbitrary: fc.array(row, { maxLength: 3 }).map((data) => ({ data })) },
    { weight: 1, arbitrary: value },
    { weight: 1, arbitrary: fc.record({ data: value }) },
  );
  let taken = 0;
  fc.assert(
    fc.property(body, (sent) => {
      const isTaken = read(sent).kind === "rows";
      if (isTaken) taken++;
      assert.equal(isTaken, shape.safeParse(sent).success);
    }),
    { seed: 7, numRuns: 2000 },
  );
  assert.ok(taken > 300 && taken < 1900, `${taken} of 2000 were taken`);
});
