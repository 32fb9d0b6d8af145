import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointScorer, ScoreReply } from "./endpoint-platform.ts";
import { scoreThroughEndpoint } from "./endpoint-score.ts";
import type { MetricsBatch } from "../ports.ts";
import { Problem } from "../problems.ts";

interface SentRecord {
  readonly build_id?: string;
  readonly duration: number;
  readonly coverage: number | null;
}

/** The score tells which record it is of. */
const scoreOf = ({ duration }: SentRecord): number => (duration % 1000) / 1000;

function answerTo(records: readonly SentRecord[]): ScoreReply {
  const scores = records.map(scoreOf);
  const predictions = scores.map((score) => score > 0.9);
  const reasons = predictions.map((isOdd) => (isOdd ? "far out" : null));
  return { status: 200, modelStatus: null, body: { predictions, scores, reasons, model: { sha256: "m1" } } };
}

function scorerOf(reply: (records: readonly SentRecord[], count: number) => ScoreReply | Promise<ScoreReply>) {
  const sent: (readonly SentRecord[])[] = [];
  const seen = { inFlight: 0, most: 0 };
  const scorer: EndpointScorer = {
    place: 'Endpoint "ep"',
    auth: "aad",
    async score(body) {
      const { data } = body as { readonly data: readonly SentRecord[] };
      sent.push(data);
      seen.inFlight += 1;
      seen.most = Math.max(seen.most, seen.inFlight);
      try {
        return await reply(data, sent.length);
      } finally {
        seen.inFlight -= 1;
      }
    },
  };
  return { scorer, sent, seen };
}

async function* batches(
  rowCount: number,
  batchRows: number,
  idOf = (row: number) => `b${row}`,
): AsyncGenerator<MetricsBatch> {
  for (let first = 0; first < rowCount; first += batchRows) {
    const rows = Array.from({ length: Math.min(batchRows, rowCount - first) }, (_, index) => first + index);
    yield {
      features: ["duration", "coverage"],
      ids: rows.map(idOf),
      values: Float64Array.from(rows.flatMap((row) => [row, row % 2 === 0 ? Number.NaN : 80])),
      rowCount: rows.length,
    };
  }
}

async function scoreAll(
  scorer: EndpointScorer,
  records: AsyncIterable<MetricsBatch>,
  passOver: ((id: string, what: string) => Promise<void>) | null = null,
) {
  const rows: { id: string; score: number; reason: string | null }[] = [];
  for await (const batch of scoreThroughEndpoint(scorer, records, {
    deployment: null,
    passOver,
    answeredBy: () => {},
  })) {
    for (const [row, id] of batch.ids.entries())
      rows.push({ id, score: batch.scores[row]!, reason: batch.isAnomaly(row) ? batch.reason(row) : null });
  }
  return rows;
}

test("each record is scored once and comes out in the order given, although later requests answer first", async () => {
  const waiting: (() => void)[] = [];
  const { scorer, sent, seen } = scorerOf(async (records, count) => {
    // the first of each four answers when the fourth has come
    if (count % 4 === 1 && count < 8) await new Promise<void>((resolve) => waiting.push(resolve));
    if (count % 4 === 0) waiting.shift()?.();
    return answerTo(records);
  });
  const rows = await scoreAll(scorer, batches(20_000, 2_500));
  assert.equal(rows.length, 20_000);
  for (const [row, { id, score }] of rows.entries()) {
    assert.equal(id, `b${row}`);
    assert.equal(score, (row % 1000) / 1000);
  }
  assert.equal(rows[950]!.reason, "far out");
  assert.equal(sent.flat().length, 20_000);
  assert.ok(seen.most > 1 && seen.most <= 4, String(seen.most));
});

test("a request holds less than 1 MiB and at most 2000 records, and a value that is not known is null", async () => {
  const long = "é".repeat(256);
  const { scorer, sent } = scorerOf(answerTo);
  const rows = await scoreAll(
    scorer,
    batches(5_000, 5_000, () => long),
  );
  assert.equal(rows.length, 5_000);
  for (const request of sent) {
    assert.ok(request.length <= 2_000);
    assert.ok(Buffer.byteLength(JSON.stringify({ data: request })) < 1_048_576);
  }
  assert.ok(sent.length > 3, String(sent.length));
  assert.deepEqual(sent[0]!.slice(0, 2), [
    { build_id: long, duration: 0, coverage: null },
    { build_id: long, duration: 1, coverage: 80 },
  ]);
});

test("a record that the model refuses ends it, named by its build; one that can't be told apart is named by its request", async () => {
  const body = {
    code: "invalid-record",
    detail: "1 mistake",
    errors: [{ pointer: "/data/3/coverage", detail: "must be a number" }],
  };
  const { scorer } = scorerOf((records, count) =>
    count === 2 ? { status: 424, modelStatus: 422, body } : answerTo(records),
  );
  await assert.rejects(scoreAll(scorer, batches(6_000, 3_000)), (error: Problem) => {
    assert.deepEqual([error.code, error.exitCode], ["endpoint-records-refused", 3]);
    assert.match(error.message, /Endpoint "ep" refuses record "b2003": coverage must be a number\./);
    return true;
  });
  const silent = scorerOf(() => ({ status: 424, modelStatus: 400, body: "" }));
  await assert.rejects(scoreAll(silent.scorer, batches(10, 10)), /one of the records 1 to 10: status 400/);
});

test("with records passed over each refused one is kept with its reason and all others are scored once", async () => {
  const isBad = ({ duration }: SentRecord) => duration % 7 === 3;
  const { scorer } = scorerOf((records) => {
    const errors = records.flatMap((record, row) =>
      isBad(record) ? [{ pointer: `/data/${row}/coverage`, detail: "must be known" }] : [],
    );
    // as the server: the first 20 of the mistakes
    return errors.length === 0
      ? answerTo(records)
      : { status: 424, modelStatus: 422, body: { code: "invalid-record", detail: "no", errors: errors.slice(0, 20) } };
  });
  const passed: string[] = [];
  let keptAtOnce = 0;
  const rows = await scoreAll(scorer, batches(300, 100), async (id, what) => {
    keptAtOnce += 1;
    assert.equal(keptAtOnce, 1, "a file takes one record at a time");
    await new Promise(setImmediate);
    keptAtOnce -= 1;
    passed.push(`${id}: ${what}`);
  });
  assert.deepEqual(
    rows.map(({ id }) => id),
    Array.from({ length: 300 }, (_, row) => row)
      .filter((row) => row % 7 !== 3)
      .map((row) => `b${row}`),
  );
  const refused = Array.from({ length: 43 }, (_, index) => `b${3 + 7 * index}: coverage must be known`);
  assert.deepEqual(passed, refused);
});

test("each refusal of the front end is told with its way out", async () => {
  const cases = [
    [
      { status: 401, modelStatus: null, body: "" },
      "endpoint-refused",
      /401.*ODDRUN_ENDPOINT_KEY.*onlineEndpoints\/score\/action/,
    ],
    [{ status: 403, modelStatus: null, body: "" }, "endpoint-refused", /onlineEndpoints\/score\/action/],
    [{ status: 404, modelStatus: null, body: "" }, "endpoint-idle", /no deployment with traffic/],
    [{ status: 424, modelStatus: 500, body: "boom" }, "endpoint-model-failed", /failed \(500, boom\).*--logs/],
    [{ status: 200, modelStatus: null, body: {} }, "endpoint-answer-unusable", /no list "predictions"/],
  ] as const;
  for (const [reply, code, message] of cases) {
    await assert.rejects(scoreAll(scorerOf(() => reply).scorer, batches(3, 3)), (error: Problem) => {
      assert.ok(error instanceof Problem && error.code === code, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

test("after a failure nothing more is sent, and no failure of another request in flight is left unheard", async () => {
  const { scorer, sent } = scorerOf(() => ({ status: 404, modelStatus: null, body: "" }));
  await assert.rejects(scoreAll(scorer, batches(100_000, 1_000)), /no deployment with traffic/);
  assert.ok(sent.length <= 4, String(sent.length));
});
