import assert from "node:assert/strict";
import type { Verdict } from "@oddrun/core";
import type { Store } from "./index.ts";
import { aBatch, aJob, aPart, aRun, aStep, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const REPOSITORY = { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null } as const;
const CI = { repositoryId: 7, id: 70, name: "CI", path: ".github/workflows/ci.yml" };
const USUAL: Verdict = { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] };
const EARLIER: Verdict = { kind: "not-judged", why: "cancelled" };
const COLLECTED = { updatedAtMs: START + 310_000, status: "completed" } as const;

/** How imported history becomes part of the repository that GitHub tells; `open` gives an empty store. */
export function adoptionContract(name: string, open: () => Promise<Store>): void {
  const storeTest = storeTests(name, open);

  /** Three runs of one workflow, with jobs and all that can be joined to them, under ids below 0. */
  async function importHistory(store: Store): Promise<number> {
    const { id } = await store.ensureRepository("OCTO/widgets");
    const workflow = await store.ensureWorkflow(id, "CI");
    const of = { repositoryId: id, workflowId: workflow.id };
    const runIds = [1, 2, 3];
    await store.save({
      repositories: [],
      workflows: [],
      runs: runIds.map((runId) => aRun({ ...of, runId, conclusion: "failure", title: `imported ${runId}` })),
      jobs: runIds.map((runId) => aJob({ repositoryId: id, runId, jobId: 100 + runId })),
      steps: runIds.map((runId) => aStep({ repositoryId: id, jobId: 100 + runId })),
    });
    const metrics = (run: number) => ({ repositoryId: id, runId: run, runAttempt: 1, name: "coverage", value: run });
    await store.saveMetrics(runIds.map(metrics));
    const verdict = (runId: number) => ({ repositoryId: id, runId, runAttempt: 1, modelVersion: "m", judgedAtMs: 5 });
    await store.saveVerdicts(runIds.map((runId) => ({ ...verdict(runId), verdict: EARLIER })));
    await store.saveVerdicts(runIds.map((runId) => ({ ...verdict(runId), verdict: USUAL })));
    return id;
  }

  async function told(store: Store, runId: number) {
    const runs = await store.attemptsOf(runId);
    const jobs = await store.jobsOf(runs);
    const judged = await store.latestVerdicts(runs);
    return runs.map((run, index) => ({
      repositoryId: run.repositoryId,
      workflow: run.workflowName,
      conclusion: run.conclusion,
      metrics: [...run.metrics.values()],
      jobs: jobs.map((job) => job.jobId),
      revision: judged[index]?.revision ?? null,
    }));
  }

  storeTest("what was imported becomes part of the repository, and GitHub's account wins", async (store) => {
    const importedId = await importHistory(store);
    // GitHub told of two of the runs before the name was known to be the same repository
    const real = [aRun({ runId: 1, ...COLLECTED }), aRun({ runId: 2, ...COLLECTED })];
    await store.save({ ...aBatch({ runs: real, jobs: [aJob({ runId: 1, jobId: 900 })] }), repositories: [] });
    await store.saveMetrics([{ repositoryId: 7, runId: 1, runAttempt: 1, name: "coverage", value: 99 }]);
    const own = { repositoryId: 7, runId: 1, runAttempt: 1, modelVersion: "own", judgedAtMs: 6, verdict: EARLIER };
    await store.saveVerdicts([own]);

    for (let round = 0; round < 2; round++) {
      await store.adoptRepository(REPOSITORY);
      const common = { repositoryId: 7, workflow: "CI" };
      assert.deepEqual(await told(store, 1), [
        { ...common, conclusion: "success", metrics: [99], jobs: [900], revision: 1 },
      ]);
      assert.deepEqual(await told(store, 2), [
        { ...common, conclusion: "success", metrics: [2], jobs: [102], revision: 2 },
      ]);
      assert.deepEqual(await told(store, 3), [
        { ...common, conclusion: "failure", metrics: [3], jobs: [103], revision: 2 },
      ]);
      assert.deepEqual(await store.knownAttempts(importedId, [1, 2, 3]), []);
      const counts = { anomalous: 0, usual: 2, "too-little-history": 0, "not-judged": 1 };
      assert.deepEqual(await store.countVerdicts({ repository: "octo/widgets" }), counts);
    }
    const known = await store.knownAttempts(7, [3]);
    assert.deepEqual(known, [{ runId: 3, runAttempt: 1, isFinished: true, conclusion: "failure", isCollected: false }]);
  });

  storeTest("imported workflows give their runs to GitHub's once it tells of them", async (store) => {
    const { id } = await store.ensureRepository("octo/widgets");
    const names = ["CI", ".github/workflows/release.yml", "Gone"];
    const runs = [];
    for (const [index, workflowName] of names.entries()) {
      const workflow = await store.ensureWorkflow(id, workflowName);
      runs.push(aRun({ repositoryId: id, workflowId: workflow.id, runId: 1 + index }));
    }
    await store.save({ ...aBatch({ runs }), repositories: [], workflows: [] });
    await store.adoptRepository(REPOSITORY);
    const workflowIds = async () =>
      Promise.all(
        [1, 2, 3].map(async (runId) => {
          const [run] = await store.attemptsOf(runId);
          return [run?.workflowName, (run?.workflowId ?? 0) > 0];
        }),
      );
    assert.deepEqual(await workflowIds(), [
      ["CI", false],
      [".github/workflows/release.yml", false],
      ["Gone", false],
    ]);
    const release = { ...CI, id: 71, name: "Release", path: ".github/workflows/release.yml" };
    await store.saveCollected(aPart({ batch: { ...aBatch({ runs: [] }), workflows: [CI] } }));
    await store.saveCollected(aPart({ batch: { ...aBatch({ runs: [] }), workflows: [release] } }));
    assert.deepEqual(await workflowIds(), [
      ["CI", true],
      ["Release", true],
      ["Gone", false],
    ]);
    assert.equal((await store.ensureWorkflow(7, ".github/workflows/release.yml")).id, 71);
  });

  storeTest("a workflow's name that two of GitHub's have says nothing, a path does", async (store) => {
    const { id } = await store.ensureRepository("octo/widgets");
    const byName = await store.ensureWorkflow(id, "CI");
    const byPath = await store.ensureWorkflow(id, "ci/second.yml");
    const runs = [byName, byPath].map((workflow, index) =>
      aRun({ repositoryId: id, workflowId: workflow.id, runId: 1 + index }),
    );
    await store.save({ ...aBatch({ runs }), repositories: [], workflows: [] });
    await store.adoptRepository(REPOSITORY);
    const second = { ...CI, id: 71, path: "ci/second.yml" };
    await store.saveCollected(aPart({ batch: { ...aBatch({ runs: [] }), workflows: [CI, second] } }));
    assert.equal((await store.attemptsOf(1))[0]?.workflowId, byName.id);
    assert.equal((await store.attemptsOf(2))[0]?.workflowId, 71);
  });

  storeTest("an import that goes on under the old id is taken in by the next pass", async (store) => {
    const importedId = await importHistory(store);
    await store.adoptRepository(REPOSITORY);
    await store.saveCollected(aPart({ batch: aBatch({ runs: [] }) }));
    const workflowId = (await store.ensureWorkflow(7, "CI")).id;
    assert.equal(workflowId, 70);
    await store.save({
      ...aBatch({ runs: [aRun({ repositoryId: importedId, runId: 4, workflowId: -1 })] }),
      repositories: [],
    });
    await store.adoptRepository({ ...REPOSITORY, fullName: "octo/gears" });
    assert.deepEqual(
      (await told(store, 4)).map(({ repositoryId, workflow }) => [repositoryId, workflow]),
      [[7, "CI"]],
    );
    assert.equal((await store.ensureRepository("octo/widgets")).id, 7);
    assert.ok((await store.ensureRepository("octo/other")).id < importedId);
  });

  storeTest("an import under an older name that led to the repository is taken in too", async (store) => {
    await importHistory(store);
    await store.adoptRepository({ ...REPOSITORY, fullName: "octo/gears" }, ["octo/Widgets"]);
    assert.equal(await store.countRuns({ repository: "octo/gears" }), 3);
    assert.equal(await store.countRuns({ repository: "octo/widgets" }), 3);
  });

  storeTest(
    "an import changes nothing that GitHub told of a finished run, and adds what it left out",
    async (store) => {
      const run = aRun({ ...COLLECTED, branch: null });
      await store.adoptRepository(REPOSITORY);
      await store.saveCollected(aPart({ batch: aBatch({ runs: [run] }) }));
      const imported = aRun({
        conclusion: "failure",
        branch: "topic",
        title: "other",
        duration: { ms: 1, unknown: null },
      });
      await store.save(aBatch({ runs: [imported] }));
      const [kept] = await store.attemptsOf(1000);
      assert.deepEqual(
        [kept?.conclusion, kept?.branch, kept?.title, kept?.duration.ms],
        ["success", "topic", run.title, 300_000],
      );
      await store.saveCollected(aPart({ batch: aBatch({ runs: [aRun({ ...COLLECTED, conclusion: "failure" })] }) }));
      assert.equal((await store.attemptsOf(1000))[0]?.conclusion, "failure");
    },
  );
}
