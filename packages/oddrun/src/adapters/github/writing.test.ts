import assert from "node:assert/strict";
import { test } from "node:test";
import { connectTo, type ScriptedAnswer, scriptedGithub, WAIT_SCALE } from "./scripted-github.contract.ts";
import type { Question } from "./requests.ts";
import { writePace } from "./write-pace.ts";

const PATH = "/repos/octo/widgets/issues";
type Sent = Omit<Question, "credential">;

const CREATE: Sent = { method: "POST", path: PATH, body: { title: "x" }, isOnce: true };

async function asker(server: { readonly url: string }): Promise<(sent: Sent) => ReturnType<typeof ask>> {
  const connection = await connectTo(server);
  const ask = (sent: Sent) => connection.requests.ask({ ...sent, credential: connection.credentialFor("octo") });
  return ask;
}

test("a write sends its JSON, and an answer without text is one", async (t) => {
  const bodies: string[] = [];
  const server = await scriptedGithub(t, () => ({
    act(request, response) {
      request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on("end", () => response.writeHead(204).end());
    },
  }));
  const ask = await asker(server);
  const reply = await ask({ method: "PATCH", path: `${PATH}/5`, body: { state: "closed" } });
  assert.equal(reply.kind, "ok");
  assert.deepEqual(bodies, ['{"state":"closed"}']);
  assert.match(String(server.seen[0]!.headers["content-type"]), /application\/json/);
});

test("writes go one by one, a second apart, however many are asked for at once", async (t) => {
  let open = 0;
  const server = await scriptedGithub(t, () => ({
    act(_request, response) {
      assert.equal(++open, 1);
      setImmediate(() => {
        open -= 1;
        response.writeHead(201, { "content-type": "application/json" }).end("{}");
      });
    },
  }));
  const ask = await asker(server);
  await Promise.all([1, 2, 3, 4].map(() => ask(CREATE)));
  assert.equal(server.seen.length, 4);
  for (const [at, { atMs }] of server.seen.slice(1).entries())
    assert.ok(atMs - server.seen[at]!.atMs >= 1000 * WAIT_SCALE - 0.5, `write ${at + 1}`);
});

test("no more writes begin in a minute and in an hour than GitHub takes", async () => {
  let nowMs = 0;
  const waits = {
    pause: async (ms: number) => void (nowMs += Math.max(0, ms)),
    elapsedMs: () => nowMs,
    requestTimeoutMs: 1000,
  };
  const pace = writePace({ waits, waitLongestMs: 3_700_000 });
  const begun: number[] = [];
  for (let at = 0; at < 700; at++) {
    const turn = await pace.enter();
    begun.push(nowMs);
    turn.leave();
  }
  for (const [span, max] of [
    [60_000, 80],
    [3_600_000, 500],
  ] as const)
    for (const from of begun)
      assert.ok(begun.filter((atMs) => atMs >= from && atMs < from + span).length <= max, `${max} in ${span} ms`);
  const impatient = writePace({ waits, waitLongestMs: 60_000 });
  await assert.rejects(
    async () => {
      for (let at = 0; at <= 500; at++) (await impatient.enter()).leave();
    },
    { code: "github-limit-too-long" },
  );
});

const LOST: Readonly<Record<string, ScriptedAnswer>> = {
  "a reset connection": { act: (request) => request.socket.resetAndDestroy() },
  "status 502": { status: 502 },
  "status 503 with a time": { status: 503, headers: { "retry-after": "5" } },
  "an answer that is no JSON": { status: 201, body: "<html>" },
  "an empty answer": { status: 201 },
};

for (const [title, answer] of Object.entries(LOST)) {
  test(`${title} to a write that would happen twice is told as lost, and not asked again`, async (t) => {
    const server = await scriptedGithub(t, () => answer);
    const reply = await (await asker(server))(CREATE);
    assert.equal(reply.kind, "lost");
    assert.equal(server.seen.length, 1);
  });
}

test("a write that leaves the same when repeated is repeated, and so is one that a limit refused", async (t) => {
  const server = await scriptedGithub(t, (_seen, count) => {
    if (count === 1) return { status: 502 };
    return count === 3 ? { status: 403, headers: { "retry-after": "1" } } : { body: { number: 5 } };
  });
  const ask = await asker(server);
  assert.equal((await ask({ method: "PATCH", path: `${PATH}/5`, body: {} })).kind, "ok");
  assert.equal((await ask(CREATE)).kind, "ok");
  assert.equal(server.seen.length, 4);
});

test("a write follows a repository to its new name as a write", async (t) => {
  const server = await scriptedGithub(t, (seen) =>
    seen.path === PATH ? { status: 301, headers: { location: "/repositories/7/issues" } } : { body: { number: 5 } },
  );
  assert.equal((await (await asker(server))(CREATE)).kind, "ok");
  assert.deepEqual(
    server.seen.map(({ method, path }) => `${method} ${path}`),
    [`POST ${PATH}`, "POST /repositories/7/issues"],
  );
});

test("what GitHub says against a write is told, fit to be shown", async (t) => {
  const server = await scriptedGithub(t, () => ({
    status: 422,
    body: { message: "Validation Failed", errors: [{ field: "name", code: "already_exists" }, "\u001b[31mred"] },
  }));
  const reply = await (await asker(server))({ ...CREATE, path: "/repos/octo/widgets/labels" });
  assert.deepEqual(reply, {
    kind: "unprocessable",
    said: "Validation Failed: name already_exists: ⟨U+001B⟩[31mred",
  });
});
