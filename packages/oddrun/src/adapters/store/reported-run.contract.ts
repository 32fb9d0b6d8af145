import assert from "node:assert/strict";
import { test } from "node:test";
import { type CleanRun, cleanRunTimes } from "@oddrun/core";
import * as fc from "fast-check";
import type { Store } from "./index.ts";
import { aReport, someJobs } from "./reports.contract.ts";
import { aBatch, aPart, START } from "./run-fixtures.contract.ts";

const NOW = START + 86_400_000;

/** What a store gives back of a run's report; `open` gives an empty one, and the test closes it. */
export function reportedRunContract(name: string, open: () => Promise<Store>): void {
  test(`${name}: a stored report cleaned again with its jobs gives what both at once give`, async () => {
    const store = await open();
    const save = ({ run, jobs, steps }: CleanRun) =>
      store.saveCollected(aPart({ batch: aBatch({ runs: [run], jobs, steps }) }));
    let runId = 1000;
    const reportWithJobs = aReport.chain((report) => fc.tuple(fc.constant(report), someJobs(report)));
    await fc.assert(
      fc.asyncProperty(reportWithJobs, async ([reported, jobs]) => {
        const report = { ...reported, runId: ++runId };
        const jobsOfRun = jobs.map((job, index) => ({
          ...job,
          runId,
          jobId: runId * 10 + index,
          steps: job.steps.map((step) => ({ ...step, jobId: runId * 10 + index })),
        }));
        const atOnce = cleanRunTimes(report, jobsOfRun, NOW);
        await save(cleanRunTimes(report, null, NOW));
        // also when jobs are asked for a second time
        for (let round = 0; round < 2; round++) {
          const stored = await store.reportedRun(7, runId, report.runAttempt);
          assert.ok(stored);
          assert.equal(stored.workflow.name, "CI");
          const again = cleanRunTimes(stored.run, jobsOfRun, NOW);
          assert.deepEqual([again.run, again.jobs, again.steps], [atOnce.run, atOnce.jobs, atOnce.steps]);
          await save(again);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
    assert.equal(await store.reportedRun(7, 1, 1), null);
    await store.close();
  });
}
