import assert from "node:assert/strict";
import type { CollectedPart, CollectionTask } from "../../operations/collect/collection-store.ts";
import type { Store } from "./index.ts";
import { aBatch, aJob, aPart, aRun, aTask, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const REPOSITORY = { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: "public" } as const;
const OPEN = { conclusion: null, status: "in_progress", completedAtMs: null, endFrom: null } as const;
const STILL_OPEN = { ms: null, unknown: "still-open" } as const;
const key = ({ repositoryId, runId, runAttempt, kind }: Omit<CollectionTask, "tries">) => ({
  repositoryId,
  runId,
  runAttempt,
  kind,
});

/** What a store must do for a collection; `open` gives an empty one, and the test closes it. */
export function collectionStoreContract(name: string, open: () => Promise<Store>): void {
  const storeTest = storeTests(name, open);

  const tasksOf = async (store: Store, triesMax = 99) =>
    (await store.tasks({ triesMax, limit: 1000 })).map(({ runId, tries }) => [runId, tries]);

  storeTest("a part is saved with its runs, tasks, windows and read marks, or not at all", async (store) => {
    const mark = { tokenId: "t1", url: "https://x/runs?page=1", etag: 'W/"1"', nextPage: "2", total: 812 };
    const listed = [{ repositoryId: 7, scope: "all", window: { fromS: 100, toS: 200 } }];
    const part = aPart({ batch: aBatch(), newTasks: [aTask()], listed, readMarks: [mark] });
    const bad = { ...mark, etag: undefined as unknown as string };
    await assert.rejects(store.saveCollected({ ...part, readMarks: [mark, bad] }));
    assert.deepEqual(await store.knownAttempts(7, [1000]), []);
    assert.deepEqual(await tasksOf(store), []);
    assert.deepEqual(await store.listedWindows(7, "all"), []);
    assert.equal(await store.readMark("t1", mark.url), null);

    const counts = await store.saveCollected(part);
    assert.deepEqual(counts.runs, { added: 1, changed: 0, unchanged: 0 });
    assert.deepEqual(await store.tasks({ triesMax: 0, limit: 10 }), [{ ...aTask(), tries: 0 }]);
    assert.deepEqual(await store.listedWindows(7, "all"), [{ fromS: 100, toS: 200 }]);
    assert.deepEqual(await store.readMark("t1", mark.url), mark);
    assert.equal(await store.readMark("t2", mark.url), null);
    assert.equal((await store.attemptsOf(1000))[0]?.repositoryName, "octo/Widgets");

    const again = await store.saveCollected({ ...part, readMarks: [{ ...mark, etag: '"2"', total: null }] });
    assert.equal(again.added + again.changed, 0);
    assert.equal((await store.readMark("t1", mark.url))?.etag, '"2"');
    assert.equal((await tasksOf(store)).length, 1);
  });

  storeTest("an attempt that is still held back was seen so again, and has not changed", async (store) => {
    const held = (seenHeldAtMs: number) =>
      aRun({ ...OPEN, status: "waiting", duration: STILL_OPEN, heldFor: "approval", updatedAtMs: START, seenHeldAtMs });
    const save = async (seenHeldAtMs: number) =>
      (await store.saveCollected(aPart({ batch: aBatch({ runs: [held(seenHeldAtMs)], jobs: [], steps: [] }) }))).runs;
    assert.deepEqual(await save(START + 1000), { added: 1, changed: 0, unchanged: 0 });
    assert.deepEqual(await save(START + 9000), { added: 0, changed: 0, unchanged: 1 });
    assert.equal((await store.reportedRun(7, 1000, 1))?.run.seenHeldAtMs, START + 9000);
  });

  storeTest("the workflows of repositories are told, also of those without a run", async (store) => {
    const batch = aBatch();
    const idle = { ...batch.workflows[0]!, id: 77, name: "Idle", path: null };
    await store.saveCollected(aPart({ batch: { ...batch, workflows: [...batch.workflows, idle] } }));
    assert.deepEqual(
      await store.workflowsOf([7, 8]),
      [...batch.workflows, idle].toSorted((a, b) => a.id - b.id),
    );
    assert.deepEqual(await store.workflowsOf([]), []);
  });

  storeTest("listed windows that touch or overlap are one, within one repository and scope", async (store) => {
    const list = (repositoryId: number, scope: string, ...windows: readonly (readonly [number, number])[]) =>
      store.saveCollected(
        aPart({ listed: windows.map(([fromS, toS]) => ({ repositoryId, scope, window: { fromS, toS } })) }),
      );
    await list(7, "all", [100, 199], [300, 399], [500, 599]);
    await list(8, "all", [0, 1000]);
    await list(7, "branch main", [0, 1000]);
    await list(7, "all", [200, 250]);
    await list(7, "all", [401, 420], [110, 120]);
    await list(7, "all", [90, 10]);
    assert.deepEqual(await store.listedWindows(7, "all"), [
      { fromS: 100, toS: 250 },
      { fromS: 300, toS: 399 },
      { fromS: 401, toS: 420 },
      { fromS: 500, toS: 599 },
    ]);
    await list(7, "all", [251, 480]);
    assert.deepEqual(await store.listedWindows(7, "all"), [
      { fromS: 100, toS: 480 },
      { fromS: 500, toS: 599 },
    ]);
    assert.deepEqual(await store.listedWindows(9, "all"), []);
  });

  storeTest("older tasks come in turn from every workflow, the default branch's first", async (store) => {
    const runs = [
      { runId: 1, workflowId: 70, minute: 1, branch: "main" },
      { runId: 2, workflowId: 70, minute: 2, branch: "main" },
      { runId: 3, workflowId: 70, minute: 3, branch: "topic" },
      { runId: 4, workflowId: 70, minute: 4, branch: "main" },
      { runId: 5, workflowId: 71, minute: 0, branch: "topic" },
      { runId: 6, workflowId: 71, minute: 30, branch: "topic" },
      { runId: 7, workflowId: 70, minute: 31, branch: "main" },
    ].map((run) => ({ ...run, createdAtMs: START + run.minute * 60_000 }));
    const workflows = [70, 71].map((id) => ({ repositoryId: 7, id, name: `w${id}`, path: null }));
    const batch = aBatch({
      repositories: [REPOSITORY],
      workflows,
      runs: runs.map(({ runId, workflowId, branch, createdAtMs }) => aRun({ runId, workflowId, branch, createdAtMs })),
      jobs: [],
      steps: [],
    });
    const newTasks = runs.map(({ runId, createdAtMs }) => aTask({ runId, createdAtMs }));
    await store.saveCollected(aPart({ batch, newTasks }));
    const inTurn = async (limit: number, minute: number) =>
      (await store.tasks({ triesMax: 9, limit, inTurnBeforeMs: START + minute * 60_000 })).map(({ runId }) => runId);
    assert.deepEqual(await inTurn(10, 30), [7, 6, 4, 5, 2, 1, 3]);
    assert.deepEqual(await inTurn(3, 30), [7, 6, 4]);
    assert.deepEqual(await inTurn(10, 1000), [7, 6, 4, 5, 2, 1, 3]);
    await store.saveCollected(aPart({ failedTasks: [key(newTasks[3]!)] }));
    assert.deepEqual(await inTurn(10, 30), [7, 6, 2, 5, 1, 3, 4]);
    assert.deepEqual(await store.tasks({ repositoryIds: [], triesMax: 9, limit: 9, inTurnBeforeMs: START }), []);
  });

  storeTest(
    "tasks come with the fewest tries first, then newest first, over all or some repositories",
    async (store) => {
      const task = (repositoryId: number, runId: number, minute: number) =>
        aTask({ repositoryId, runId, createdAtMs: START + minute * 60_000 });
      const newTasks = [
        ...Array.from({ length: 40 }, (_, index) => task(7, 1 + index, index)),
        task(8, 101, 100),
        task(8, 102, -100),
        task(9, 201, 20.5),
      ];
      await store.saveCollected(aPart({ newTasks }));
      await store.saveCollected(aPart({ failedTasks: [key(task(7, 40, 0)), key(task(8, 101, 0))] }));
      await store.saveCollected(aPart({ failedTasks: [key(task(8, 101, 0))] }));
      const first = await store.tasks({ triesMax: 5, limit: 25 });
      assert.deepEqual(
        first.map(({ runId }) => runId),
        [39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 201, 21, 20, 19, 18, 17, 16],
      );
      const all = await tasksOf(store);
      assert.deepEqual(all.slice(-3), [
        [102, 0],
        [40, 1],
        [101, 2],
      ]);
      assert.equal((await tasksOf(store, 1)).length, 42);
      const some = await store.tasks({ repositoryIds: [8, 9, 77], triesMax: 1, limit: 10 });
      assert.deepEqual(
        some.map(({ runId }) => runId),
        [201, 102],
      );
      assert.deepEqual(await store.tasks({ repositoryIds: [], triesMax: 9, limit: 10 }), []);
      assert.deepEqual(await store.countTasks([7, 8], 9), [
        { repositoryId: 7, kind: "jobs", count: 40 },
        { repositoryId: 8, kind: "jobs", count: 2 },
      ]);
    },
  );

  storeTest("a task that is asked again keeps its tries, unless its attempt ended anew", async (store) => {
    const part: CollectedPart = aPart({ batch: aBatch(), newTasks: [aTask(), aTask({ kind: "attempt" })] });
    await store.saveCollected(part);
    await store.saveCollected(aPart({ failedTasks: [key(aTask())] }));
    await store.saveCollected(part);
    assert.deepEqual(await tasksOf(store), [
      [1000, 0],
      [1000, 1],
    ]);
    await store.saveCollected({ ...part, batch: aBatch({ runs: [aRun({ conclusion: "failure" })] }) });
    assert.deepEqual(await tasksOf(store), [
      [1000, 0],
      [1000, 0],
    ]);
    await store.saveCollected(aPart({ doneTasks: [key(aTask())], failedTasks: [key(aTask({ runId: 4 }))] }));
    const [left, ...others] = await store.tasks({ triesMax: 9, limit: 9 });
    assert.deepEqual([left?.kind, others.length], ["attempt", 0]);
  });

  storeTest("known attempts tell what is finished and what was only imported", async (store) => {
    await store.save(aBatch({ runs: [aRun({ runId: 1 })] }));
    await store.saveCollected(
      aPart({
        batch: aBatch({
          runs: [
            aRun({ runId: 2, updatedAtMs: START }),
            aRun({ runId: 2, runAttempt: 2, updatedAtMs: START, ...OPEN, duration: STILL_OPEN }),
            aRun({ runId: 3, repositoryId: 8 }),
          ],
        }),
      }),
    );
    assert.deepEqual(await store.knownAttempts(7, [1, 2, 2, 3, 4]), [
      { runId: 1, runAttempt: 1, isFinished: true, conclusion: "success", isCollected: false },
      { runId: 2, runAttempt: 1, isFinished: true, conclusion: "success", isCollected: true },
      { runId: 2, runAttempt: 2, isFinished: false, conclusion: null, isCollected: true },
    ]);
    const many = Array.from({ length: 1300 }, (_, index) => index);
    assert.equal((await store.knownAttempts(7, many)).length, 3);
  });

  storeTest("open runs are those whose latest attempt has no end, newest first, until they are gone", async (store) => {
    const open = (runId: number, runAttempt = 1, repositoryId = 7) =>
      aRun({ repositoryId, runId, runAttempt, createdAtMs: START + runId, ...OPEN, duration: STILL_OPEN });
    const runs = [open(1), open(2), aRun({ runId: 2, runAttempt: 2 }), aRun({ runId: 3 }), open(3, 2), open(4, 1, 8)];
    await store.saveCollected(aPart({ batch: aBatch({ runs }) }));
    const ids = async () => (await store.openRuns(7)).map(({ runId, runAttempt }) => [runId, runAttempt]);
    assert.deepEqual(await ids(), [
      [3, 2],
      [1, 1],
    ]);
    await store.saveCollected(aPart({ goneRuns: [{ repositoryId: 7, runId: 3 }] }));
    assert.deepEqual(await ids(), [[1, 1]]);
    assert.equal((await store.attemptsOf(3)).length, 2);
    await store.saveCollected(aPart({ batch: aBatch({ runs: [open(3, 2), aRun({ runId: 1 })] }) }));
    assert.deepEqual(await ids(), [[3, 2]]);
  });

  storeTest("the state of a collection is kept for each repository and scope", async (store) => {
    const of = { repositoryId: 7, scope: "" };
    const never = { ...of, lookedBackAtMs: null, lookBackBeganAtMs: null, completedAtMs: null, problem: null };
    assert.deepEqual(await store.collectionState(7, ""), never);
    await store.saveCollectionState({ ...never, lookBackBeganAtMs: START, problem: "repository-not-found" });
    const state = { ...never, lookedBackAtMs: START, completedAtMs: START + 5 };
    await store.saveCollectionState(state);
    assert.deepEqual(await store.collectionState(7, ""), state);
    assert.deepEqual(await store.collectionState(8, ""), { ...never, repositoryId: 8 });
    assert.deepEqual(await store.collectionState(7, "branches"), { ...never, scope: "branches" });
  });

  storeTest("what was listed under one key can be forgotten, and is then listed again", async (store) => {
    const window = { fromS: 10, toS: 20 };
    const listed = ["", "again"].map((scope) => ({ repositoryId: 7, scope, window }));
    await store.saveCollected(aPart({ listed }));
    await store.saveCollected(aPart({ forgotten: [{ repositoryId: 7, scope: "again" }] }));
    assert.deepEqual(await store.listedWindows(7, "again"), []);
    assert.deepEqual(await store.listedWindows(7, ""), [window]);
  });

  storeTest("read marks of tokens out of use are forgotten, those of the token in use are kept", async (store) => {
    const marks = (tokenId: string, first: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        tokenId,
        url: `https://x/${first + index}`,
        etag: '"e"',
        nextPage: null,
        total: null,
      }));
    await store.saveCollected(aPart({ readMarks: marks("new", 0, 100) }));
    await store.saveCollected(aPart({ readMarks: marks("old", 0, 200) }));
    await store.saveCollected(aPart({ readMarks: marks("new", 100, 4900) }));
    assert.equal(await store.readMark("old", "https://x/99"), null);
    assert.notEqual(await store.readMark("old", "https://x/100"), null);
    assert.notEqual(await store.readMark("new", "https://x/0"), null);
  });

  storeTest("jobs of the open attempt are told again once it has ended", async (store) => {
    const updatedAtMs = START + 10_000;
    const open = aRun({ ...OPEN, updatedAtMs, duration: STILL_OPEN, queueTime: { ms: 4000, unknown: null } });
    await store.saveCollected(aPart({ batch: aBatch({ runs: [open], jobs: [aJob({ conclusion: null })] }) }));
    const ended = aRun({ updatedAtMs: START + 310_000, status: "completed" });
    await store.saveCollected(aPart({ batch: aBatch({ runs: [ended] }) }));
    const [run] = await store.attemptsOf(1000);
    assert.deepEqual([run?.duration.ms, run?.queueTime.unknown], [300_000, "not-recorded"]);
  });

  storeTest("a repository that GitHub renamed keeps its runs, and its older names find it", async (store) => {
    await store.adoptRepository(REPOSITORY);
    await store.saveCollected(aPart({ batch: aBatch() }));
    await store.adoptRepository({ ...REPOSITORY, fullName: "octo/Gears", defaultBranch: null }, ["Octo/Cogs"]);
    await store.saveCollected(aPart({ batch: aBatch({ runs: [aRun({ runId: 1001 })] }) }));
    for (const repository of ["octo/gears", "octo/widgets", "octo/cogs"]) {
      assert.equal(await store.countRuns({ repository }), 2, repository);
    }
    const [run] = await store.attemptsOf(1001);
    assert.deepEqual([run?.repositoryName, run?.defaultBranch], ["octo/Gears", "main"]);
    assert.equal((await store.ensureRepository("octo/Widgets")).id, 7);
  });

  storeTest(
    "where a repository was collected is told with its runs, and kept when a file tells of them",
    async (store) => {
      await store.saveCollected(aPart({ batch: aBatch() }));
      const told = async () => (await store.attemptsOf(1000)).map(({ webUrl, apiUrl }) => [webUrl, apiUrl]);
      assert.deepEqual(await told(), [[null, null]]);
      const there = { webUrl: "https://ghe.example", apiUrl: "https://ghe.example/api/v3" };
      await store.adoptRepository({ ...REPOSITORY, ...there });
      await store.save(aBatch());
      assert.deepEqual(await told(), [[there.webUrl, there.apiUrl]]);
    },
  );

  storeTest("two repositories that swap their names keep their own runs", async (store) => {
    const other = { ...REPOSITORY, id: 8, fullName: "octo/gadgets" };
    await store.adoptRepository(REPOSITORY);
    await store.adoptRepository(other);
    await store.save(aBatch({ repositories: [], runs: [aRun(), aRun({ repositoryId: 8, runId: 2000 })] }));
    await store.adoptRepository({ ...REPOSITORY, fullName: "octo/gadgets" });
    assert.equal((await store.attemptsOf(2000))[0]?.repositoryName, "octo/gadgets#8");
    await store.adoptRepository({ ...other, fullName: "octo/Widgets" });
    assert.equal((await store.attemptsOf(1000))[0]?.repositoryName, "octo/gadgets");
    assert.equal((await store.attemptsOf(2000))[0]?.repositoryName, "octo/Widgets");
    assert.equal(await store.countRuns({ repository: "octo/widgets" }), 1);
  });

  storeTest("a name belongs to the repository that has it now; the deleted one keeps its history", async (store) => {
    await store.adoptRepository(REPOSITORY);
    await store.saveCollected(aPart({ batch: aBatch() }));
    await store.adoptRepository({ ...REPOSITORY, id: 9 });
    await store.saveCollected(aPart({ batch: aBatch({ runs: [aRun({ runId: 1001 })] }) }));
    assert.equal(await store.countRuns({ repository: "octo/widgets" }), 0);
    assert.equal(await store.countRuns({ repository: "octo/widgets#7" }), 2);
    assert.equal((await store.ensureRepository("OCTO/widgets")).id, 9);
  });
}
