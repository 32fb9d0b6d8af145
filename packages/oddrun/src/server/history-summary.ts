import type { Verdict } from "@oddrun/core";
import type { RunStore } from "../operations/ports.ts";
import { keptFresh } from "./kept-fresh.ts";

/** What the head of the page tells about everything that was judged. */
export interface HistorySummary {
  readonly verdicts: Readonly<Record<Verdict["kind"], number>>;
  readonly runCount: number;
  /** Completion of the oldest and the newest finished run. */
  readonly window: { readonly firstMs: number; readonly lastMs: number } | null;
  /** The model that gave the newest verdict. */
  readonly modelVersion: string | null;
}

/** What was counted serves again for a second, and for longer where counting took long. */
export const summaryReader = (store: RunStore, now: () => number): (() => Promise<HistorySummary>) =>
  keptFresh(() => summarise(store), now);

async function summarise(store: RunStore): Promise<HistorySummary> {
  const verdicts = await store.countVerdicts();
  const runCount = await store.countRuns();
  const newest = (await store.judgedRuns({ limit: 1 }))[0];
  const firstMs = await oldestCompletion(store);
  const lastMs = newest?.run.completedAtMs ?? null;
  return {
    verdicts,
    runCount,
    window: firstMs === null || lastMs === null ? null : { firstMs, lastMs },
    modelVersion: newest?.judged.modelVersion ?? null,
  };
}

async function oldestCompletion(store: RunStore): Promise<number | null> {
  for await (const run of store.finishedRuns()) if (run.completedAtMs !== null) return run.completedAtMs;
  return null;
}
