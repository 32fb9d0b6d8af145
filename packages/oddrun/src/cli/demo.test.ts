import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "oddrun-demo-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const bin = new URL("../../bin/oddrun.js", import.meta.url).pathname;

type Demo = ChildProcessByStdio<null, Readable, Readable>;

function start(): { readonly child: Demo; readonly said: () => string } {
  const child = spawn(process.execPath, [bin, "demo", "--port", "0"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  return { child, said: () => said };
}

async function waitFor(demo: ReturnType<typeof start>, words: RegExp): Promise<string> {
  for (;;) {
    const found = words.exec(demo.said());
    if (found !== null) return found[0];
    assert.equal(demo.child.exitCode, null, `the demo ended: ${demo.said()}`);
    await Promise.race([once(demo.child.stdout, "data"), once(demo.child, "close")]);
  }
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;

test("the demo survives a kill while it writes, serves odd runs, ends on Ctrl-C, and a second start reuses what is there", {
  timeout: 180_000,
}, async () => {
  const killed = start();
  await waitFor(killed, /Simulating/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  killed.child.kill("SIGKILL");
  await once(killed.child, "close");

  const first = start();
  const address = await waitFor(first, ADDRESS);
  assert.match(first.said(), /(9|1\d),?\d{3} run attempts are in/);
  const page = await (await fetch(address)).text();
  assert.match(page, /<svg[^>]*role="img"/);
  assert.match(page, /usual \d/);
  assert.ok(!page.includes("github.com"), "simulated runs must not link to GitHub");
  const scored = await fetch(`${address}/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [{ build_id: "a", duration: 40_000, failure_rate: 0.9 }] }),
  });
  assert.deepEqual(((await scored.json()) as { predictions: boolean[] }).predictions, [true]);
  first.child.kill("SIGINT");
  const [code] = (await once(first.child, "close")) as [number | null];
  assert.equal(code, 0, first.said());

  const second = start();
  const again = await waitFor(second, ADDRESS);
  assert.match(second.said(), /there already/);
  assert.equal((await fetch(`${again}/health/ready`)).status, 200);
  second.child.kill("SIGTERM");
  assert.deepEqual((await once(second.child, "close"))[0], 0);
});
