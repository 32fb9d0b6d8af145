import type { HistoryBatch, ReportedRun, Workflow } from "@oddrun/core";
import type { BatchCounts } from "../ports.ts";
import type { CreatedWindow, ReadMark, ReadMarks, SourceRepository } from "./run-source.ts";

/** Something that is still to be asked of GitHub. */
export interface CollectionTask {
  readonly repositoryId: number;
  readonly runId: number;
  readonly runAttempt: number;
  /** "attempt": an earlier attempt that the list does not show; "jobs": the jobs of a stored, completed attempt. */
  readonly kind: "attempt" | "jobs";
  /** Its place: newest first. */
  readonly createdAtMs: number;
  /** How often it was tried in vain. */
  readonly tries: number;
}

/** A part of a collection that is saved as one: the data, what it answers, and what it leads to. All of it or none of it. */
export interface CollectedPart {
  readonly batch: HistoryBatch;
  /** Windows of creation that are now listed completely, under `scope`. */
  readonly listed: readonly {
    readonly repositoryId: number;
    readonly scope: string;
    readonly window: CreatedWindow & { readonly toS: number };
  }[];
  /**
   * A task that is there already keeps its tries, unless the batch brings a new conclusion of its attempt. One that is also
   * among `doneTasks` is asked again.
   */
  readonly newTasks: readonly Omit<CollectionTask, "tries">[];
  /** Done, or found to be impossible. */
  readonly doneTasks: readonly Pick<CollectionTask, "repositoryId" | "runId" | "runAttempt" | "kind">[];
  /** Tried in vain, to be tried again in a later pass. */
  readonly failedTasks: readonly Pick<CollectionTask, "repositoryId" | "runId" | "runAttempt" | "kind">[];
  readonly readMarks: readonly ReadMark[];
  /** Runs that GitHub has no more: what is stored of them stays, and they are not among the open runs any more. */
  readonly goneRuns?: readonly { readonly repositoryId: number; readonly runId: number }[];
  /** What was listed under this key is to be listed again. */
  readonly forgotten?: readonly { readonly repositoryId: number; readonly scope: string }[];
}

/** How the collection of one repository stands, under one scope. */
export interface CollectionState {
  readonly repositoryId: number;
  readonly scope: string;
  /** When it was last begun to list the last 31 days again in search of re-runs, and done to the end; null when never. */
  readonly lookedBackAtMs: number | null;
  /** When that was begun which is still under way; null when it is not. */
  readonly lookBackBeganAtMs: number | null;
  /** When a pass last came to its end for this repository; null when never. */
  readonly completedAtMs: number | null;
  /** Why it could not be collected in the last pass, as a problem's code; null when it could. */
  readonly problem: string | null;
}

/** What of an attempt is already known; enough to tell whether a list says something new. */
export interface KnownAttempt {
  readonly runId: number;
  readonly runAttempt: number;
  /** Completed, with a conclusion. */
  readonly isFinished: boolean;
  readonly conclusion: string | null;
  /** GitHub told it itself; an attempt that was only imported has yet to be asked for its jobs. */
  readonly isCollected: boolean;
}

/** Keeps where a collection stands beside what it collected, so that both are always of one moment. */
export interface CollectionStore extends ReadMarks {
  /**
   * Registers a repository under GitHub's id: a new name of a known id is a rename. What was imported under this name before
   * the id was known (ids below 0) becomes part of it; where both know an attempt, GitHub's account replaces the imported one,
   * and verdicts, joined metrics and jobs of the imported one stay where the other has none. `askedNames` are further names
   * that led to it: older ones, which find it from now on. A name belongs to the repository that had it last; one that lost
   * its name to another is shown as "owner/name#id" until GitHub tells its new one.
   */
  adoptRepository(repository: SourceRepository, askedNames?: readonly string[]): Promise<void>;
  /**
   * Saves all of the part or none of it. Repositories that are known keep the name that `adoptRepository` gave them. The end,
   * duration and waits that jobs taught stay while GitHub names the same conclusion; of two reports of one attempt the one with
   * the later `updatedAtMs` describes it, in whatever order they come. Imported workflows (ids below 0) give their runs to the
   * workflow of GitHub's that has their name or path, when one alone has it.
   */
  saveCollected(part: CollectedPart): Promise<BatchCounts>;
  /** The completely listed windows of creation, merged, oldest first. */
  listedWindows(repositoryId: number, scope: string): Promise<readonly (CreatedWindow & { readonly toS: number })[]>;
  collectionState(repositoryId: number, scope: string): Promise<CollectionState>;
  saveCollectionState(state: CollectionState): Promise<void>;
  /** Every workflow that these repositories are known to have. */
  workflowsOf(repositoryIds: readonly number[]): Promise<readonly Workflow[]>;
  /** Of these runs, every stored attempt. */
  knownAttempts(repositoryId: number, runIds: readonly number[]): Promise<readonly KnownAttempt[]>;
  /**
   * Open tasks tried at most `triesMax` times, fewest tries first, then newest first; all repositories when none is named. Those of
   * runs created before `inTurnBeforeMs` come after all others, and in turn from every workflow: the newest of each, the second of each.
   */
  tasks(filter: {
    readonly repositoryIds?: readonly number[];
    readonly inTurnBeforeMs?: number;
    readonly triesMax: number;
    readonly limit: number;
  }): Promise<readonly CollectionTask[]>;
  /** How many are left that were tried at most `triesMax` times. */
  countTasks(
    repositoryIds: readonly number[],
    triesMax: number,
  ): Promise<
    readonly { readonly repositoryId: number; readonly kind: CollectionTask["kind"]; readonly count: number }[]
  >;
  /** Runs whose latest stored attempt is not completed, newest first, without those that are gone. */
  openRuns(
    repositoryId: number,
  ): Promise<readonly { readonly runId: number; readonly runAttempt: number; readonly createdAtMs: number | null }[]>;
  /** A stored attempt as GitHub reported it, to be cleaned again with its jobs; null when it is not stored. */
  reportedRun(
    repositoryId: number,
    runId: number,
    runAttempt: number,
  ): Promise<{ readonly run: ReportedRun; readonly workflow: Workflow } | null>;
}
