import { branchClass, entersFailureRate } from "@oddrun/core";
import type { RunStore, StoredRun } from "../ports.ts";

const DAY_MS = 86_400_000;
/** How far back runs are compared with. */
const LOOK_BACK_MS = 90 * DAY_MS;
/** Runs of the branch that are looked at together: with more a change of the last push would be hidden behind older runs. */
export const OWN_RUNS_MAX = 3;
/** Runs of an event on the default branch from which on the others are left out. */
const EVENT_RUNS_MIN = 15;
const PEER_BRANCHES_MAX = 60;

/** The runs that a check looks at; first attempts that passed or failed, in order of completion. */
export interface Fellows {
  /** Of the same branch and event, this one last. */
  readonly own: readonly StoredRun[];
  /** Of the default branch; of other branches where the workflow never runs there. */
  readonly usual: readonly StoredRun[];
  readonly against: "default-branch" | "other-branches";
  /** Of other branches with the same event, by branch; none where they stand for the default branch. */
  readonly peers: readonly (readonly StoredRun[])[];
  readonly isSameEvent: boolean;
}

export const finishedAtMs = (run: StoredRun): number => run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;

/** A pull request from a fork's own "main" is no run of the default branch. */
const isDefault = (run: StoredRun): boolean =>
  branchClass(run.branch, run.defaultBranch) === "default" && !isOfPullRequest(run);
export const isOfPullRequest = ({ event }: StoredRun): boolean => event?.startsWith("pull_request") ?? false;

/** Finds what a run is to be compared with: nothing that ended after it. */
export async function fellowsOf(store: Pick<RunStore, "finishedRuns">, run: StoredRun): Promise<Fellows> {
  const endMs = finishedAtMs(run);
  const filter = {
    repository: run.repositoryName,
    workflow: run.workflowName,
    sinceMs: endMs - LOOK_BACK_MS,
    untilMs: endMs + 1,
  };
  const all: StoredRun[] = [];
  for await (const one of store.finishedRuns(filter)) {
    const isFellow = one.repositoryId === run.repositoryId && one.workflowId === run.workflowId;
    const isFirst = one.runAttempt === 1 && one.runId !== run.runId;
    if (isFellow && isFirst && entersFailureRate(one.conclusion)) all.push(one);
  }
  if (isDefault(run)) {
    const usual = all.filter((one) => isDefault(one) && one.event === run.event);
    return { own: [run], usual, against: "default-branch", peers: [], isSameEvent: true };
  }
  const isOwnBranch = (one: StoredRun): boolean =>
    one.branch !== null && one.branch === run.branch && one.event === run.event && !isDefault(one);
  const own = [...all.filter(isOwnBranch).slice(1 - OWN_RUNS_MAX), run];
  const others = all.filter((one) => !isDefault(one) && !isOwnBranch(one) && one.event === run.event);
  const ofDefault = all.filter(isDefault);
  if (ofDefault.length === 0) {
    return { own, usual: others, against: "other-branches", peers: [], isSameEvent: true };
  }
  const usual = mostLike(ofDefault, run.event);
  const peers = [...Map.groupBy(others, ({ branch }) => branch ?? "").values()].slice(-PEER_BRANCHES_MAX);
  return { own, usual, against: "default-branch", peers, isSameEvent: usual.every(({ event }) => event === run.event) };
}

/** Those of the same event where there are enough, else of pushes, else all. */
function mostLike(runs: readonly StoredRun[], event: string | null): readonly StoredRun[] {
  for (const wanted of [event, "push"]) {
    const own = runs.filter((run) => run.event === wanted);
    if (own.length >= EVENT_RUNS_MIN) return own;
  }
  return runs;
}
