import type { ExplainingStore } from "../explain/explain-groups.ts";
import type { StoredRun } from "../ports.ts";
import { finishedAtMs, isOfPullRequest } from "./check-fellows.ts";
import { checkStoredRun } from "./check-run.ts";
import type { RunCheck } from "./run-check.ts";

const DAY_MS = 86_400_000;
/** A pull request that nothing ran on for so long is looked at no more. */
const LOOK_BACK_MS = 30 * DAY_MS;

/** Which runs are meant: those of a commit, or of a branch as it stands. */
export interface BranchTarget {
  readonly repository: string;
  readonly branch: string | null;
  readonly headSha: string | null;
  readonly nowMs: number;
}

/**
 * Checks the last finished run of each workflow on a branch or commit: all that a pull request's comment tells. Where a workflow ran for
 * the pull request and for the push of the same commit, it is the pull request's run.
 */
export async function checkBranch(target: BranchTarget, store: ExplainingStore): Promise<readonly RunCheck[]> {
  const { repository, branch, headSha, nowMs } = target;
  const latest = new Map<number, StoredRun>();
  for await (const run of store.finishedRuns({ repository, sinceMs: nowMs - LOOK_BACK_MS })) {
    const isMeant = headSha === null ? run.branch === branch : run.headSha === headSha;
    if (!isMeant || (branch !== null && run.branch !== branch)) continue;
    const before = latest.get(run.workflowId);
    if (before === undefined || isOfPullRequest(run) || !isOfPullRequest(before)) latest.set(run.workflowId, run);
  }
  const checks: RunCheck[] = [];
  const byEnd = (one: StoredRun, other: StoredRun): number => finishedAtMs(one) - finishedAtMs(other);
  for (const run of [...latest.values()].toSorted(byEnd)) checks.push(await checkStoredRun(run, store));
  return checks;
}
