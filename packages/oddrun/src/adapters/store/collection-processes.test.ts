import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openStore } from "./index.ts";
import { killAfter } from "./kill-after.contract.ts";
import { aBatch, aJob, aRun, START } from "./run-fixtures.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-collection-processes-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const PAGE_RUNS = 20;
const JOBS_PER_RUN = 3;

/** Goes on where the store says: lists pages of ten seconds with their runs and tasks, and answers half of the tasks in groups. */
const COLLECT_LOOP = `
import { writeSync } from "node:fs";
import { openStore } from "./index.ts";
import { aBatch, aJob, aPart, aRun, aTask } from "./run-fixtures.contract.ts";
const store = await openStore(process.env.STORE);
const listed = await store.listedWindows(7, "all");
for (let page = listed.length === 0 ? 0 : (listed.at(-1).toS + 1) / 10; ; page++) {
  const ids = Array.from({ length: ${PAGE_RUNS} }, (_, index) => page * ${PAGE_RUNS} + index + 1);
  await store.saveCollected(aPart({
    batch: aBatch({ runs: ids.map((runId) => aRun({ runId, updatedAtMs: page })) }),
    newTasks: ids.map((runId) => aTask({ runId, createdAtMs: runId })),
    listed: [{ repositoryId: 7, scope: "all", window: { fromS: page * 10, toS: page * 10 + 9 } }],
    readMarks: [{ tokenId: "t", url: "page " + page, etag: "e", nextPage: null, total: null }],
  }));
  for (let group = 0; group < 2; group++) {
    const tasks = await store.tasks({ triesMax: 9, limit: ${PAGE_RUNS / 4} });
    const jobs = tasks.flatMap(({ runId }) =>
      Array.from({ length: ${JOBS_PER_RUN} }, (_, index) => aJob({ runId, jobId: runId * 10 + index })));
    await store.saveCollected(aPart({ batch: aBatch({ runs: [], jobs }), doneTasks: tasks }));
  }
  writeSync(1, ".");
}
`;

/** Takes imported history into the repository that GitHub tells. */
const ADOPT = `
import { writeSync } from "node:fs";
import { openStore } from "./index.ts";
const store = await openStore(process.env.STORE);
writeSync(1, ".");
await store.adoptRepository({ id: 7, fullName: "octo/widgets", defaultBranch: "main", visibility: null });
setTimeout(() => {}, 60_000);
`;

const collectLoop = join(folder, "collect-loop.mjs");
const adopt = join(folder, "adopt.mjs");
before(async () => {
  for (const [contents, outfile] of [
    [COLLECT_LOOP, collectLoop],
    [ADOPT, adopt],
  ] as const) {
    await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      logLevel: "silent",
    });
  }
});

const ROUNDS = Number(process.env["ODDRUN_KILL_ROUNDS"] ?? 6);

/** Gives how many pages are listed. */
async function checkAgreement(path: string): Promise<number> {
  const store = await openStore(path);
  const [range, ...others] = await store.listedWindows(7, "all");
  assert.ok(range);
  assert.deepEqual([range.fromS, others.length, (range.toS + 1) % 10], [0, 0, 0]);
  const pageCount = (range.toS + 1) / 10;
  const asked = new Set((await store.tasks({ triesMax: 9, limit: 1e6 })).map((task) => task.runId));
  let runCount = 0;
  for await (const run of store.finishedRuns()) {
    runCount++;
    const isAsked = asked.delete(run.runId);
    assert.equal(
      run.jobCount,
      isAsked ? null : JOBS_PER_RUN,
      `run ${run.runId} has its jobs, or the task to ask for them`,
    );
  }
  assert.equal(runCount, pageCount * PAGE_RUNS, "every listed window has its runs, and no other run is there");
  assert.deepEqual([...asked], [], "no task is without its run");
  assert.notEqual(await store.readMark("t", `page ${pageCount - 1}`), null);
  assert.equal(await store.readMark("t", `page ${pageCount}`), null);
  await store.close();
  return pageCount;
}

test("runs, tasks, windows and read marks agree after every kill, and the collection goes on", async () => {
  const path = join(folder, "collected.db");
  let pageCount = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await killAfter(collectLoop, path, (round * 13) % 40);
    const now = await checkAgreement(path);
    assert.ok(now > pageCount);
    pageCount = now;
  }
  const database = new DatabaseSync(path);
  assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
  database.close();
});

test("imported history is taken in wholly or not at all, when it is killed meanwhile", async () => {
  const imported = join(folder, "imported.db");
  const store = await openStore(imported);
  const { id } = await store.ensureRepository("octo/widgets");
  const runIds = Array.from({ length: 2000 }, (_, index) => index + 1);
  const runs = runIds.map((runId) => aRun({ repositoryId: id, runId }));
  const jobs = runIds.map((runId) => aJob({ repositoryId: id, runId, jobId: runId }));
  await store.save({ ...aBatch({ runs, jobs }), repositories: [] });
  const common = { repositoryId: id, runAttempt: 1, modelVersion: "m", judgedAtMs: START };
  const verdict = { kind: "not-judged", why: "cancelled" } as const;
  await store.saveVerdicts(runIds.map((runId) => ({ ...common, runId, verdict })));
  await store.close();
  for (let round = 0; round < ROUNDS; round++) {
    const path = join(folder, `adopted-${round}.db`);
    copyFileSync(imported, path);
    await killAfter(adopt, path, (round * 7) % 60);
    const kept = await openStore(path);
    const counts = new Map<number, number>();
    const count = async (): Promise<void> => {
      counts.clear();
      for (const { judged, run } of await kept.judgedRuns()) {
        assert.equal(run.jobCount, 1);
        counts.set(judged.repositoryId, (counts.get(judged.repositoryId) ?? 0) + 1);
      }
    };
    await count();
    assert.deepEqual([...counts.values()], [2000]);
    await kept.adoptRepository({ id: 7, fullName: "octo/widgets", defaultBranch: "main", visibility: null });
    await count();
    assert.deepEqual([...counts], [[7, 2000]]);
    await kept.close();
  }
});
