import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openStore } from "../../adapters/store/index.ts";
import { killAfter } from "../../adapters/store/kill-after.contract.ts";
import { held, look, standing, WINDOW_MS } from "./change-look.contract.ts";
import { batchOf, changingHistory } from "./changing-history.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-changes-processes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const HISTORY = changingHistory();
const NOW_MS = Math.max(...HISTORY.map(({ run }) => run.completedAtMs!)) + WINDOW_MS;

/** Looks for changes, saves after every few runs, and says when it begins. */
const LOOK = `
import { writeSync } from "node:fs";
import { look } from "./change-look.contract.ts";
import { openStore } from "../../adapters/store/index.ts";
const store = await openStore(process.env.STORE);
writeSync(1, ".");
await look(store, ${NOW_MS}, { saveAfterRuns: 5 });
await store.close();
`;
const program = join(folder, "look.mjs");
before(async () => {
  await build({
    stdin: { contents: LOOK, resolveDir: import.meta.dirname },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    logLevel: "silent",
  });
});

test("a look that is killed anywhere goes on where it was, and says what an undisturbed one says", async () => {
  const saved = join(folder, "saved.db");
  const first = await openStore(saved);
  await first.save(batchOf(HISTORY));
  await first.close();
  const wholePath = join(folder, "whole.db");
  copyFileSync(saved, wholePath);
  const whole = await openStore(wholePath);
  await look(whole, NOW_MS);
  const wanted = { words: await held(whole), standing: await standing(whole) };
  await whole.close();
  const rounds = Number(process.env["ODDRUN_KILL_ROUNDS"] ?? 3);
  for (let round = 0; round < rounds; round++) {
    const path = join(folder, `killed-${round}.db`);
    copyFileSync(saved, path);
    for (const delayMs of [20 + ((round * 37) % 120), (round * 23) % 60]) await killAfter(program, path, delayMs);
    const store = await openStore(path);
    const before = await store.changes();
    await look(store, NOW_MS);
    assert.deepEqual((await store.changes()).slice(0, before.length), before, "nothing that was said is gone");
    assert.deepEqual({ words: await held(store), standing: await standing(store) }, wanted);
    assert.equal((await store.watchOf(7))?.lateCount, 0);
    await store.close();
    const database = new DatabaseSync(path);
    assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
    database.close();
  }
});
