import {
  type IsolationForestModel,
  isAnomaly,
  metricsReason,
  modelContributions,
  modelScorer,
  type SampleMatrix,
} from "@oddrun/core";

/** A model as the routes see it: immutable, so that a request that holds one scores all its rows by it. */
export interface ServedModel {
  readonly version: string;
  readonly sha256: string;
  /** Names, in the order of the columns. */
  readonly features: readonly string[];
  readonly threshold: number;
  /** 0 to 1, higher is odder. Values in the features' own units, NaN = not known. */
  scores(samples: SampleMatrix): Float64Array;
  isOdd(score: number): boolean;
  /** What makes this row odd, in one sentence. */
  reason(row: Float64Array): string;
}

/** Where the routes take the model from. `current` costs nothing and never waits. */
export interface ModelSource {
  current(): ServedModel | null;
  /** Whether a newer model was found but could not be used. */
  isDegraded(): boolean;
  /** Looks for a newer model now. Never rejects: a model that cannot be used leaves the one in use. */
  refresh(): Promise<void>;
  close(): void;
}

/** A trained model made ready to score; what scoring needs is prepared once. */
export function servedModel(loaded: {
  readonly model: IsolationForestModel;
  readonly version: string;
  readonly sha256: string;
}): ServedModel {
  const { model, version, sha256 } = loaded;
  const scorer = modelScorer(model);
  return {
    version,
    sha256,
    features: model.features.map(({ name }) => name),
    threshold: model.threshold,
    scores: (samples) => scorer.scores(samples),
    isOdd: (score) => isAnomaly(model, score),
    reason: (row) => metricsReason(model, row, modelContributions(model, row)),
  };
}
