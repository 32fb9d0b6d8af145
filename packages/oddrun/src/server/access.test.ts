import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Problem } from "../operations/problems.ts";
import { checkExposure, isLoopback, readApiKey } from "./access.ts";
import {
  ask,
  askRaw,
  basicAuthorization,
  GOOD_BODY,
  KEY,
  postScore,
  type ServerUnderTest,
  serverUnderTest,
} from "./server-under-test.contract.ts";

let locked: ServerUnderTest;
let open: ServerUnderTest;
before(async () => {
  [locked, open] = await Promise.all([serverUnderTest({ apiKey: KEY }), serverUnderTest()]);
});
after(() => Promise.all([locked.stop(), open.stop()]));

function hasCode(code: string) {
  return (error: unknown) => error instanceof Problem && error.code === code;
}

test("the key opens as a bearer, however the scheme is spelt", async () => {
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    assert.equal((await postScore(locked.url, GOOD_BODY, { authorization: `${scheme} ${KEY}` })).status, 200);
  }
});

test("a missing and a wrong key get the same answer, and so does a key in the wrong place", async () => {
  const basic = `Basic ${Buffer.from(`any:${KEY}`).toString("base64")}`;
  const wrong = [
    undefined,
    `Bearer ${"x".repeat(32)}`,
    `Bearer ${KEY}x`,
    `Bearer ${KEY.slice(1)}`,
    "Bearer",
    `Bearer ${KEY} ${KEY}`,
    `Bearer ${KEY}, Bearer ${KEY}`,
    KEY,
    basic,
    `Token ${KEY}`,
  ];
  const bodies = new Set<string>();
  for (const authorization of wrong) {
    const { status, text, headers } = await postScore(
      locked.url,
      GOOD_BODY,
      authorization === undefined ? {} : { authorization },
    );
    assert.deepEqual([status, headers.get("www-authenticate")], [401, 'Bearer realm="oddrun"'], authorization);
    bodies.add(text.replace(/"requestId":"[^"]+"/, ""));
  }
  assert.equal(bodies.size, 1);
  assert.ok(![...bodies][0]!.includes(KEY));
});

test("a key in the query or in a second header is refused", async () => {
  for (const name of ["key", "api_key", "access_token", "token"]) {
    assert.equal((await ask(`${locked.url}/api/odd-runs?${name}=${KEY}`)).status, 401);
  }
  const twice = await askRaw(
    locked.port,
    `GET /api/odd-runs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${KEY}\r\nAuthorization: Bearer ${"x".repeat(32)}\r\n\r\n`,
  );
  assert.match(twice, /^HTTP\/1.1 401 /);
});

test("browsers are asked for the key on the page, and on the page only", async () => {
  const asked = await ask(`${locked.url}/`);
  assert.deepEqual(
    [asked.status, asked.headers.get("www-authenticate")],
    [401, 'Basic realm="oddrun", charset="UTF-8"'],
  );
  assert.notEqual((await ask(`${locked.url}/`, { headers: { authorization: basicAuthorization(KEY) } })).status, 401);
  assert.equal(
    (await ask(`${locked.url}/`, { headers: { authorization: basicAuthorization(`${KEY}x`) } })).status,
    401,
  );
  assert.equal(
    (await ask(`${locked.url}/api/odd-runs`, { headers: { authorization: basicAuthorization(KEY) } })).status,
    401,
  );
  assert.equal((await ask(`${locked.url}/`, { headers: { authorization: "Basic %%%" } })).status, 401);
});

test("health, the description and the style sheet need no key", async () => {
  for (const path of ["/health/live", "/health/ready", "/openapi.json", "/style.css"])
    assert.equal((await ask(locked.url + path)).status, 200, path);
});

/** What POST /score answers to a client that calls the server by this name. */
function scoreAs(host: string, more = ""): Promise<string> {
  return askRaw(
    open.port,
    `POST /score HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${GOOD_BODY.length}\r\n${more}Connection: close\r\n\r\n${GOOD_BODY}`,
  );
}

test("without a key only names of this machine are answered, so that no web page gets in by its own name", async () => {
  for (const host of ["127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:80", "127.8.9.1"])
    assert.match(await scoreAs(host), /^HTTP\/1.1 200 /, host);
  for (const host of [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
    "127.0.0.1@evil.example",
    "0.0.0.0",
  ]) {
    assert.match(await scoreAs(host), /^HTTP\/1.1 40[03] /, host);
  }
  assert.match(await scoreAs("localhost:80", "Origin: http://localhost:80\r\n"), /^HTTP\/1.1 200 /);
  for (const origin of [
    "http://evil.example",
    "null",
    "https://localhost:80",
    "http://localhost:81",
    "http://localhost:80.evil.example",
  ]) {
    assert.match(await scoreAs("localhost:80", `Origin: ${origin}\r\n`), /^HTTP\/1.1 403 /, origin);
  }
  assert.match(
    await askRaw(open.port, "GET /openapi.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
    /^HTTP\/1.1 200 /,
  );
});

test("a key is long enough and can stand in a header, or the server does not start", () => {
  assert.equal(readApiKey(undefined), null);
  assert.equal(readApiKey(""), null);
  assert.equal(readApiKey(KEY), KEY);
  for (const key of ["short", "k".repeat(31), `${"k".repeat(32)} x`, `${"k".repeat(32)}\n`, "é".repeat(40)]) {
    assert.throws(
      () => readApiKey(key),
      (error) =>
        hasCode("key-too-short")(error) &&
        !(error as Error).message.includes(key) &&
        /openssl rand -hex 32/.test((error as Error).message),
    );
  }
});

test("beyond loopback a key is needed", async () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"]) assert.ok(isLoopback(host), host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.evil.example", "::ffff:127.0.0.1"]) {
    assert.throws(() => checkExposure(host, null), hasCode("key-needed"), host);
    checkExposure(host, KEY);
  }
  await assert.rejects(serverUnderTest({ host: "0.0.0.0" }), hasCode("key-needed"));
});
