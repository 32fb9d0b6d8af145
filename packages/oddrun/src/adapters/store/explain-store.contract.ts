import assert from "node:assert/strict";
import type { Step } from "@oddrun/core";
import type { ExplainStore } from "../../operations/explain/explain-store.ts";
import type { RunStore } from "../../operations/ports.ts";
import { aBatch, aRun, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

/** What every store that explains must do; `open` gives an empty one, and the test closes it. */
export function explainStoreContract(name: string, open: () => Promise<RunStore & ExplainStore>): void {
  const storeTest = storeTests(name, open);

  storeTest("steps come by job and number, for the jobs asked for", async (store) => {
    const aStep = (jobId: number, stepNumber: number): Step => ({
      repositoryId: 7,
      jobId,
      stepNumber,
      name: `step ${stepNumber}`,
      conclusion: "success",
      startedAtMs: START,
      completedAtMs: START + 1000,
      duration: { ms: 1000, unknown: null },
    });
    await store.save(aBatch({ steps: [aStep(11, 2), aStep(12, 1), aStep(11, 1), aStep(13, 1)] }));
    const wanted = [12, 11].map((jobId) => ({ repositoryId: 7, jobId }));
    assert.deepEqual(await store.stepsOf(wanted), [aStep(11, 1), aStep(11, 2), aStep(12, 1)]);
    assert.deepEqual(await store.stepsOf([{ repositoryId: 8, jobId: 11 }]), []);
    assert.deepEqual(await store.stepsOf([]), []);
  });

  storeTest("later runs are those of the workflow and event that ended since, the run itself first", async (store) => {
    const at = (minutes: number) => ({ completedAtMs: START + minutes * 60_000 });
    await store.save(
      aBatch({
        runs: [
          aRun({ runId: 1, ...at(1) }),
          aRun({ runId: 2, ...at(2) }),
          aRun({ runId: 3, ...at(3), event: "schedule" }),
          aRun({ runId: 4, ...at(4), workflowId: 71 }),
          aRun({ runId: 5, ...at(5), repositoryId: 8 }),
          aRun({ runId: 6, ...at(6) }),
          aRun({ runId: 7, ...at(7), conclusion: null }),
        ],
      }),
    );
    const [onset] = await store.attemptsOf(2);
    const since = await store.runsSince(onset!, 10);
    assert.deepEqual(
      since.map(({ runId }) => runId),
      [2, 6],
    );
    assert.equal((await store.runsSince(onset!, 1)).length, 1);
  });
}
