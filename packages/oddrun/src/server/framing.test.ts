import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { LIMITS } from "../api/index.ts";
import {
  ask,
  askRaw,
  GOOD_BODY,
  postScore,
  scoreHead,
  type ServerUnderTest,
  serverUnderTest,
} from "./server-under-test.contract.ts";

let server: ServerUnderTest;
before(async () => {
  server = await serverUnderTest({ timeouts: { headersMs: 150, keepAliveMs: 200 } });
});
after(() => server.stop());

/** The first line and the problem's code of a raw answer. */
function gist(answer: string): string {
  return `${answer.slice(9, 12)} ${/"code":"([\w-]+)"/.exec(answer)?.[1] ?? ""}`.trim();
}

/** A request for one row, as it stands on the wire. */
function one(index: number): string {
  const body = `{"data":[{"duration":${index},"failure_rate":0}]}`;
  return `POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

test("a request that could be read in two ways is 400 and the connection closed", async () => {
  const length = `Content-Length: ${GOOD_BODY.length}`;
  const chunked = `${GOOD_BODY.length.toString(16)}\r\n${GOOD_BODY}\r\n0\r\n\r\n`;
  const requests: readonly (readonly [string, string])[] = [
    [scoreHead(length, "Transfer-Encoding: chunked"), chunked],
    [scoreHead(length, "Content-Length: 3"), GOOD_BODY],
    [scoreHead(length, length), GOOD_BODY],
    [scoreHead("Content-Length: -1"), GOOD_BODY],
    [scoreHead("Content-Length: 1e2"), GOOD_BODY],
    [scoreHead("Content-Length: +5"), GOOD_BODY],
    [scoreHead("Transfer-Encoding: chunked, identity"), chunked],
    [scoreHead("Transfer-Encoding: xchunked"), chunked],
    [scoreHead("Transfer-Encoding: chunked"), "zz\r\nhello\r\n0\r\n\r\n"],
    [scoreHead("Transfer-Encoding: chunked"), "-1\r\nhello\r\n0\r\n\r\n"],
    [scoreHead("X Y: 1"), ""],
    [scoreHead("X: a\u0000b"), ""],
    ["POST /score HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 2\n\n", "{}"],
    ["POST /score HTTP/9.9\r\n\r\n", ""],
    ["GARBAGE\r\n\r\n", ""],
    ["\u0016\u0003\u0001\u0002\u0000", ""],
  ];
  for (const [head, body] of requests) {
    assert.match(
      gist(await askRaw(server.port, head, body)),
      /^400 malformed-request$/,
      JSON.stringify(head + body).slice(0, 300),
    );
  }
});

test("a Content-Length that promises more than comes is closed by the time-out, one that promises less leaves nothing behind", async () => {
  assert.equal(
    gist(await askRaw(server.port, scoreHead(`Content-Length: ${GOOD_BODY.length + 10}`), GOOD_BODY)),
    "408 request-too-slow",
  );
  const short = await askRaw(server.port, scoreHead("Content-Length: 10"), GOOD_BODY);
  assert.match(gist(short), /^400 /);
  assert.equal(short.match(/HTTP\/1\.1 /g)?.length, 1);
});

test("a body that never ends is 413 as soon as it is too large, whatever it promised", async () => {
  assert.equal(
    gist(await askRaw(server.port, scoreHead(`Content-Length: ${LIMITS.bodyBytes + 1}`), "x")),
    "413 body-too-large",
  );
  const socket = connect(server.port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
  });
  socket.on("error", () => {});
  socket.write(scoreHead("Transfer-Encoding: chunked"));
  const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
  let sent = 0;
  while (!socket.destroyed && sent < 50_000_000) {
    sent += chunk.length;
    if (!socket.write(chunk)) await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
  }
  assert.equal(gist(answer), "413 body-too-large");
  assert.ok(sent < 20_000_000, `${sent} bytes were taken`);
});

test("headers beyond 16 kB are 431", async () => {
  assert.equal(
    gist(await askRaw(server.port, scoreHead(`X: ${"x".repeat(17_000)}`, "Content-Length: 0"))),
    "431 headers-too-large",
  );
});

test("Expect: 100-continue is served; any other expectation is refused", async () => {
  const answer = await askRaw(
    server.port,
    scoreHead("Expect: 100-continue", `Content-Length: ${GOOD_BODY.length}`),
    GOOD_BODY,
  );
  assert.match(answer, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  assert.match(await askRaw(server.port, scoreHead("Expect: cake", "Content-Length: 0")), /^HTTP\/1.1 417 /);
});

test("headers and bodies that drip in are closed by a time-out while others are served", async () => {
  const drips: Socket[] = [];
  const drip = (first: string, rest: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.port, "127.0.0.1");
      drips.push(socket);
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
      });
      socket.on("error", () => {});
      socket.write(first);
      const timer = setInterval(() => socket.write(rest), 20);
      socket.on("close", () => {
        clearInterval(timer);
        resolve(answer);
      });
    });
  const heads = Array.from({ length: 20 }, () => drip("POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\n", "X: y\r\n"));
  const bodies = Array.from({ length: 20 }, () => drip(scoreHead("Content-Length: 100000"), " "));
  assert.equal((await postScore(server.url, GOOD_BODY)).status, 200);
  for (const answer of await Promise.all([...heads, ...bodies])) assert.equal(gist(answer), "408 request-too-slow");
});

test("idle connections are closed and cost the others nothing", async () => {
  const sockets = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {}).resume();
      await once(socket, "connect");
      return socket;
    }),
  );
  assert.equal((await postScore(server.url, GOOD_BODY)).status, 200);
  await Promise.all(sockets.filter((socket) => !socket.destroyed).map((socket) => once(socket, "close")));
});

test("a thousand pipelined requests get a thousand answers in order", async () => {
  const requests = Array.from({ length: 1000 }, (_, index) => one(index)).join("");
  const answer = await askRaw(
    server.port,
    requests,
    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  const scores = [...answer.matchAll(/"scores":\[([\d.]+)\]/g)].map((match) => Number(match[1]));
  assert.deepEqual(
    scores,
    Array.from({ length: 1000 }, (_, index) => index / 1000),
  );
});

test("clients that leave in the middle disturb nobody", async () => {
  for (let client = 0; client < 50; client++) {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(scoreHead("Content-Length: 100000") + GOOD_BODY);
    if (client % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
  }
  assert.equal((await postScore(server.url, GOOD_BODY)).status, 200);
  assert.deepEqual(
    server.lines.filter(({ level }) => level === "error"),
    [],
  );
  assert.equal((await ask(`${server.url}/health/live`)).status, 200);
});
