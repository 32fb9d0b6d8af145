import type { ChangeEvent } from "@oddrun/core";
import type { AttemptKey, StoredRun } from "../ports.ts";

/** Something that was said about a change: appended, never rewritten. */
export interface StoredChange {
  readonly repositoryId: number;
  readonly seriesId: string;
  readonly event: ChangeEvent;
  /** 1 for the first thing said of this series, one more for each further one: of one `changeNumber` the highest holds. */
  readonly revision: number;
  /**
   * True where runs that came late take back what was said. The event then says what holds of this change now; where nothing of
   * it is left, its state is "withdrawn", and its number may be given to another one.
   */
  readonly isCorrection: boolean;
  readonly saidAtMs: number;
  /** Grows with everything that is said in the store, over all series: a reader goes on from the last place it saw. */
  readonly place: number;
}

export interface ChangeFilter {
  readonly repositoryId?: number;
  readonly seriesId?: string;
  /** Said after this place. */
  readonly afterPlace?: number;
  readonly limit?: number;
}

/** How far the runs of one repository are behind the checkpoint, for good: those after it are looked at again each time. */
export interface Watch {
  readonly repositoryId: number;
  /** Runs that finished before this instant are in the saved states; null when there are none yet. */
  readonly checkpointMs: number | null;
  /** Which engine made the states: another one cannot go on from them. */
  readonly engine: string;
  /** Grows with every save. */
  readonly version: number;
  /** Runs in the saved states. */
  readonly runCount: number;
  /** Runs that came after the checkpoint had passed their place, and were not used. */
  readonly lateCount: number;
}

/** What is known of one series at the checkpoint of its repository. */
export interface WatchedSeries {
  readonly seriesId: string;
  /** 0 for runners. States are read a workflow at a time, for siblings help one another. */
  readonly workflowId: number;
  /** JSON. */
  readonly state: string;
  /** How much the detector had said of it at the checkpoint. */
  readonly wordCount: number;
  /** Whether it is looked at also when no run of its workflow came: of a schedule, or while something said since may change. */
  readonly isOpen: boolean;
}

/** One of the detector's words, to be kept; `word` counts them from 1, and takes the place of all later ones. */
export interface NewChange {
  readonly seriesId: string;
  readonly event: ChangeEvent;
  /** Of a correction the first word that is no longer so. */
  readonly word: number;
  readonly isCorrection: boolean;
  readonly saidAtMs: number;
}

/** A word of the detector that still holds. */
export interface HeldWord {
  readonly seriesId: string;
  readonly word: number;
  readonly event: ChangeEvent;
}

/** A step of the watch over one repository: all of it is saved, or none. */
export interface WatchStep {
  readonly repositoryId: number;
  /** The version of the watch that the step begins at; 0 where there is none. */
  readonly fromVersion: number;
  readonly engine: string;
  readonly checkpointMs: number | null;
  /** Only those that the step changed. */
  readonly series: readonly WatchedSeries[];
  /** Runs that are now in the states. */
  readonly passedRuns: readonly AttemptKey[];
  /** Runs that came too late to be used. */
  readonly lateRuns: readonly AttemptKey[];
  readonly said: readonly NewChange[];
}

/** Keeps what was said about changes, and the states of what is watched for them. */
export interface ChangeStore {
  /** In the order in which they were said. */
  changes(filter?: ChangeFilter): Promise<readonly StoredChange[]>;
  watchOf(repositoryId: number): Promise<Watch | null>;
  /** The series of one workflow, those that are open, or all. */
  watchedSeries(
    repositoryId: number,
    of: { readonly workflowId: number } | "open" | "all",
  ): Promise<readonly WatchedSeries[]>;
  /** The words that hold of these series (of all when null), by series and word. */
  heldWords(repositoryId: number, seriesIds: readonly string[] | null): Promise<readonly HeldWord[]>;
  /** When the last attempt of the repository finished; null when none has. */
  lastFinishedMs(repositoryId: number): Promise<number | null>;
  /**
   * When the oldest run was created of which GitHub is still to be asked something, and was in vain at most `triesMax` times; null
   * when there is none.
   */
  oldestAskedForMs(repositoryId: number, triesMax: number): Promise<number | null>;
  /** Finished attempts in order of completion that are neither in the saved states nor told as late, from `fromMs` on. */
  unwatchedRuns(repositoryId: number, fromMs: number | null): AsyncIterable<StoredRun>;
  /** The same that finished before `untilMs`: at most `limit` of them. */
  lateRuns(repositoryId: number, untilMs: number, limit: number): Promise<readonly StoredRun[]>;
  /** False, and nothing is saved, when the watch has another version by now: another process went on with it. */
  saveWatch(step: WatchStep): Promise<boolean>;
  /** All states of the repository are given up, to be made anew from its whole history; what was said stays. */
  forgetWatch(repositoryId: number): Promise<void>;
}
