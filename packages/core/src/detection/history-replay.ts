import { DEFAULT_HISTORY_OPTIONS, type HistoryOptions, type HistoryRun, runReader } from "../features/index.ts";
import type { IsolationForestModel } from "../isolation-forest/index.ts";
import { DEFAULT_HISTORY_MODEL_OPTIONS, type HistoryModelOptions, trainingRows } from "./history-model.ts";
import { type HistoryJudge, historyJudge } from "./judge-reading.ts";
import type { RunReading } from "../features/index.ts";
import type { Verdict } from "./verdict.ts";

export interface HistoryReplayOptions {
  readonly features: HistoryOptions;
  readonly model: HistoryModelOptions;
  /** Refitted when this many times as many runs have been seen as at the last fit ... */
  readonly refitGrowth: number;
  /** ... and at least this many. Before them the reference sample stands alone. */
  readonly refitRowsMin: number;
}

export const DEFAULT_HISTORY_REPLAY_OPTIONS: HistoryReplayOptions = {
  features: DEFAULT_HISTORY_OPTIONS,
  model: DEFAULT_HISTORY_MODEL_OPTIONS,
  refitGrowth: 1.5,
  refitRowsMin: 64,
};

/** One run of the replay: what it says against its past, and the verdict when one was wanted. */
export interface ReplayStep {
  readonly reading: RunReading;
  readonly verdict: Verdict | null;
}

/**
 * A history gone through in order of completion. Each run is read against the runs before it, and judged by a model
 * fitted on runs before it: on the reference sample alone at first, on the latest real runs and the sample at 64 runs,
 * and again whenever half as many more have been seen or a further feature has appeared. Whether a whole history comes
 * at once or run by run, each run gets the same verdict.
 */
export interface HistoryReplay {
  readonly seenCount: number;
  next(run: HistoryRun, isWanted: (reading: RunReading) => boolean): ReplayStep;
  /** Fits on everything seen so far, whether it is due or not. */
  refit(): IsolationForestModel;
}

export interface ReplayStart {
  readonly options?: HistoryReplayOptions;
  /** A model that is already there: used until the next fit is due. */
  readonly model?: IsolationForestModel | null;
  /** Told of each new model before it judges a run. */
  readonly onModel?: (model: IsolationForestModel) => void;
}

export function historyReplay({
  options = DEFAULT_HISTORY_REPLAY_OPTIONS,
  model = null,
  onModel,
}: ReplayStart): HistoryReplay {
  const reader = runReader(options.features);
  const rows = trainingRows(options.model.rowsMax);
  let inUse = model;
  let judge: HistoryJudge | null = model === null ? null : historyJudge(model);
  let seenAtFit = model?.metrics["runsSeen"] ?? 0;

  const refit = (): IsolationForestModel => {
    inUse = rows.fit(options.model);
    seenAtFit = rows.seenCount;
    judge = historyJudge(inUse);
    onModel?.(inUse);
    return inUse;
  };
  const isDue = (): boolean =>
    inUse === null ||
    rows.seenCount >= Math.max(options.refitRowsMin, seenAtFit * options.refitGrowth) ||
    (rows.seenCount > seenAtFit && rows.hasColumnBeyond(inUse));

  return {
    get seenCount() {
      return rows.seenCount;
    },
    refit,
    next(run, isWanted) {
      const reading = reader.readNext(run);
      let verdict: Verdict | null = null;
      if (isWanted(reading)) {
        if (reading.kind === "read" && isDue()) refit();
        verdict = reading.kind === "read" ? judge!(reading) : reading;
      }
      if (reading.kind === "read") rows.add(reading.readings, run.completedAtMs);
      return { reading, verdict };
    },
  };
}
