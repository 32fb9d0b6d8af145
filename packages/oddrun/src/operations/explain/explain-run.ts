import {
  accountForMinutes,
  type ChangeEvent,
  type Evidence,
  failedAt,
  type FailurePlace,
  isFailure,
  type MinutesAccount,
  type NamedCause,
  namedCause,
} from "@oddrun/core";
import type { ChangeStore } from "../changes/change-store.ts";
import { currentEvidence } from "../evidence/evidence-current.ts";
import { type ExplainingStore, openChangeOf, timedRuns, USUAL_RUNS_MIN, usualRunsBefore } from "./explain-groups.ts";
import { findAttempt, type MetricTarget } from "../history/join-metric.ts";
import type { StoredRun, StoredVerdict } from "../ports.ts";

/** What an explanation cannot tell, and why. */
export type UnknownReason =
  /** The duration of the run itself is not known. */
  | "duration-unknown"
  /** Too few passing runs of its workflow, event and class of branch lie before it. */
  | "too-few-usual-runs"
  /** Too few runs since the onset have passed. */
  | "too-few-runs-since"
  /** No jobs were collected: only the queue can be told from the rest. */
  | "no-jobs"
  /** No steps were collected: work is told by job. */
  | "no-steps"
  /** Nothing was asked of GitHub about runner images, caches, actions and files. */
  | "no-evidence"
  /** The store has no run that the change is said to begin with. */
  | "onset-not-stored"
  /** What moved is no length of time: there are no minutes to account for. */
  | "no-minutes";

export interface RunExplanation {
  readonly run: StoredRun;
  /** The latest word on whether it is odd; null when it was never judged. */
  readonly verdict: StoredVerdict["verdict"] | null;
  /** The change of runs like it that was open when it ended: then it is compared with the level before that. */
  readonly openChange: ChangeEvent | null;
  /** Passing runs before it that it is compared with. */
  readonly usualRunCount: number;
  /** Null where too little is known; `unknown` says what. */
  readonly account: MinutesAccount | null;
  readonly cause: NamedCause | null;
  /** Where it failed, of a failed run. */
  readonly failedAt: readonly Pick<FailurePlace, "job" | "step">[];
  /** What else changed, where that was gathered. */
  readonly evidence: readonly Evidence[];
  readonly unknown: readonly UnknownReason[];
}

/**
 * Accounts for the time of one run against the usual runs before it.
 *
 * @throws Problem "run-not-found" and "run-ambiguous".
 */
export async function explainRun(target: MetricTarget, store: ExplainingStore & ChangeStore): Promise<RunExplanation> {
  const run = await findAttempt(target, store);
  const openChange = await openChangeOf(run, store);
  const usual = await usualRunsBefore(run, openChange, store);
  const [verdict] = await store.latestVerdicts([run]);
  const evidence = currentEvidence(await store.evidenceOf([run]));
  const isEnough = usual.length >= USUAL_RUNS_MIN && run.duration.ms !== null;
  const [timed] = await timedRuns([run], store);
  const account = isEnough ? accountForMinutes(await timedRuns(usual, store), [timed!]) : null;
  const unknown: UnknownReason[] = [];
  if (run.duration.ms === null) unknown.push("duration-unknown");
  if (usual.length < USUAL_RUNS_MIN) unknown.push("too-few-usual-runs");
  unknown.push(...unknownDetail(account));
  if (evidence.length === 0) unknown.push("no-evidence");
  return {
    run,
    verdict: verdict?.verdict ?? null,
    openChange,
    usualRunCount: usual.length,
    account,
    cause: account === null ? null : namedCause(account),
    failedAt: isFailure(run.conclusion) ? failedAt(timed!) : [],
    evidence,
    unknown,
  };
}

export function unknownDetail(account: MinutesAccount | null): readonly UnknownReason[] {
  if (account?.detail === "runs") return ["no-jobs"];
  return account?.detail === "jobs" ? ["no-steps"] : [];
}
