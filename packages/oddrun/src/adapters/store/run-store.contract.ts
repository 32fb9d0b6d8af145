import assert from "node:assert/strict";
import type { Verdict } from "@oddrun/core";
import type { RunFilter, RunStore, StoredRun } from "../../operations/ports.ts";
import { aBatch, aJob, aRun, aStep, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const USUAL: Verdict = { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] };
const ODD: Verdict = {
  kind: "anomalous",
  score: 0.71,
  threshold: 0.6,
  contributions: [{ feature: "duration", contribution: 1.5 }],
  comparisons: [{ feature: "duration", value: 900, usual: 300, usualLow: 240, usualHigh: 360 }],
  reason: "duration 15 min, usual 4 to 6 min",
};

async function all(store: RunStore, filter?: RunFilter): Promise<readonly StoredRun[]> {
  const runs: StoredRun[] = [];
  for await (const run of store.finishedRuns(filter)) runs.push(run);
  return runs;
}

/** What every run store must do; `open` gives an empty one, and the test closes it. */
export function runStoreContract(name: string, open: () => Promise<RunStore>): void {
  const storeTest = storeTests(name, open);

  storeTest("a run comes back as it was saved, with the names around it", async (store) => {
    const counts = await store.save(aBatch());
    assert.deepEqual(counts.runs, { added: 1, changed: 0, unchanged: 0 });
    assert.equal(counts.added, 3);
    const [run, ...rest] = await all(store);
    assert.deepEqual(rest, []);
    assert.deepEqual(run, {
      ...aRun(),
      repositoryName: "octo/Widgets",
      defaultBranch: "main",
      webUrl: null,
      apiUrl: null,
      workflowName: "CI",
      jobCount: null,
      metrics: new Map(),
    });
  });

  storeTest("saving the same batch twice leaves one copy", async (store) => {
    const batch = aBatch({ jobs: [aJob()], steps: [aStep()] });
    await store.save(batch);
    const counts = await store.save(batch);
    assert.equal(counts.unchanged, 5);
    assert.equal(counts.added + counts.changed, 0);
    assert.deepEqual(counts.jobs, { added: 0, changed: 0, unchanged: 1 });
    assert.equal(await store.countRuns(), 1);
  });

  storeTest("a correction changes the run and is counted as a change", async (store) => {
    await store.save(aBatch());
    const counts = await store.save(aBatch({ runs: [aRun({ conclusion: "failure" }), aRun({ runId: 1001 })] }));
    assert.deepEqual(counts.runs, { added: 1, changed: 1, unchanged: 0 });
    assert.equal((await store.attemptsOf(1000))[0]?.conclusion, "failure");
  });

  storeTest("what a later save does not know of the description stays", async (store) => {
    await store.save(aBatch());
    const counts = await store.save(
      aBatch({
        repositories: [{ id: 7, fullName: "octo/Widgets", defaultBranch: null, visibility: null }],
        runs: [aRun({ title: null, headSha: null, branch: null })],
      }),
    );
    assert.equal(counts.changed, 0);
    const [run] = await store.attemptsOf(1000);
    assert.equal(run?.title, "Make it quicker");
    assert.equal(run?.defaultBranch, "main");
  });

  storeTest("of one attempt twice in a batch the last one counts", async (store) => {
    const counts = await store.save(aBatch({ runs: [aRun(), aRun({ conclusion: "failure" })] }));
    assert.deepEqual(counts.runs, { added: 1, changed: 0, unchanged: 0 });
    assert.equal((await all(store))[0]?.conclusion, "failure");
  });

  storeTest("a batch is saved whole or not at all", async (store) => {
    const broken = { ...aStep(), name: undefined as unknown as string };
    await assert.rejects(store.save(aBatch({ jobs: [aJob()], steps: [broken] })));
    assert.equal(await store.countRuns(), 0);
    assert.deepEqual(await store.attemptsOf(1000), []);
    const counts = await store.save(aBatch());
    assert.equal(counts.added, 3);
  });

  storeTest("every attempt of a run is kept, over all repositories", async (store) => {
    await store.save(
      aBatch({
        repositories: [
          { id: 7, fullName: "octo/widgets", defaultBranch: null, visibility: null },
          { id: 8, fullName: "octo/gadgets", defaultBranch: null, visibility: null },
        ],
        runs: [aRun({ runAttempt: 2 }), aRun(), aRun({ repositoryId: 8 })],
      }),
    );
    const attempts = await store.attemptsOf(1000);
    assert.deepEqual(
      attempts.map((run) => [run.repositoryName, run.runAttempt]),
      [
        ["octo/widgets", 1],
        ["octo/widgets", 2],
        ["octo/gadgets", 1],
      ],
    );
    assert.equal(attempts[2]?.workflowName, "workflow 70");
    assert.deepEqual(await store.attemptsOf(4), []);
  });

  storeTest("finished runs come in order of completion, over many pages", async (store) => {
    const runs = Array.from({ length: 2300 }, (_, index) =>
      aRun({ runId: 1 + ((index * 7919) % 2300), completedAtMs: START + (((index * 7919) % 2300) >> 2) * 1000 }),
    );
    await store.save(aBatch({ runs }));
    const ids = (await all(store)).map((run) => run.runId);
    assert.deepEqual(
      ids,
      Array.from({ length: 2300 }, (_, index) => index + 1),
    );
  });

  storeTest(
    "an open run is kept but not finished; one without a known end takes its place by its start",
    async (store) => {
      const noEnd = { completedAtMs: null, duration: { ms: null, unknown: "out-of-range" } } as const;
      const open = { conclusion: null, completedAtMs: null, duration: { ms: null, unknown: "still-open" } } as const;
      await store.save(aBatch({ runs: [aRun(), aRun({ runId: 1001, ...noEnd }), aRun({ runId: 1002, ...open })] }));
      assert.deepEqual(
        (await all(store)).map((run) => run.runId),
        [1001, 1000],
      );
      assert.equal(await store.countRuns(), 2);
      assert.deepEqual((await store.attemptsOf(1002))[0]?.duration, { ms: null, unknown: "still-open" });
    },
  );

  storeTest("filters by repository, workflow and time of completion", async (store) => {
    await store.save(
      aBatch({
        repositories: [
          { id: 7, fullName: "octo/Widgets", defaultBranch: null, visibility: null },
          { id: 8, fullName: "octo/gadgets", defaultBranch: null, visibility: null },
        ],
        workflows: [
          { repositoryId: 7, id: 70, name: "CI", path: ".github/workflows/ci.yml" },
          { repositoryId: 7, id: 71, name: "Nightly", path: null },
        ],
        runs: [
          aRun({ runId: 1, completedAtMs: START }),
          aRun({ runId: 2, completedAtMs: START + 1000, workflowId: 71 }),
          aRun({ runId: 3, completedAtMs: START + 2000 }),
          aRun({ runId: 4, completedAtMs: START + 3000, repositoryId: 8 }),
        ],
      }),
    );
    const ids = async (filter: RunFilter) => {
      const found = (await all(store, filter)).map((run) => run.runId);
      assert.equal(await store.countRuns(filter), found.length);
      return found;
    };
    assert.deepEqual(await ids({ repository: "OCTO/widgets" }), [1, 2, 3]);
    assert.deepEqual(await ids({ workflow: "Nightly" }), [2]);
    assert.deepEqual(await ids({ workflow: ".github/workflows/ci.yml", repository: "octo/widgets" }), [1, 3]);
    assert.deepEqual(await ids({ workflow: "ci.yml" }), await ids({ workflow: ".github/workflows/ci.yml" }));
    for (const workflow of ["i.yml", "%.yml", "c_.yml", ""]) assert.deepEqual(await ids({ workflow }), [], workflow);
    assert.deepEqual(await ids({ sinceMs: START + 1000, untilMs: START + 3000 }), [2, 3]);
    assert.deepEqual(await ids({ repository: "octo/none' or 1=1 --" }), []);
  });

  storeTest("jobs are counted in the attempt where they ran", async (store) => {
    const inherited = { ms: null, unknown: "inherited-from-earlier-attempt" } as const;
    await store.save(
      aBatch({
        runs: [aRun(), aRun({ runAttempt: 2 }), aRun({ runId: 1001 })],
        jobs: [
          aJob(),
          aJob({ jobId: 5001 }),
          aJob({ jobId: 5002, runAttempt: 2, duration: inherited, queueTime: inherited }),
          aJob({ jobId: 5003, runAttempt: 2 }),
        ],
      }),
    );
    const counts = (await all(store)).map((run) => [run.runId, run.runAttempt, run.jobCount]);
    assert.deepEqual(counts, [
      [1000, 1, 2],
      [1000, 2, 1],
      [1001, 1, null],
    ]);
  });

  storeTest("a job that a re-run only lists stays in the attempt where it ran", async (store) => {
    const inherited = { ms: null, unknown: "inherited-from-earlier-attempt" } as const;
    const runs = [aRun(), aRun({ runAttempt: 2 })];
    const listed = aJob({ runAttempt: 2, duration: inherited, queueTime: inherited });
    for (const jobs of [[aJob(), listed], [listed]]) {
      await store.save(aBatch({ runs, jobs }));
      assert.deepEqual(
        (await all(store)).map((run) => run.jobCount),
        [1, null],
      );
    }
  });

  storeTest("the jobs of attempts come back as they were saved, and those of no other attempt", async (store) => {
    const inherited = { ms: null, unknown: "inherited-from-earlier-attempt" } as const;
    const jobs = [
      aJob({ jobId: 5001, runnerGroup: "large", runnerLabels: "arm64,linux", conclusion: null }),
      aJob({ createdAtMs: null, runnerName: null, queueTime: { ms: null, unknown: "not-recorded" } }),
      aJob({ jobId: 5002, runAttempt: 2, duration: inherited, queueTime: inherited }),
      aJob({ jobId: 5003, repositoryId: 8 }),
      aJob({ jobId: 5004, runId: 1001 }),
    ];
    await store.save(aBatch({ jobs }));
    const key = { repositoryId: 7, runId: 1000, runAttempt: 1 };
    assert.deepEqual(await store.jobsOf([key]), [jobs[1], jobs[0]]);
    assert.deepEqual(await store.jobsOf([{ ...key, runAttempt: 2 }, key]), [jobs[1], jobs[0], jobs[2]]);
    assert.deepEqual(await store.jobsOf([{ ...key, runAttempt: 3 }]), []);
    assert.deepEqual(await store.jobsOf([]), []);
    const many = Array.from({ length: 1200 }, (_, index) => ({ ...key, runId: 1 + index }));
    assert.equal((await store.jobsOf(many)).length, 3);
  });

  storeTest("a joined metric belongs to one attempt; saving it again replaces its value", async (store) => {
    await store.save(aBatch({ runs: [aRun(), aRun({ runAttempt: 2 })] }));
    const metric = { repositoryId: 7, runId: 1000, runAttempt: 2, name: "coverage", value: 81.4 };
    assert.deepEqual(await store.saveMetrics([metric]), { added: 1, changed: 0, unchanged: 0 });
    assert.deepEqual(await store.saveMetrics([metric]), { added: 0, changed: 0, unchanged: 1 });
    assert.deepEqual(await store.saveMetrics([{ ...metric, value: -0.5 }]), { added: 0, changed: 1, unchanged: 0 });
    const [first, second] = await all(store);
    assert.deepEqual(first?.metrics, new Map());
    assert.deepEqual(second?.metrics, new Map([["coverage", -0.5]]));
  });

  storeTest("names without an id of GitHub's get ids below 0, once each", async (store) => {
    await store.save(aBatch());
    const known = await store.ensureRepository("OCTO/WIDGETS");
    assert.deepEqual(known, { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null });
    const made = await store.ensureRepository("octo/new");
    assert.ok(made.id < 0);
    assert.deepEqual(await store.ensureRepository("Octo/New"), made);
    assert.notEqual((await store.ensureRepository("octo/newer")).id, made.id);
    assert.equal((await store.ensureWorkflow(7, "CI")).id, 70);
    const workflow = await store.ensureWorkflow(made.id, "CI");
    assert.ok(workflow.id < 0);
    assert.deepEqual(await store.ensureWorkflow(made.id, "CI"), workflow);
    assert.notEqual((await store.ensureWorkflow(7, "Other")).id, workflow.id);
  });

  storeTest("a later verdict is a further revision, and a repeated one is not kept twice", async (store) => {
    await store.save(aBatch({ runs: [aRun(), aRun({ runId: 1001, completedAtMs: START + 400_000 })] }));
    const first = { repositoryId: 7, runId: 1000, runAttempt: 1, modelVersion: "m1", judgedAtMs: START, verdict: ODD };
    await store.saveVerdicts([first, { ...first, runId: 1001, verdict: USUAL }]);
    await store.saveVerdicts([{ ...first, judgedAtMs: START + 1 }]);
    let judged = await store.judgedRuns();
    assert.deepEqual(
      judged.map(({ run, judged }) => [run.runId, judged.revision]),
      [
        [1001, 1],
        [1000, 1],
      ],
    );
    assert.deepEqual(judged[1]?.judged, { ...first, revision: 1 });
    assert.equal(judged[1]?.run.repositoryName, "octo/Widgets");
    await store.saveVerdicts([{ ...first, modelVersion: "m2", verdict: USUAL }]);
    judged = await store.judgedRuns({ limit: 5 });
    assert.deepEqual([judged[1]?.judged.revision, judged[1]?.judged.verdict], [2, USUAL]);
    assert.deepEqual(await store.countVerdicts(), { anomalous: 0, usual: 2, "too-little-history": 0, "not-judged": 0 });
  });

  storeTest("a verdict that names its revision gives way to one given meanwhile", async (store) => {
    await store.save(aBatch());
    const first = { repositoryId: 7, runId: 1000, runAttempt: 1, modelVersion: "m1", judgedAtMs: START, verdict: ODD };
    await store.saveVerdicts([{ ...first, revision: 1 }]);
    await store.saveVerdicts([{ ...first, modelVersion: "m2", verdict: USUAL, revision: 1 }]);
    const [kept] = await store.judgedRuns();
    assert.deepEqual([kept?.judged.revision, kept?.judged.modelVersion], [1, "m1"]);
    await store.saveVerdicts([{ ...first, modelVersion: "m2", verdict: USUAL, revision: 2 }]);
    assert.equal((await store.judgedRuns())[0]?.judged.revision, 2);
  });

  storeTest("a run saved again keeps its verdict, in its new place", async (store) => {
    await store.save(aBatch({ runs: [aRun(), aRun({ runId: 1001, completedAtMs: START + 400_000 })] }));
    const first = { repositoryId: 7, runId: 1000, runAttempt: 1, modelVersion: "m1", judgedAtMs: START, verdict: ODD };
    await store.saveVerdicts([first, { ...first, runId: 1001 }]);
    await store.save(aBatch({ runs: [aRun({ completedAtMs: START + 500_000 }), aRun({ runId: 1002 })] }));
    const odd = await store.judgedRuns({ kind: "anomalous" });
    assert.deepEqual(
      odd.map(({ run }) => run.runId),
      [1000, 1001],
    );
    assert.equal((await store.countVerdicts()).anomalous, 2);
  });

  storeTest("judged runs are filtered by kind and cut to the newest", async (store) => {
    const runs = Array.from({ length: 250 }, (_, index) =>
      aRun({ runId: 1000 + index, completedAtMs: START + index * 1000 }),
    );
    await store.save(aBatch({ runs }));
    await store.saveVerdicts(
      runs.map((run, index) => ({
        repositoryId: 7,
        runId: run.runId,
        runAttempt: 1,
        modelVersion: "m1",
        judgedAtMs: START,
        verdict: index % 10 === 0 ? ODD : index % 10 === 1 ? TOO_LITTLE : USUAL,
      })),
    );
    assert.deepEqual(await store.countVerdicts(), {
      anomalous: 25,
      usual: 200,
      "too-little-history": 25,
      "not-judged": 0,
    });
    const odd = await store.judgedRuns({ kind: "anomalous", limit: 3, repository: "octo/widgets" });
    assert.deepEqual(
      odd.map(({ run }) => run.runId),
      [1240, 1230, 1220],
    );
    const { repositoryId, runId, runAttempt, completedAtMs } = odd[2]!.run;
    const after = { finishedAtMs: completedAtMs!, repositoryId, runId, runAttempt };
    const further = await store.judgedRuns({ kind: "anomalous", limit: 2, after });
    assert.deepEqual(
      further.map(({ run }) => run.runId),
      [1210, 1200],
    );
    const sinceMs = START + 240_000;
    assert.equal((await store.judgedRuns({ sinceMs })).length, 10);
    assert.deepEqual(await store.countVerdicts({ sinceMs }), {
      anomalous: 1,
      usual: 8,
      "too-little-history": 1,
      "not-judged": 0,
    });
  });

  storeTest(
    "the latest verdict on given attempts is found, and none for an attempt that was never judged",
    async (store) => {
      await store.save(aBatch({ runs: [aRun({ runId: 1 }), aRun({ runId: 2 }), aRun({ runId: 2, runAttempt: 2 })] }));
      const one = { repositoryId: 7, runId: 2, runAttempt: 1, modelVersion: "m1", judgedAtMs: START };
      await store.saveVerdicts([{ ...one, verdict: USUAL }]);
      await store.saveVerdicts([{ ...one, modelVersion: "m2", verdict: { kind: "not-judged", why: "cancelled" } }]);
      const found = await store.latestVerdicts([
        { repositoryId: 7, runId: 1, runAttempt: 1 },
        { repositoryId: 7, runId: 2, runAttempt: 1 },
        { repositoryId: 7, runId: 2, runAttempt: 2 },
      ]);
      assert.deepEqual(
        found.map(({ runId, runAttempt, revision, verdict }) => [runId, runAttempt, revision, verdict.kind]),
        [[2, 1, 2, "not-judged"]],
      );
    },
  );

  storeTest("hostile text is kept as text; what no database takes becomes U+FFFD", async (store) => {
    const title = `'"; drop table run_attempts; -- <img onerror=1> \u001b[31m \u202e`;
    const cut = "a\uD800b\0c";
    await store.save(aBatch({ runs: [aRun({ title, branch: cut, event: "x".repeat(5000) })] }));
    await store.save(aBatch({ runs: [aRun({ title, branch: cut, event: "x".repeat(5000) })] }));
    const [run] = await all(store);
    assert.equal(run?.title, title);
    assert.equal(run?.branch, "a\uFFFDb\uFFFDc");
    assert.equal(run?.event?.length, 5000);
    assert.equal(await store.countRuns(), 1);
  });

  storeTest("ids beyond 32 bits keep every digit", async (store) => {
    const runId = Number.MAX_SAFE_INTEGER - 1;
    await store.save(aBatch({ runs: [aRun({ runId })] }));
    assert.equal((await all(store))[0]?.runId, runId);
  });

  storeTest("writes at once in one process wait for each other", async (store) => {
    const saves = Array.from({ length: 20 }, (_, index) => store.save(aBatch({ runs: [aRun({ runId: 1 + index })] })));
    const seen = all(store);
    await Promise.all([...saves, seen]);
    assert.equal(await store.countRuns(), 20);
  });
}

const TOO_LITTLE: Verdict = { kind: "too-little-history", runCount: 3, runCountMin: 20 };
