import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { openStore } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-store-processes-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const JOBS_PER_RUN = 20;

/** Saves runs with their jobs, one batch each, and prints the run's id when the store has acknowledged it. */
const SAVE_LOOP = `
import { writeSync } from "node:fs";
import { openStore } from "./index.ts";
import { aBatch, aJob, aRun } from "./run-fixtures.contract.ts";
const [path, first, count] = [process.env.STORE, Number(process.env.FIRST), Number(process.env.COUNT)];
const store = await openStore(path);
for (let runId = first; runId < first + count; runId++) {
  const jobs = Array.from({ length: ${JOBS_PER_RUN} }, (_, index) => aJob({ runId, jobId: runId * 100 + index }));
  await store.save(aBatch({ runs: [aRun({ runId })], jobs }));
  writeSync(1, runId + "\\n");
}
await store.close();
`;

/** One file starts ten times sooner than a hundred modules: twenty processes are started here. */
const program = join(folder, "save-loop.mjs");
before(async () => {
  await build({
    stdin: { contents: SAVE_LOOP, resolveDir: import.meta.dirname },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    logLevel: "silent",
  });
});

interface Writer {
  readonly process: ChildProcess;
  readonly acknowledged: readonly number[];
  readonly firstAcknowledged: Promise<unknown>;
  readonly closed: Promise<unknown>;
  readonly complaints: () => string;
}

function startWriter(path: string, first: number, count: number): Writer {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, STORE: path, FIRST: String(first), COUNT: String(count) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const acknowledged: number[] = [];
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => acknowledged.push(Number(line)));
  return {
    process: child,
    acknowledged,
    firstAcknowledged: once(lines, "line"),
    closed: Promise.all([once(child, "close"), once(lines, "close")]),
    complaints: () => complaints,
  };
}

async function storedRunIds(path: string): Promise<Set<number>> {
  const store = await openStore(path);
  const ids = new Set<number>();
  for await (const run of store.finishedRuns()) {
    assert.equal(run.jobCount, JOBS_PER_RUN, `run ${run.runId} is there with a part of its jobs`);
    ids.add(run.runId);
  }
  await store.close();
  return ids;
}

function integrity(path: string): unknown {
  const database = new DatabaseSync(path);
  const [answer] = database.prepare("pragma integrity_check").all();
  database.close();
  return answer?.["integrity_check"];
}

test("nothing acknowledged is lost when writers are killed, and no batch is there in part", async () => {
  const path = join(folder, "killed.db");
  const rounds = Number(process.env["ODDRUN_KILL_ROUNDS"] ?? 4);
  const acknowledged: number[] = [];
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    const writers = Array.from({ length: 4 }, (_, index) =>
      startWriter(path, (round * 4 + index + 1) * 1_000_000, 1e6),
    );
    await Promise.all(
      writers.map(async (writer, index) => {
        await writer.firstAcknowledged;
        await sleep((round * 17 + index * 11) % 40);
        writer.process.kill("SIGKILL");
        await writer.closed;
        assert.equal(writer.complaints(), "");
        kills++;
        acknowledged.push(...writer.acknowledged);
      }),
    );
  }
  assert.equal(kills, rounds * 4);
  const stored = await storedRunIds(path);
  assert.deepEqual(
    acknowledged.filter((runId) => !stored.has(runId)),
    [],
  );
  // What was stored but not yet acknowledged is at most the one batch each writer was in.
  assert.ok(stored.size - acknowledged.length <= kills);
  assert.equal(integrity(path), "ok");
});

test("two processes that open a new store and write at once lose nothing and see no lock", async () => {
  const path = join(folder, "shared.db");
  const writers = [startWriter(path, 1000, 60), startWriter(path, 2000, 60)];
  await Promise.all(writers.map((writer) => writer.closed));
  assert.deepEqual(
    writers.map((writer) => [writer.process.exitCode, writer.complaints()]),
    [
      [0, ""],
      [0, ""],
    ],
  );
  assert.equal((await storedRunIds(path)).size, 120);
});
