import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { anAlert } from "./alert-store.contract.ts";
import { openStore } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-alert-processes-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Takes what it can get of the deliveries and settles each: prints the id before it tells the store. */
const TAKE_LOOP = `
import { writeSync } from "node:fs";
import { openStore } from "./index.ts";
const store = await openStore(process.env.STORE);
const { alerts } = await store.storedAlerts();
const nowMs = Date.now();
for (const { id } of alerts) {
  const key = { messageId: id, channel: "room" };
  const taken = await store.takeDelivery(key, { nowMs, takenBeforeMs: Number(process.env.TAKEN_BEFORE) });
  if (taken === null) continue;
  writeSync(1, id + " " + taken.mayRepeat + "\\n");
  await store.settleDelivery({ ...key, state: "delivered", nextTryAtMs: 0, atMs: nowMs, receipt: null, why: null, isNoted: false });
}
await store.close();
`;

const program = join(folder, "take-loop.mjs");
before(async () => {
  await build({
    stdin: { contents: TAKE_LOOP, resolveDir: import.meta.dirname },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    logLevel: "silent",
  });
});

const COUNT = 60;
let stores = 0;

async function storeWithAlerts(): Promise<string> {
  const path = join(folder, `${stores++}.db`);
  const store = await openStore(path);
  const alerts = Array.from({ length: COUNT }, (_, at) =>
    anAlert({ id: `5e1c0b7a9d2f4483.reminder.${at + 1}.repository` }, ["room"]),
  );
  await store.keepAlerts({ fromVersion: 0, alerts });
  await store.close();
  return path;
}

/** A process that delivers; what it said it had taken. */
function deliverer(path: string, takenBeforeMs = 0) {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, STORE: path, TAKEN_BEFORE: String(takenBeforeMs) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const taken: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => taken.push(line));
  return {
    child,
    taken,
    first: once(lines, "line"),
    closed: Promise.all([once(child, "close"), once(lines, "close")]),
  };
}

test("of deliverers at once each message is taken by one", async () => {
  const path = await storeWithAlerts();
  const all = [deliverer(path), deliverer(path), deliverer(path)];
  await Promise.all(all.map(({ closed }) => closed));
  const taken = all.flatMap((each) => each.taken);
  assert.deepEqual([taken.length, new Set(taken).size], [COUNT, COUNT]);
});

test("what a killed deliverer had taken is taken again as a possible repeat, all else once", async () => {
  const path = await storeWithAlerts();
  const killed = deliverer(path);
  await killed.first;
  killed.child.kill("SIGKILL");
  await killed.closed;
  const next = deliverer(path, Date.now() + 1);
  await next.closed;
  const ids = [...killed.taken, ...next.taken].map((line) => line.split(" ")[0]!);
  assert.equal(new Set(ids).size, COUNT);
  const repeated = next.taken.filter((line) => line.endsWith("true"));
  assert.ok(repeated.length <= 1, "at most the one that it was at");
  assert.ok(ids.length - COUNT <= repeated.length);
});
