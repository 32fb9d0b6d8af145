import type {
  HistoryBatch,
  IsolationForestModel,
  Job,
  JoinedMetric,
  Repository,
  RunAttempt,
  Verdict,
  Workflow,
} from "@oddrun/core";

export * from "./evidence/evidence-source.ts";
export * from "./collect/run-source.ts";
export * from "./collect/collection-store.ts";
export * from "./incidents/incident-store.ts";
export * from "./changes/change-store.ts";
export * from "./alerts/alert-channel.ts";
export * from "./alerts/alert-message.ts";
export * from "./alerts/alert-mirror.ts";
export * from "./alerts/alert-store.ts";
export * from "./settings/settings.ts";
export * from "./deploy/azure.ts";
export * from "./deploy/cloud-registry.ts";
export { SCORING_CONTRACT } from "./models/scoring-contract.ts";
export * from "./deploy/endpoint-platform.ts";
export { blockedBy, type CheckOutcome, clockOutcome, type DoctorCheck, once, orNull } from "./doctor/doctor.ts";
export { Problem, problem } from "./problems.ts";
export { printable } from "./text/visible-text.ts";

/** How many rows a save added, changed, and found already there. */
export interface SaveCounts {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** What a save of a batch did over all its rows, and to its runs and jobs alone. */
export interface BatchCounts extends SaveCounts {
  readonly runs: SaveCounts;
  readonly jobs: SaveCounts;
}

/** A run attempt with what is needed to compare it with its fellows. */
export interface StoredRun extends RunAttempt {
  readonly repositoryName: string;
  readonly defaultBranch: string | null;
  /** The site of the repository's pages, such as "https://github.com", which null stands for too. */
  readonly webUrl: string | null;
  /** The API that the repository was collected from; null where none ever told of it. */
  readonly apiUrl: string | null;
  readonly workflowName: string;
  /** Jobs that ran in this attempt, inherited ones not counted; null when no jobs were ever recorded for it. */
  readonly jobCount: number | null;
  /** Joined metrics by name. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** A verdict on one attempt by one model. A later correction is a further revision; an earlier one is never rewritten. */
export interface StoredVerdict {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
  /** 1 for the first verdict on this attempt, more for corrections. */
  readonly revision: number;
  readonly modelVersion: string;
  readonly judgedAtMs: number;
  readonly verdict: Verdict;
}

export interface NewVerdict extends Omit<StoredVerdict, "revision"> {
  readonly revision?: number;
}

/** Which measurement is meant. */
export interface AttemptKey {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
}

/** A place in the order of completion. */
export interface CompletionPlace extends AttemptKey {
  /** The end; of an attempt whose end is not known, its start or creation. */
  readonly finishedAtMs: number;
}

export interface JudgedRun {
  readonly run: StoredRun;
  readonly judged: StoredVerdict;
}

export interface RunFilter {
  /** "owner/name", in any letter case. */
  readonly repository?: string;
  /** The workflow's name, or its file with or without its folder. */
  readonly workflow?: string;
  /** Completed at this instant or later. */
  readonly sinceMs?: number;
  /** Completed before this instant. */
  readonly untilMs?: number;
}

/**
 * Keeps runs and what was said of them. Saving one attempt twice leaves one copy. An attempt is finished when it has a
 * conclusion; one whose end is not known takes its place in the order of completion by its start.
 */
export interface RunStore {
  /**
   * Saves all of the batch or none of it. A later save corrects an earlier one; what it does not know of an attempt's or
   * job's description (branch, title, runner, ...: null) stays as it was. Spans and instants are kept in whole milliseconds.
   */
  save(batch: HistoryBatch): Promise<BatchCounts>;
  /** Every repository of which something is stored, by id. */
  repositories(): Promise<readonly Repository[]>;
  saveMetrics(metrics: readonly JoinedMetric[]): Promise<SaveCounts>;
  /** The repository of that name, made with an id below 0 when it is new: only GitHub gives ids above 0. */
  ensureRepository(fullName: string): Promise<Repository>;
  /** The workflow of that name in the repository, made with an id below 0 when it is new. */
  ensureWorkflow(repositoryId: number, name: string): Promise<Workflow>;
  /** All attempts of a run id, over all repositories. */
  attemptsOf(runId: number): Promise<readonly StoredRun[]>;
  /** The jobs kept under these attempts, inherited ones too, by repository, run, attempt and job id. */
  jobsOf(attempts: readonly AttemptKey[]): Promise<readonly Job[]>;
  /** How many attempts `finishedRuns` would give. */
  countRuns(filter?: RunFilter): Promise<number>;
  /**
   * Finished attempts in order of completion (then repository id, run id, attempt), read a page at a time: runs saved
   * meanwhile may or may not be among them.
   */
  finishedRuns(filter?: RunFilter): AsyncIterable<StoredRun>;
  /**
   * Appends; the revision is given by the store. Saves all or none. A verdict that repeats the latest revision of its attempt
   * by the same model word for word is not appended again, so that a repeated command leaves one copy. One that names its
   * revision is appended as that or not at all: what another process said meanwhile stands.
   */
  saveVerdicts(verdicts: readonly NewVerdict[]): Promise<void>;
  /** The latest revision for each of these attempts that was ever judged, in no order. */
  latestVerdicts(attempts: readonly AttemptKey[]): Promise<readonly StoredVerdict[]>;
  /** The latest revision for each judged attempt, newest completion first; `after` goes on behind the last one of an earlier list. */
  judgedRuns(
    filter?: RunFilter & {
      readonly kind?: Verdict["kind"];
      readonly limit?: number;
      readonly after?: CompletionPlace;
    },
  ): Promise<readonly JudgedRun[]>;
  /** Verdicts by kind, latest revisions only. */
  countVerdicts(filter?: RunFilter): Promise<Readonly<Record<Verdict["kind"], number>>>;
  close(): Promise<void>;
}

/** Says what happens, for the log only: nothing a user must see goes this way. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Which training a registered model is: never changed once registered. */
export interface ModelVersion {
  readonly kind: IsolationForestModel["kind"];
  /** "metrics-3": the kind and a number that grows by one for each training. */
  readonly version: string;
  readonly registeredAtMs: number;
  /** What it was trained on, in words. */
  readonly source: string;
  /** SHA-256 of model.json, which itself names the hash of every other file. */
  readonly sha256: string;
}

export interface LoadedModel extends ModelVersion {
  readonly model: IsolationForestModel;
}

/** Keeps every trained model as an immutable version, and which one of each kind is in use. */
export interface ModelRegistry {
  /** Registers a new version and puts it in use: whole or not at all. */
  register(model: IsolationForestModel, source: string): Promise<ModelVersion>;
  /** The version in use, or null when none was ever registered. */
  promoted(kind: IsolationForestModel["kind"]): Promise<LoadedModel | null>;
  /** Newest first. */
  list(): Promise<readonly (ModelVersion & { readonly isPromoted: boolean })[]>;
  load(version: string): Promise<LoadedModel>;
}

/** Some records of a metrics file, in the file's order. */
export interface MetricsBatch {
  readonly features: readonly string[];
  readonly ids: readonly string[];
  /** Row-major, one value a feature; NaN is missing. */
  readonly values: Float64Array;
  readonly rowCount: number;
}

/** Records with their scores, in the order they came. */
export interface ScoredBatch {
  readonly ids: readonly string[];
  /** 0 to 1, higher is odder. */
  readonly scores: Float64Array;
  readonly isAnomaly: (row: number) => boolean;
  /** Worked out when asked for: why an odd record is odd. */
  readonly reason: (row: number) => string;
}
