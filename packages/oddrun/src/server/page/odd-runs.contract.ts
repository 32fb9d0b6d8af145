import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunAttempt, Verdict } from "@oddrun/core";
import { openStore, type Store } from "../../adapters/store/index.ts";

export const REPOSITORY = { id: 7, fullName: "acme/shop", defaultBranch: "main", visibility: null };

export interface JudgedExample {
  readonly run?: Partial<RunAttempt>;
  readonly verdict?: Verdict;
}

export function anomalous(reason: string, score = 0.8): Verdict {
  return {
    kind: "anomalous",
    score,
    threshold: 0.6,
    contributions: [{ feature: "duration", contribution: 2 }],
    comparisons: [{ feature: "duration", value: 900, usual: 300, usualLow: 240, usualHigh: 360 }],
    reason,
  };
}

export interface TemporaryStore {
  readonly store: Store;
  judge(
    examples: readonly JudgedExample[],
    names?: { readonly repository?: string; readonly workflow?: string },
  ): Promise<void>;
  remove(): Promise<void>;
}

/** A real store in a folder of its own. Each example becomes the next run of one workflow, a minute after the one before. */
export async function temporaryStore(): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), "oddrun-page-"));
  const store = await openStore(join(folder, "oddrun.db"));
  let nextRun = 1;
  return {
    store,
    async judge(examples, { repository = REPOSITORY.fullName, workflow = "CI" } = {}) {
      const runs = examples.map(({ run }) => exampleRun(nextRun++, run));
      await store.save({
        repositories: [{ ...REPOSITORY, fullName: repository }],
        workflows: [{ repositoryId: 7, id: 3, name: workflow, path: null }],
        runs,
        jobs: [],
        steps: [],
      });
      await store.saveVerdicts(
        examples.map(({ verdict }, index) => {
          const { repositoryId, runId, runAttempt } = runs[index]!;
          return {
            repositoryId,
            runId,
            runAttempt,
            modelVersion: "history-1",
            judgedAtMs: 0,
            verdict: verdict ?? anomalous(`reason ${runId}`),
          };
        }),
      );
    },
    async remove() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

function exampleRun(runId: number, changes: Partial<RunAttempt> = {}): RunAttempt {
  const completedAtMs = Date.UTC(2026, 10, 1) + runId * 60_000;
  return {
    repositoryId: REPOSITORY.id,
    workflowId: 3,
    runId,
    runAttempt: 1,
    runNumber: runId,
    branch: "main",
    event: "push",
    headSha: "abc",
    title: null,
    createdAtMs: completedAtMs - 900_000,
    runStartedAtMs: completedAtMs - 900_000,
    completedAtMs,
    conclusion: "success",
    duration: { ms: 900_000, unknown: null },
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: { ms: null, unknown: "not-recorded" },
    queueTime: { ms: null, unknown: "not-recorded" },
    ...changes,
  };
}
