import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openStore } from "./index.ts";
import { aWord, say } from "./incident-store.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-incident-processes-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Says something of INC-1 again and again, and prints each note when the store has acknowledged it. */
const SAY_LOOP = `
import { writeSync } from "node:fs";
import { appended } from "@oddrun/core";
import { openStore } from "./index.ts";
const { STORE, NAME, COUNT } = process.env;
const store = await openStore(STORE);
const line = { place: 0, what: "muted", atMs: 5, who: NAME, isCorrection: false, change: null, untilMs: 9, other: null };
for (let count = 0; count < Number(COUNT); count++) {
  const note = NAME + " " + count;
  await store.amendIncidents({ changes: [], numbers: [1], sinceMs: null }, ([record]) => ({
    records: [appended(record, [{ ...line, note }])],
  }));
  writeSync(1, note + "\\n");
}
await store.close();
`;

const program = join(folder, "say-loop.mjs");
before(async () => {
  await build({
    stdin: { contents: SAY_LOOP, resolveDir: import.meta.dirname },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    logLevel: "silent",
  });
});

function startSpeaker(path: string, name: string, count: number) {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, STORE: path, NAME: name, COUNT: String(count) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => acknowledged.push(line));
  return {
    child,
    acknowledged,
    first: once(lines, "line"),
    closed: Promise.all([once(child, "close"), once(lines, "close")]),
  };
}

async function notes(path: string): Promise<readonly string[]> {
  const store = await openStore(path);
  const { history } = (await store.incident(1, 10))!;
  await store.close();
  assert.deepEqual(
    history.map(({ place }) => place),
    history.map((_, index) => index + 1),
  );
  return history.flatMap(({ note }) => (note === null ? [] : [note]));
}

async function storeWithIncident(name: string): Promise<string> {
  const path = join(folder, name);
  const store = await openStore(path);
  await say(store, [aWord()]);
  await store.close();
  return path;
}

test("what two processes say of one incident at once is all kept, one after the other", async () => {
  const path = await storeWithIncident("shared.db");
  const speakers = ["ada", "bob"].map((name) => startSpeaker(path, name, 30));
  await Promise.all(speakers.map(({ closed }) => closed));
  assert.deepEqual(
    speakers.map(({ child }) => child.exitCode),
    [0, 0],
  );
  assert.equal(new Set(await notes(path)).size, 60);
});

test("nothing that was acknowledged is lost when speakers are killed, and nothing is there twice", async () => {
  const path = await storeWithIncident("killed.db");
  const speakers = ["ada", "bob", "cy"].map((name) => startSpeaker(path, name, 1e6));
  await Promise.all(
    speakers.map(async ({ child, first, closed }) => {
      await first;
      child.kill("SIGKILL");
      await closed;
    }),
  );
  const kept = await notes(path);
  const acknowledged = speakers.flatMap((speaker) => speaker.acknowledged);
  assert.ok(acknowledged.length >= speakers.length);
  assert.deepEqual(
    acknowledged.filter((note) => !kept.includes(note)),
    [],
  );
  assert.equal(new Set(kept).size, kept.length);
  // what was kept but not yet acknowledged is at most the one line each speaker was at
  assert.ok(kept.length - acknowledged.length <= speakers.length);
});
