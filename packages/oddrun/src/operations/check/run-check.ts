import type { ComparedRuns, Evidence, MinutesAccount, NamedCause, RunComparison } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";

/** One job of the checked run beside the same job of the runs that it is compared with. */
export interface JobCheck {
  /** Comes from outside and is hostile wherever it is shown. */
  readonly job: string;
  readonly compared: ComparedRuns;
}

/** A job that failed here, and how often it fails elsewhere. */
export interface FailureCheck {
  /** null for a run that failed without a failed job. */
  readonly job: string | null;
  readonly step: string | null;
  /** Runs of this branch in a row, up to the checked one, in which it failed. */
  readonly failedHere: number;
  /** Of the runs that it is compared with: how many ran it to an end, and failed in it. */
  readonly usualRuns: number;
  readonly usualFailed: number;
  /** Whether the last of these runs failed in it: what is broken there breaks every branch. */
  readonly failsThereNow: boolean;
  /** Chance that it would have failed as often in a row if it only fails as often as there. */
  readonly chance: number;
  /** False where it fails elsewhere now, or often enough that this may be chance. */
  readonly isNew: boolean;
}

/** Why a run was not checked. */
export type NotChecked = "not-finished" | "cancelled-or-skipped" | "duration-unknown";

/** What a run, with those of its branch before it, is like beside the default branch. */
export interface RunCheck {
  readonly run: StoredRun;
  /**
   * *Failing* before *slower*: a run that fails early is no example of how long it takes. *Slower* and *faster* where the whole run or one
   * of its jobs is beyond noise.
   */
  readonly kind: "failing" | "slower" | "faster" | "within-noise" | "too-little-history" | "not-checked";
  /** Where the workflow never runs on the default branch other branches' runs stand for it. */
  readonly against: "default-branch" | "other-branches";
  /** null where there was nothing to compare. */
  readonly whole: RunComparison | null;
  /** Whether only the jobs that run on both sides are in `whole`. */
  readonly isCommonJobsOnly: boolean;
  /** Those beyond noise first, the largest difference first. */
  readonly jobs: readonly JobCheck[];
  readonly failures: readonly FailureCheck[];
  /** Where the difference lies, of what is slower or faster; null where too little is known. */
  readonly account: MinutesAccount | null;
  readonly cause: NamedCause | null;
  /** What else changed, where that was gathered. */
  readonly evidence: readonly Evidence[];
  /** Further waiting for runners within the run, which is nobody's doing and was taken off. */
  readonly waitedMs: number;
  readonly notChecked: NotChecked | null;
}
