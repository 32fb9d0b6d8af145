import type { Verdict } from "@oddrun/core";
import type { RunStore } from "../operations/ports.ts";

/** What the head of the page tells about everything that was judged. */
export interface HistorySummary {
  readonly verdicts: Readonly<Record<Verdict["kind"], number>>;
  readonly runCount: number;
  /** Completion of the oldest and the newest finished run. */
  readonly window: { readonly firstMs: number; readonly lastMs: number } | null;
  /** The model that gave the newest verdict. */
  readonly modelVersion: string | null;
}

const FRESH_MS_MIN = 1000;
/** Reading a store holds up everything else, scoring included: counting gets at most this part of the time. */
const COUNTING_SHARE_MAX = 0.02;

/** What was counted serves again for a second, and for longer where counting took long. */
export function summaryReader(store: RunStore, now: () => number): () => Promise<HistorySummary> {
  let kept: Promise<HistorySummary> | null = null;
  let keptUntilMs = Number.NEGATIVE_INFINITY;
  const count = async (): Promise<HistorySummary> => {
    const startMs = now();
    try {
      const summary = await summarise(store);
      const endMs = now();
      keptUntilMs = endMs + Math.max(FRESH_MS_MIN, (endMs - startMs) / COUNTING_SHARE_MAX);
      return summary;
    } catch (error) {
      kept = null;
      throw error;
    }
  };
  return () => {
    if (kept === null || now() >= keptUntilMs) {
      // Those who ask meanwhile wait for this count.
      keptUntilMs = Number.POSITIVE_INFINITY;
      kept = count();
    }
    return kept;
  };
}

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
