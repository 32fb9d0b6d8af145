import { branchClass, type Evidence, type EvidenceKind, type Job } from "@oddrun/core";
import type { EarlierRun } from "./evidence-store.ts";
import type { StoredRun } from "../ports.ts";

/** From this long a wait on, it is asked who had to approve. */
const LONG_WAIT_MS = 10 * 60_000;

/**
 * The run to compare with: of the same class of branch, on the same branch where there is one, the newest that was as usual and
 * succeeded, else the newest that succeeded and was not found odd; null when there is none. `earlier` is newest first.
 */
export function comparableRun(run: StoredRun, earlier: readonly EarlierRun[]): StoredRun | null {
  const ofClass = classOf(run);
  const fit = earlier.filter(
    (one) => one.run.conclusion === "success" && one.verdictKind !== "anomalous" && classOf(one.run) === ofClass,
  );
  const usual = fit.filter(({ verdictKind }) => verdictKind === "usual");
  const onBranch = (one: EarlierRun): boolean => one.run.branch === run.branch;
  return (usual.find(onBranch) ?? fit.find(onBranch) ?? usual[0] ?? fit[0])?.run ?? null;
}

const classOf = (run: StoredRun): string => branchClass(run.branch, run.defaultBranch);

export interface JobPair {
  readonly now: Job;
  /** The job of the same name. */
  readonly before: Job;
}

/**
 * The job whose logs tell most: of those that both runs have under one name, the one that took the most time longer, or where none
 * took longer, the one that differs most; null when no job ran in both.
 */
export function jobToCompare(now: readonly Job[], before: readonly Job[]): JobPair | null {
  const earlier = new Map(before.filter(hasRun).map((job) => [job.name, job]));
  const pairs = now.filter(hasRun).flatMap((job) => {
    const counterpart = earlier.get(job.name);
    return counterpart === undefined ? [] : [{ now: job, before: counterpart }];
  });
  const longer = ({ now: job, before: counterpart }: JobPair): number =>
    (job.duration.ms ?? 0) - (counterpart.duration.ms ?? 0);
  const byGrowth = pairs.toSorted((one, other) => longer(other) - longer(one));
  const first = byGrowth[0];
  if (first === undefined) return null;
  return longer(first) > 0 ? first : (byGrowth.at(-1) ?? first);
}

/** A job that GitHub has a log of: it ran, in this attempt. */
const hasRun = (job: Job): boolean => job.duration.ms !== null && job.conclusion !== "skipped" && job.jobId > 0;

/** Whether the run waited long for something that nobody told of. */
export function hasWaitedUnexplained(run: StoredRun): boolean {
  if (run.heldFor !== null) return false;
  if (run.queueTime.unknown === "held-back") return true;
  return Math.max(run.heldTime.ms ?? 0, run.queueTime.ms ?? 0) >= LONG_WAIT_MS;
}

/** Which of the wanted kinds are still to be gathered for the run. */
export function missingKinds(
  run: StoredRun,
  wanted: ReadonlySet<EvidenceKind>,
  known: readonly Evidence[],
): ReadonlySet<EvidenceKind> {
  const kinds = new Set(known.map(({ kind }) => kind));
  return new Set([...wanted].filter((kind) => !kinds.has(kind) && (kind !== "approvals" || hasWaitedUnexplained(run))));
}
