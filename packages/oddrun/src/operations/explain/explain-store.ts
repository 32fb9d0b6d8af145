import type { Step } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";

/** Finds what a run or a change is explained with. */
export interface ExplainStore {
  /** Steps of these jobs, by repository, job and number. */
  stepsOf(jobs: readonly { readonly repositoryId: number; readonly jobId: number }[]): Promise<readonly Step[]>;
  /** Finished attempts of the same workflow and event that ended when this one did or later, this one too, oldest first. */
  runsSince(run: StoredRun, limit: number): Promise<readonly StoredRun[]>;
}
