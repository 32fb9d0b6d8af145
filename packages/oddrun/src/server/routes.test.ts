import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ALL_ROUTES, openApiDocument, problemShape } from "../api/index.ts";
import { createServer } from "./create-server.ts";
import { ask, fixedModel, keepingLog, type ServerUnderTest, serverUnderTest } from "./server-under-test.contract.ts";

let server: ServerUnderTest;
before(async () => {
  server = await serverUnderTest();
});
after(() => server.stop());

test("every route that is served is in the OpenAPI document, and the reverse", async () => {
  const app = createServer({
    models: fixedModel(null),
    store: null,
    apiKey: null,
    log: keepingLog().log,
    now: Date.now,
    version: "1.2.3",
  });
  const document = openApiDocument("1.2.3") as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  await app.ready();
  const served: string[] = [];
  // Fastify prints its routes as a tree whose leaves tell the methods; asked one by one they can be compared.
  const paths = [...app.printRoutes({ commonPrefix: false }).matchAll(/── (\S+) \(([A-Z, ]+)\)/g)];
  for (const [, path, methods] of paths)
    for (const method of methods!.split(", "))
      if (method !== "HEAD") served.push(`${method} /${path!.replace(/^\//, "")}`);
  assert.deepEqual(served.sort(), described.sort());
  await app.close();
});

test("the document is served, is OpenAPI 3.1 and refers to nothing that it does not hold", async () => {
  const { status, json, text } = await ask(`${server.url}/openapi.json`);
  assert.equal(status, 200);
  assert.equal(json.openapi, "3.1.0");
  for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    assert.ok(json.components.schemas[name!] !== undefined, name);
  assert.deepEqual(json.paths["/score"].post.security, [{ key: [] }]);
  assert.deepEqual(json.components.schemas.ScoreRequest.properties.data.items.properties.duration.maximum, 3_024_000);
});

test("another method is 405 with the methods that will do", async () => {
  for (const { path, method } of ALL_ROUTES) {
    for (const other of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].filter((each) => each !== method)) {
      const { status, headers, json } = await ask(`${server.url}${path}`, { method: other });
      assert.deepEqual(
        [status, headers.get("allow"), json.code],
        [405, method === "GET" ? "GET, HEAD" : method, "method-not-allowed"],
        `${other} ${path}`,
      );
    }
  }
});

test("an address that is not exactly one of ours is 404", async () => {
  for (const path of [
    "/nothing",
    "/score/",
    "//score",
    "/SCORE",
    "/score%2f",
    "/..%2fscore",
    "/api/..%2f..%2fetc/passwd",
    "/score;x=1",
    "/health",
    "/%zz",
    "/style.css/x",
    `/${"a".repeat(5000)}`,
    "/models/../../x",
  ]) {
    const { status, json, text } = await ask(`${server.url}${path}`);
    assert.deepEqual([status, json.code], [404, "no-such-route"], path);
    assert.ok(text.length < 400);
    assert.ok(problemShape.safeParse(json).success);
  }
});

test("HEAD works wherever GET does", async () => {
  for (const path of ["/health/live", "/openapi.json", "/style.css"]) {
    const { status, text } = await ask(`${server.url}${path}`, { method: "HEAD" });
    assert.deepEqual([status, text], [200, ""]);
  }
});

test("forged proxy headers change nothing", async () => {
  const { status, headers } = await ask(`${server.url}/health/live`, {
    headers: {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "127.0.0.1",
      forwarded: "host=evil.example",
    },
  });
  assert.equal(status, 200);
  assert.doesNotMatch([...headers].join(), /evil/);
});
