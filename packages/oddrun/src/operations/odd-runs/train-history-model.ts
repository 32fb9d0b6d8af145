import { type ForestOptions, historyReplay, type IsolationForestModel } from "@oddrun/core";
import { replayOptions, sourceOf, type DetectDeps } from "./detect-odd-runs.ts";
import type { ModelVersion } from "../ports.ts";
import { problem } from "../problems.ts";

export interface TrainHistoryOptions {
  /** Where the runs are kept, for messages: ".oddrun". */
  readonly place: string;
  /** Share of the rows, the reference sample included, beyond the cut; the default of `detect` when not given. */
  readonly contamination?: number;
  readonly forest?: ForestOptions;
}

export interface TrainHistorySummary {
  readonly model: IsolationForestModel;
  readonly registered: ModelVersion;
  /** Finished attempts in the store. */
  readonly runCount: number;
  /** Runs with enough of a past to be learnt from. */
  readonly readCount: number;
}

/**
 * Fits a history model on all stored runs that have enough of a past of their own, registers it and puts it in use: `detect` judges the
 * runs that come after with it. Verdicts already given stay as they are. Null when it was stopped.
 *
 * @throws Problem "no-runs" when the store is empty.
 */
export async function trainHistoryModel(
  { store, registry, signal, progress }: Omit<DetectDeps, "now" | "log">,
  { place, contamination, forest }: TrainHistoryOptions,
): Promise<TrainHistorySummary | null> {
  const runCount = await store.countRuns();
  if (runCount === 0) throw problem("no-runs", place);
  const options = replayOptions(null);
  const replay = historyReplay({
    options: {
      ...options,
      model: {
        ...options.model,
        ...(contamination === undefined ? {} : { contamination }),
        ...(forest === undefined ? {} : { forest }),
      },
    },
  });
  let done = 0;
  for await (const run of store.finishedRuns()) {
    if (signal.aborted) return null;
    replay.next(run, () => false);
    if (++done % 5000 === 0) progress(`read ${done} of ${runCount} runs`);
  }
  const model = replay.refit();
  const registered = await registry.register(model, sourceOf(model, place));
  return { model, registered, runCount, readCount: replay.seenCount };
}
