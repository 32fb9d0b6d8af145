import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { githubSource } from "./index.ts";
import {
  connectTo,
  keptLog,
  REPOSITORY,
  runJson,
  type ScriptedAnswer,
  scriptedGithub,
  TOKEN,
  WAIT_SCALE,
} from "./scripted-github.contract.ts";

const GARBLED: Readonly<Record<string, ScriptedAnswer>> = {
  "a page of HTML": { headers: { "content-type": "text/html" }, body: "<html>Please log in</html>" },
  "an empty answer": { headers: { "content-type": "application/json" } },
  "cut JSON": { headers: { "content-type": "application/json" }, body: '{"id": 1, "name":' },
  "a wrong encoding": { headers: { "content-encoding": "gzip" }, body: "this was never gzip" },
  "an odd content type": { headers: { "content-type": ";;;=" }, body: "no JSON" },
  "a redirect to nowhere": { status: 302 },
};

for (const [title, answer] of Object.entries(GARBLED)) {
  test(`${title} is asked for three times, then told with its path`, async (t) => {
    const server = await scriptedGithub(t, () => answer);
    const source = githubSource(await connectTo(server));
    await assert.rejects(source.run(REPOSITORY, 5), {
      code: "github-unreachable",
      exitCode: 4,
      message: /\/repos\/octo\/widgets\/actions\/runs\/5 in 3 tries/,
    });
    assert.equal(server.seen.length, 3);
  });
}

const PASSING: Readonly<Record<string, ScriptedAnswer>> = {
  "status 500": { status: 500, body: { message: "Oops" } },
  "status 502": { status: 502, body: "<html>Bad Gateway</html>" },
  "status 503": { status: 503 },
  "status 504": { status: 504 },
  "headers without end": { headers: { link: `<${"x".repeat(20_000)}` }, body: runJson(1) },
  "a connection that breaks": { act: (request) => request.socket.destroy() },
  "an answer that breaks off": {
    act: (_request, response) => {
      response.writeHead(200, { "content-length": "5000" });
      response.write('{"id":');
      setTimeout(() => response.destroy(), 2);
    },
  },
};

for (const [title, answer] of Object.entries(PASSING)) {
  test(`${title} passes over after up to four tries, each later than the one before`, async (t) => {
    const server = await scriptedGithub(t, (_seen, count) => (count < 5 ? answer : { body: runJson(5) }));
    const source = githubSource(await connectTo(server, { random: () => 0 }));
    assert.equal((await source.run(REPOSITORY, 5))!.run.runId, 5);
    assert.equal(server.seen.length, 5);
    for (const [at, waitS] of [0.5, 1, 2, 4].entries()) {
      assert.ok(server.seen[at + 1]!.atMs - server.seen[at]!.atMs >= waitS * 1000 * WAIT_SCALE - 1);
    }
  });
}

test("a fault that lasts is told after five tries", async (t) => {
  const server = await scriptedGithub(t, () => ({ status: 500 }));
  const source = githubSource(await connectTo(server));
  await assert.rejects(source.run(REPOSITORY, 5), { code: "github-unreachable", message: /5 tries: status 500/ });
  assert.equal(server.seen.length, 5);
});

test("a server that is not there is told with what went wrong", async () => {
  const port = await freePort();
  const source = githubSource(await connectTo({ url: `http://127.0.0.1:${port}` }));
  await assert.rejects(source.run(REPOSITORY, 5), { code: "github-unreachable", message: /5 tries: ECONNREFUSED/ });
});

test("an overloaded server that says when to come again is kept to", async (t) => {
  const server = await scriptedGithub(t, (_seen, count) =>
    count === 1 ? { status: 503, headers: { "retry-after": "50" } } : { body: runJson(5) },
  );
  await githubSource(await connectTo(server)).run(REPOSITORY, 5);
  assert.ok(server.seen[1]!.atMs - server.seen[0]!.atMs >= 50_000 * WAIT_SCALE - 1);
});

test("an answer that stands still is given up and asked for again", async (t) => {
  const server = await scriptedGithub(t, (_seen, count) =>
    count === 1 ? { act: (_request, response) => response.writeHead(200).write("{") } : { body: runJson(5) },
  );
  assert.equal((await githubSource(await connectTo(server)).run(REPOSITORY, 5))!.run.runId, 5);
  assert.equal(server.seen.length, 2);
});

test("stopping ends a request under way and every wait", async (t) => {
  const stop = new AbortController();
  const server = await scriptedGithub(t, (_seen, count) => {
    if (count === 1) return { status: 429, headers: { "retry-after": "3000" } };
    return { act: () => stop.abort() };
  });
  const waiting = githubSource(await connectTo(server, { signal: stop.signal, env: { ODDRUN_WAIT_SCALE: "1" } }));
  const asking = githubSource(await connectTo(server, { signal: stop.signal }));
  const first = assert.rejects(waiting.run(REPOSITORY, 5), { name: "AbortError" });
  while (server.seen.length === 0) await new Promise(setImmediate);
  await assert.rejects(asking.run(REPOSITORY, 5), { name: "AbortError" });
  await first;
});

test("each refusal is told with what to do, and is not repeated", async (t) => {
  const permissions = { "x-accepted-github-permissions": "actions=read" };
  const cases: readonly [ScriptedAnswer, string, RegExp][] = [
    [{ status: 401, body: { message: "Bad credentials" } }, "github-token-refused", /Make a new one/],
    [
      { status: 403, headers: permissions, body: { message: "Resource not accessible" } },
      "github-forbidden",
      /actions=read/,
    ],
    [
      {
        status: 403,
        headers: { "x-github-sso": "required; url=https://github.com/orgs/octo/sso?authorization_request=A1" },
      },
      "github-sso-needed",
      /single sign-on/,
    ],
    [{ status: 404, headers: permissions }, "github-not-found", /octo\/widgets.*actions=read/],
    [{ status: 410 }, "github-not-found", /410/],
    [{ status: 451 }, "github-not-found", /legal/],
    [{ status: 400 }, "github-refused", /400/],
  ];
  for (const [answer, code, message] of cases) {
    const server = await scriptedGithub(t, () => answer);
    const kept = keptLog();
    const source = githubSource(await connectTo(server, { log: kept.log }));
    await assert.rejects(source.runs(REPOSITORY, { fromS: 0, toS: 9 }, null), (error: Error & { code: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.doesNotMatch(
        `${error.message} ${JSON.stringify(error)} ${error.stack}`,
        new RegExp(`${TOKEN}|authorization_request`),
      );
      return true;
    });
    assert.equal(server.seen.length, 1);
    assert.doesNotMatch(JSON.stringify(kept.lines), new RegExp(TOKEN));
  }
});

test("a window that cannot be paged through says that it has too many runs", async (t) => {
  const server = await scriptedGithub(t, () => ({
    status: 422,
    body: { message: "pagination is limited for this resource" },
  }));
  const page = await githubSource(await connectTo(server)).runs(REPOSITORY, { fromS: 0, toS: 9 }, null);
  assert.equal(page.total, "many");
  assert.equal(page.nextPage, null);
});

test("no more requests are sent than were allowed", async (t) => {
  const server = await scriptedGithub(t, () => ({ body: runJson(5) }));
  const source = githubSource(await connectTo(server, { requestsMax: 3 }));
  const asked = await Promise.allSettled([1, 2, 3, 4, 5].map((id) => source.run(REPOSITORY, id)));
  assert.equal(asked.filter(({ status }) => status === "fulfilled").length, 3);
  assert.equal(server.seen.length, 3);
  await assert.rejects(source.run(REPOSITORY, 6), { code: "github-requests-used-up", exitCode: 4 });
});

test("a compressed answer is read", async (t) => {
  const body = gzipSync(JSON.stringify(runJson(5)));
  const server = await scriptedGithub(t, () => ({
    act: (_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(body);
    },
  }));
  assert.equal((await githubSource(await connectTo(server)).run(REPOSITORY, 5))!.run.runId, 5);
});

/** A port on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
