import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { LIMITS, scoreResponseShape } from "../api/index.ts";
import {
  ask,
  fixedModel,
  GOOD_BODY,
  postScore,
  type ServerUnderTest,
  serverUnderTest,
  simpleModel,
} from "./server-under-test.contract.ts";

let server: ServerUnderTest;
before(async () => {
  server = await serverUnderTest();
});
after(() => server.stop());

test("rows get their predictions, scores and reasons in the order given, with the model that gave them", async () => {
  const { status, json, headers } = await postScore(server.url, GOOD_BODY);
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  assert.deepEqual(json, {
    predictions: [false, true],
    scores: [0.3, 0.9],
    reasons: [null, "duration 900 s by metrics-1"],
    threshold: 0.6,
    model: { version: "metrics-1", sha256: simpleModel().sha256 },
  });
  assert.ok(scoreResponseShape.safeParse(json).success);
});

test("an empty batch gets an empty answer", async () => {
  const { status, json } = await postScore(server.url, '{"data":[]}');
  assert.equal(status, 200);
  assert.deepEqual([json.predictions, json.scores, json.reasons], [[], [], []]);
});

test("ten thousand rows keep their order, and health answers in between", async () => {
  const model = simpleModel();
  const slow = await serverUnderTest({
    models: fixedModel({
      ...model,
      scores: (samples) => {
        const end = performance.now() + 10;
        while (performance.now() < end);
        return model.scores(samples);
      },
    }),
  });
  try {
    const data = Array.from({ length: LIMITS.rows }, (_, index) => ({ duration: index / 10, failure_rate: 0 }));
    let isDone = false;
    const scored = postScore(slow.url, JSON.stringify({ data })).finally(() => {
      isDone = true;
    });
    let answeredMeanwhile = 0;
    for (;;) {
      assert.equal((await ask(`${slow.url}/health/ready`)).status, 200);
      if (isDone) break;
      answeredMeanwhile++;
    }
    const { status, json } = await scored;
    assert.equal(status, 200);
    assert.deepEqual(
      json.scores,
      data.map((row) => row.duration / 1000),
    );
    assert.ok(answeredMeanwhile >= 3, `health answered ${answeredMeanwhile} times`);
  } finally {
    await slow.stop();
  }
});

test("mistakes in rows are 422 with a pointer to each, and name the features", async () => {
  const { status, json, headers } = await postScore(
    server.url,
    '{"data":[{"duration":"300","failure_rate":0},{"failure_rate":2}]}',
  );
  assert.equal(status, 422);
  assert.match(headers.get("content-type")!, /^application\/problem\+json/);
  assert.equal(json.code, "invalid-record");
  assert.deepEqual(
    json.errors.map((each: { pointer: string }) => each.pointer),
    ["/data/0/duration", "/data/1/duration", "/data/1/failure_rate"],
  );
  assert.equal(json.pointer, "/data/0/duration");
  assert.equal(json.errorCount, 3);
  assert.match(json.detail, /duration, failure_rate/);
  assert.match(json.requestId, /^[\w-]{8,}-\w+$/);
});

test("1e400 is refused where it stands, a denormal number is taken", async () => {
  const huge = await postScore(server.url, '{"data":[{"duration":1e400,"failure_rate":0}]}');
  assert.equal(huge.status, 422);
  assert.equal(huge.json.pointer, "/data/0/duration");
  assert.equal((await postScore(server.url, '{"data":[{"duration":5e-324,"failure_rate":0}]}')).status, 200);
});

test("a body that is not the request is 400 with a pointer", async () => {
  for (const body of [
    "",
    "null",
    "[]",
    '"x"',
    "{",
    "{'a':1}",
    '{"data":[],}',
    "NaN",
    '{"data":[NaN]}',
    "\uFEFF{}x",
    "7",
  ]) {
    const { status, json } = await postScore(server.url, body);
    assert.deepEqual([status, json.code, json.pointer], [400, "body-not-json", ""], body);
  }
  for (const body of ["{}", '{"data":{}}', '{"data":null}', '{"__proto__":{"data":[]}}']) {
    const { status, json } = await postScore(server.url, body);
    assert.deepEqual([status, json.code, json.pointer], [400, "body-not-json", "/data"], body);
  }
});

test("bytes that are not UTF-8 are refused", async () => {
  const body = new Uint8Array([
    ...new TextEncoder().encode('{"data":[{"build_id":"'),
    0xc3,
    0x28,
    ...new TextEncoder().encode('"}]}'),
  ]);
  assert.equal((await postScore(server.url, body)).json.detail, "The body is not valid UTF-8.");
});

test("only plain JSON in UTF-8 is taken, however the type is spelt", async () => {
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
  ]) {
    assert.equal((await postScore(server.url, GOOD_BODY, { "content-type": type })).status, 200, type);
  }
  const refused = [
    "text/plain",
    "application/json\t; a=b",
    "application/json; charset=utf-16",
    "application/jsonx",
    "application/json,text/plain",
    "application/json; charset=utf-8; charset=utf-16",
    "text/plain; application/json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "x",
    "application/vnd.api+json",
    "application/json;",
  ];
  for (const type of refused) {
    const { status, json } = await postScore(server.url, GOOD_BODY, { "content-type": type });
    assert.deepEqual([status, json.code], [415, "media-type-not-taken"], type);
  }
  const untyped = await ask(`${server.url}/score`, { method: "POST", body: new TextEncoder().encode(GOOD_BODY) });
  assert.equal(untyped.status, 415);
});

test("a compressed body is refused unread", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  for (const encoding of ["gzip", "br", "deflate", "GZIP", "identity, gzip"]) {
    assert.equal(
      (await postScore(server.url, new Uint8Array(bomb), { "content-encoding": encoding })).status,
      415,
      encoding,
    );
  }
});

test("a megabyte is taken, a byte more is not", async () => {
  const body = GOOD_BODY.padEnd(LIMITS.bodyBytes, " ");
  assert.equal((await postScore(server.url, body)).status, 200);
  const { status, json } = await postScore(server.url, `${body} `);
  assert.deepEqual([status, json.code], [413, "body-too-large"]);
});

test("too many rows and too many fields are told with their limits", async () => {
  const many = await postScore(server.url, JSON.stringify({ data: Array.from({ length: LIMITS.rows + 1 }, () => 0) }));
  assert.deepEqual([many.status, many.json.code], [413, "too-many-rows"]);
  assert.match(many.json.detail, /10001 rows; one request may have 10000/);
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1]));
  const fields = await postScore(server.url, JSON.stringify({ data: [{ duration: 1, failure_rate: 0, ...wide }] }));
  assert.deepEqual([fields.status, fields.json.pointer], [422, "/data/0"]);
});

test("deep nesting is refused without being built, in ignored fields as well", async () => {
  for (const depth of [20, 2000, 100_000]) {
    const bomb = "[".repeat(depth) + "]".repeat(depth);
    const { status } = await postScore(server.url, `{"data":[{"duration":1,"failure_rate":0,"note":${bomb}}]}`);
    assert.equal(status, depth * 2 > 16_000 ? 400 : 422, `${depth}`);
    assert.equal((await postScore(server.url, bomb)).status, 400);
  }
});

test("__proto__ and constructor.prototype change no object", async () => {
  await postScore(
    server.url,
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"data":[{"__proto__":{"duration":1,"polluted":1},"failure_rate":0}]}',
  );
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  const inherited = await postScore(server.url, '{"data":[{"__proto__":{"duration":1},"failure_rate":0}]}');
  assert.deepEqual([inherited.status, inherited.json.pointer], [422, "/data/0/duration"]);
});

test("without a model the answer is 503 with a time to come again, and the same for ready", async () => {
  const empty = await serverUnderTest({ models: fixedModel(null) });
  try {
    const { status, json, headers } = await postScore(empty.url, GOOD_BODY);
    assert.deepEqual([status, json.code, headers.get("retry-after")], [503, "model-unavailable", "5"]);
    const ready = await ask(`${empty.url}/health/ready`);
    assert.deepEqual([ready.status, ready.json], [503, { status: "no-model" }]);
    assert.equal((await ask(`${empty.url}/health/live`)).status, 200);
  } finally {
    await empty.stop();
  }
});

test("a mistake of ours is 500 without its stack, which the log has with the same request id", async () => {
  const broken = await serverUnderTest({
    models: fixedModel({
      ...simpleModel(),
      scores: () => {
        throw new Error("inner secret /path");
      },
    }),
  });
  try {
    const { status, text, json } = await postScore(broken.url, GOOD_BODY);
    assert.equal(status, 500);
    assert.doesNotMatch(text, /secret|\/path|\.ts/);
    const line = broken.lines.find((each) => each.level === "error")!;
    assert.equal(line.fields["requestId"], json.requestId);
    assert.match(String(line.fields["reason"]), /inner secret/);
  } finally {
    await broken.stop();
  }
});
