import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createServer as createPlainServer } from "node:net";
import { test } from "node:test";
import { Problem } from "../operations/problems.ts";
import { ask, GOOD_BODY, postScore, serverUnderTest, until } from "./server-under-test.contract.ts";

/** A process of its own that serves until a signal comes, as the command does. */
const PROGRAM = `
import { serverUnderTest, until } from ${JSON.stringify(new URL("./server-under-test.contract.ts", import.meta.url).href)};
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {
  if (stop.signal.aborted) process.exit(130);
  stop.abort();
});
const server = await serverUnderTest({ drain: { noticeMs: 150, limitMs: Number(process.argv[1]) } });
stop.signal.addEventListener("abort", async () => {
  await server.stop();
  process.stdout.write("stopped\\n");
});
process.stdout.write(server.url + "\\n");
`;

async function serveInChild(limitMs = 5000): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", PROGRAM, String(limitMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: first.toString().trim() };
}

/** Posts over a kept connection; answers whether the whole answer came, and whether the server closes the connection. */
function post(
  url: string,
  agent: Agent,
): Promise<{ readonly status: number; readonly isWhole: boolean; readonly closes: boolean }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/score`,
      { method: "POST", agent, headers: { "content-type": "application/json" } },
      (incoming) => {
        let text = "";
        incoming.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        incoming.on("close", () => {
          resolve({
            status: incoming.statusCode!,
            isWhole: incoming.complete && text.endsWith("}"),
            closes: incoming.headers.connection === "close",
          });
        });
      },
    );
    outgoing.on("error", (error) => reject(Object.assign(error, { isReused: outgoing.reusedSocket })));
    outgoing.end(GOOD_BODY);
  });
}

test("a terminated server under load cuts no answer, turns clients away and ends with 0", async () => {
  const { child, url } = await serveInChild();
  const ended = once(child, "exit");
  let answers = 0;
  let closing = 0;
  const clients = Array.from({ length: 10 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        const { status, isWhole, closes } = await post(url, agent);
        assert.deepEqual([status, isWhole], [200, true]);
        answers++;
        if (closes) closing++;
      } catch (error) {
        // Refused, or in the queue of a port that closed: the server never had the request, and no answer was begun.
        const { code, isReused } = error as NodeJS.ErrnoException & { isReused: boolean };
        assert.ok(code === "ECONNREFUSED" || (code === "ECONNRESET" && !isReused), `${code}`);
        agent.destroy();
        return;
      }
    }
  });
  await until(() => answers >= 100);
  child.kill("SIGTERM");
  await Promise.all(clients);
  assert.ok(closing >= 10, `${closing} answers closed their connection`);
  assert.deepEqual(await ended, [0, null]);
});

test("while it drains it is not ready, still answers, and closes each connection", async () => {
  const server = await serverUnderTest({ drain: { noticeMs: 300, limitMs: 2000 } });
  assert.equal((await ask(`${server.url}/health/ready`)).status, 200);
  const stopping = server.stop();
  const ready = await ask(`${server.url}/health/ready`);
  assert.deepEqual([ready.status, ready.json], [503, { status: "draining" }]);
  const scored = await postScore(server.url, GOOD_BODY);
  assert.deepEqual([scored.status, scored.headers.get("connection")], [200, "close"]);
  await stopping;
  await assert.rejects(ask(`${server.url}/health/live`));
  await server.stop();
});

test("a client that never finishes does not keep it: it is cut at the limit, and the end is 0 all the same", async () => {
  const { child, url } = await serveInChild(400);
  const ended = once(child, "exit");
  const outgoing = request(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": "1000" },
  });
  const cut = once(outgoing, "error");
  outgoing.write("{");
  await once(outgoing, "socket");
  await ask(`${url}/health/live`);
  child.kill("SIGINT");
  await cut;
  assert.deepEqual(await ended, [0, null]);
});

test("a second signal ends it at once", async () => {
  const { child, url } = await serveInChild(60_000);
  const ended = once(child, "exit");
  const outgoing = request(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": "1000" },
  });
  outgoing.on("error", () => {});
  outgoing.write("{");
  await ask(`${url}/health/live`);
  child.kill("SIGTERM");
  while ((await ask(`${url}/health/ready`).catch(() => null))?.status === 200);
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [130, null]);
});

test("a port that is taken is told as one clear problem", async () => {
  const other = createPlainServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await assert.rejects(serverUnderTest({ port }), (error) => {
    assert.ok(error instanceof Problem);
    assert.equal(error.exitCode, 2);
    assert.equal(
      error.message,
      `Cannot listen on 127.0.0.1, port ${port}: another program listens there already. Name another one with --port or --host.`,
    );
    return true;
  });
  other.close();
});

test("an address that this machine does not have is told as well", async () => {
  await assert.rejects(
    serverUnderTest({ host: "192.0.2.1", apiKey: "k".repeat(32) }),
    /this machine has no such address/,
  );
});
