import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryRun } from "../features/index.ts";
import { simulateOrganisation } from "../simulation/index.ts";
import { historyReplay } from "./history-replay.ts";

const SINGLE = new Set<string>(["hanging-step", "fast-run", "slow-run", "queue-jam"]);
const FOUND_SHARE_MIN = 0.9;
const FALSE_PER_1000_MAX = 4;

test("nine in ten of the simulator's single odd runs are told, and fewer than four others in a thousand", () => {
  const { batches, truth } = simulateOrganisation({ seed: 1, startMs: Date.UTC(2026, 0, 5) });
  const branches = new Map<number, string | null>();
  const jobCounts = new Map<string, number>();
  const runs: HistoryRun[] = [];
  for (const batch of batches) {
    for (const { id, defaultBranch } of batch.repositories) branches.set(id, defaultBranch);
    for (const { runId, runAttempt } of batch.jobs) {
      const key = `${runId}/${runAttempt}`;
      jobCounts.set(key, (jobCounts.get(key) ?? 0) + 1);
    }
    for (const run of batch.runs) {
      const jobCount = jobCounts.get(`${run.runId}/${run.runAttempt}`) ?? null;
      runs.push({ ...run, defaultBranch: branches.get(run.repositoryId) ?? null, jobCount, metrics: new Map() });
    }
  }
  runs.sort((a, b) => (a.completedAtMs ?? 0) - (b.completedAtMs ?? 0) || a.runId - b.runId);

  const replay = historyReplay({});
  const odd = new Set<number>();
  for (const run of runs) {
    if (replay.next(run, () => true).verdict?.kind === "anomalous") odd.add(run.runId);
  }
  const single = truth.filter(({ kind }) => SINGLE.has(kind));
  const found = single.filter(({ runIds }) => runIds.some((runId) => odd.has(runId)));
  assert.ok(single.length >= 20, `${single.length} planted`);
  assert.ok(found.length >= FOUND_SHARE_MIN * single.length, `${found.length} of ${single.length} found`);

  const planted = new Set(truth.flatMap(({ runIds }) => runIds));
  const others = [...odd].filter((runId) => !planted.has(runId)).length;
  assert.ok((1000 * others) / runs.length < FALSE_PER_1000_MAX, `${others} of ${runs.length} told without a cause`);
});
