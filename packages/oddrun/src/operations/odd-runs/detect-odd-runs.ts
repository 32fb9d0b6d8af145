import {
  DEFAULT_HISTORY_REPLAY_OPTIONS,
  historyReplay,
  type HistoryReplayOptions,
  type IsolationForestModel,
  type RunReading,
  type Verdict,
} from "@oddrun/core";
import { inBatches } from "../history/in-batches.ts";
import type { Logger, ModelRegistry, NewVerdict, RunStore, StoredRun, StoredVerdict } from "../ports.ts";
import { problem } from "../problems.ts";

/** What `detect` has of the world outside. */
export interface DetectDeps {
  readonly store: RunStore;
  readonly registry: ModelRegistry;
  readonly log: Logger;
  readonly now: () => number;
  /** Aborted: what was judged so far is kept, and the next `detect` goes on from there. */
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
}

export interface DetectOptions {
  /** Where the runs are kept, for messages: ".oddrun". */
  readonly place: string;
}

export interface DetectSummary {
  /** Finished attempts in the store. */
  readonly runCount: number;
  /** Verdicts given now, corrections among them, by kind. */
  readonly judged: Readonly<Record<Verdict["kind"], number>>;
  readonly judgedCount: number;
  /** Earlier verdicts replaced by a further revision, because the run's own numbers had changed. */
  readonly correctedCount: number;
  /** Models fitted on the way. */
  readonly fittedCount: number;
  /** The model in use now; null when no run had enough history to be scored. */
  readonly modelVersion: string | null;
  /** False when it was stopped before the end. */
  readonly isComplete: boolean;
}

const BATCH_RUNS = 500;
/** Stands where no model had a say: too little history, or a run that is not judged. */
const NO_MODEL = "none";

/**
 * Judges every finished attempt that has no verdict yet, in order of completion, each against the runs before it and by a model fitted on runs
 * before it; fits that model when there is none or it is stale. Judged runs are judged again only when their own numbers have
 * changed. All runs are read again, for what is usual is not stored; memory is bounded by the number of contexts.
 *
 * @throws Problem "no-runs" when the store is empty.
 */
export async function detectOddRuns(deps: DetectDeps, { place }: DetectOptions): Promise<DetectSummary> {
  const { store, registry, log, now, signal, progress } = deps;
  const runCount = await store.countRuns();
  if (runCount === 0) throw problem("no-runs", place);

  const promoted = await registry.promoted("history");
  let modelVersion = promoted?.version ?? null;
  let fitted: IsolationForestModel | null = null;
  const replay = historyReplay({
    options: replayOptions(promoted?.model ?? null),
    model: promoted?.model ?? null,
    onModel: (model) => {
      fitted = model;
    },
  });
  const takeFitted = (): IsolationForestModel | null => {
    const taken = fitted;
    fitted = null;
    return taken;
  };

  const judged = { anomalous: 0, usual: 0, "too-little-history": 0, "not-judged": 0 };
  let judgedCount = 0;
  let correctedCount = 0;
  let fittedCount = 0;
  let readCount = 0;
  let unsaved: NewVerdict[] = [];
  const save = async (): Promise<void> => {
    if (unsaved.length > 0) await store.saveVerdicts(unsaved);
    unsaved = [];
  };

  for await (const runs of inBatches(store.finishedRuns(), BATCH_RUNS)) {
    if (signal.aborted) break;
    const latest = await latestByKey(store, runs);
    for (const run of runs) {
      const known = latest.get(keyOf(run));
      const { verdict } = replay.next(run, (reading) => known === undefined || isOutdated(known.verdict, reading));
      if (verdict === null) continue;
      const model = takeFitted();
      if (model !== null) {
        // What earlier models said is kept first: a stop in between must not let a model judge the runs it was fitted on.
        await save();
        modelVersion = (await registry.register(model, sourceOf(model, place))).version;
        fittedCount++;
        log.info("history model fitted", { modelVersion, rowCount: model.rowCount, threshold: model.threshold });
      }
      const isScored = verdict.kind === "anomalous" || verdict.kind === "usual";
      unsaved.push({
        repositoryId: run.repositoryId,
        runId: run.runId,
        runAttempt: run.runAttempt,
        revision: (known?.revision ?? 0) + 1,
        modelVersion: isScored ? (modelVersion ?? NO_MODEL) : NO_MODEL,
        judgedAtMs: now(),
        verdict,
      });
      judged[verdict.kind]++;
      judgedCount++;
      if (known !== undefined) correctedCount++;
    }
    await save();
    readCount += runs.length;
    progress(`judged ${readCount} of ${runCount} runs, ${judged.anomalous} odd`);
  }
  log.info("runs judged", { runCount, judgedCount, correctedCount, odd: judged.anomalous });
  return { runCount, judged, judgedCount, correctedCount, fittedCount, modelVersion, isComplete: !signal.aborted };
}

/** A refit keeps the trees, the cut and the seed that the model in use was trained with. */
export function replayOptions(model: IsolationForestModel | null): HistoryReplayOptions {
  const options = DEFAULT_HISTORY_REPLAY_OPTIONS;
  if (model === null) return options;
  const { treeCount, subsampleSize } = model.forest.options;
  const forest = { ...options.model.forest, treeCount, subsampleSize, seed: model.seed };
  return { ...options, model: { ...options.model, contamination: model.contamination, forest } };
}

/** What a history model was trained on, in words. */
export function sourceOf(model: IsolationForestModel, place: string): string {
  const runs = Math.max(0, model.rowCount - (model.metrics["referenceRows"] ?? 0));
  return runs === 0
    ? "the reference sample alone: no judged runs yet"
    : `the latest ${runs} comparable runs in ${place}`;
}

async function latestByKey(store: RunStore, runs: readonly StoredRun[]): Promise<Map<string, StoredVerdict>> {
  const latest = await store.latestVerdicts(runs);
  return new Map(latest.map((verdict) => [keyOf(verdict), verdict]));
}

function keyOf(attempt: {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
}): string {
  return `${attempt.repositoryId}/${attempt.runId}/${attempt.runAttempt}`;
}

/** The failure rate follows from other runs as well; the attempt is what the verdict is on. */
const NOT_ITS_OWN = new Set(["failure rate", "attempt"]);

/** Whether the run's own numbers are no longer those that the verdict was given on. */
function isOutdated(verdict: Verdict, reading: RunReading): boolean {
  if (verdict.kind === "not-judged") return reading.kind !== "not-judged" || reading.why !== verdict.why;
  if (verdict.kind === "too-little-history") return reading.kind !== "too-little-history";
  if (reading.kind !== "read") return true;
  const before = new Map(verdict.comparisons.map(({ feature, value }) => [feature, value]));
  return reading.readings.some(({ feature, comparison }) => {
    if (NOT_ITS_OWN.has(feature)) return false;
    const told = before.get(feature);
    return told === undefined || Math.abs(told - comparison.value) > ROUNDING * Math.abs(comparison.value);
  });
}

/** Verdicts keep six digits. */
const ROUNDING = 1e-5;
