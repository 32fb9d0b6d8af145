import {
  accountForMinutes,
  compareRuns,
  type CompareOptions,
  DEFAULT_COMPARE_OPTIONS,
  entersFailureRate,
  isFailure,
  type MinutesAccount,
  namedCause,
  type RunComparison,
} from "@oddrun/core";
import { currentEvidence } from "../evidence/evidence-current.ts";
import { type ExplainingStore, timedRuns, USUAL_RUNS } from "../explain/explain-groups.ts";
import { findAttempt, type MetricTarget } from "../history/join-metric.ts";
import type { StoredRun } from "../ports.ts";
import { checkFailures } from "./check-failures.ts";
import { type Fellows, fellowsOf } from "./check-fellows.ts";
import { commonJobs, jobValues, type JobsByRun, runKey, runValues } from "./check-values.ts";
import type { JobCheck, NotChecked, RunCheck } from "./run-check.ts";

/** Of unchanged runs one in a hundred may be called slower: 6 in 1,000 for the run, 3 for all of its jobs together. */
const JOBS_FALSE_SHARE = 0.003;
/** Jobs beyond are not compared one by one: each of them would have to be much slower to be told. */
const JOBS_MAX = 60;

/**
 * Whether a run takes longer than the default branch's beyond noise, in all or in one of its jobs, or fails where that passes. The run
 * alone is looked at, and the last runs of its branch together: each at half the share of false alarms, so that both keep it.
 *
 * @throws Problem "run-not-found" and "run-ambiguous".
 */
export async function checkRun(target: MetricTarget, store: ExplainingStore): Promise<RunCheck> {
  return checkStoredRun(await findAttempt(target, store), store);
}

export async function checkStoredRun(run: StoredRun, store: ExplainingStore): Promise<RunCheck> {
  const fellows = await fellowsOf(store, run);
  const nothing: RunCheck = {
    run,
    kind: "not-checked",
    against: fellows.against,
    whole: null,
    isCommonJobsOnly: false,
    jobs: [],
    failures: [],
    account: null,
    cause: null,
    evidence: currentEvidence(await store.evidenceOf([run])),
    waitedMs: 0,
    notChecked: null,
  };
  const notChecked = whyNot(run);
  if (notChecked !== null) return { ...nothing, notChecked };
  const read = [...fellows.own, ...fellows.usual.slice(-DEFAULT_COMPARE_OPTIONS.usualRunsMax), ...fellows.peers.flat()];
  const jobs: JobsByRun = Map.groupBy(await store.jobsOf(read), runKey);
  if (isFailure(run.conclusion)) {
    const [timed] = await timedRuns([run], store);
    const failures = checkFailures(timed!, fellows, jobs);
    return { ...nothing, kind: failures.some(({ isNew }) => isNew) ? "failing" : "within-noise", failures };
  }
  return { ...nothing, ...(await compareTimes(run, fellows, jobs, store)) };
}

function whyNot({ conclusion, duration }: StoredRun): NotChecked | null {
  if (conclusion === null) return "not-finished";
  if (!entersFailureRate(conclusion)) return "cancelled-or-skipped";
  return duration.ms === null && !isFailure(conclusion) ? "duration-unknown" : null;
}

type Times = Pick<RunCheck, "kind" | "whole" | "isCommonJobsOnly" | "jobs" | "account" | "cause" | "waitedMs">;

async function compareTimes(run: StoredRun, fellows: Fellows, jobs: JobsByRun, store: ExplainingStore): Promise<Times> {
  const common = commonJobs(run, fellows.usual, jobs);
  const compared = compareLooks(fellows, (runs) => runValues(runs, jobs, common), DEFAULT_COMPARE_OPTIONS.falseShare);
  const account = await accountOf(run, fellows, compared, store);
  const waitedMs = account === null ? 0 : furtherWaitMs(account, run, fellows);
  const whole = withoutWait(compared, waitedMs);
  const each = compareJobs(run, fellows, jobs);
  const beyond = each.filter((one) => one.compared.kind !== "within-noise");
  const isTold = (kind: "slower" | "faster"): boolean =>
    whole.kind === kind || (whole.kind !== "slower" && beyond.some((one) => one.compared.kind === kind));
  const kind = isTold("slower") ? "slower" : isTold("faster") ? "faster" : whole.kind;
  return {
    kind,
    whole,
    isCommonJobsOnly: common !== null,
    jobs: each,
    account,
    cause: account === null ? null : namedCause(account),
    waitedMs: whole === compared ? 0 : waitedMs,
  };
}

/** This run alone, and with those of its branch before it: what is beyond noise in either is. */
function compareLooks(
  { own, usual, peers, isSameEvent }: Fellows,
  valuesOf: (runs: readonly StoredRun[]) => ReturnType<typeof runValues>,
  falseShare: number,
): RunComparison {
  const ownValues = valuesOf(own);
  const input = { usual: valuesOf(usual), peers: peers.map(valuesOf), isSameEvent };
  const look = (count: number, share: number): RunComparison => {
    const options: CompareOptions = { ...DEFAULT_COMPARE_OPTIONS, falseShare: share };
    return compareRuns({ ...input, own: ownValues.slice(-count) }, options);
  };
  if (ownValues.length < 2) return look(1, falseShare);
  const [alone, together] = [look(1, falseShare / 2), look(ownValues.length, falseShare / 2)];
  if (alone.kind !== "within-noise" || together.kind === "within-noise") return alone;
  // what the last run does not show any more is mended
  const isStill = alone.ratio > 1 === (together.kind === "slower");
  return isStill ? together : alone;
}

function compareJobs(run: StoredRun, fellows: Fellows, jobs: JobsByRun): readonly JobCheck[] {
  const own = (jobs.get(runKey(run)) ?? [])
    .filter(({ conclusion, duration }) => conclusion === "success" && duration.ms !== null)
    .toSorted((one, other) => other.duration.ms! - one.duration.ms!)
    .slice(0, JOBS_MAX);
  const names = [...new Set(own.map(({ name }) => name))];
  const checks = names.flatMap((job): readonly JobCheck[] => {
    const valuesOf = (runs: readonly StoredRun[]) => jobValues(runs, jobs, job);
    const compared = compareLooks(fellows, valuesOf, JOBS_FALSE_SHARE / names.length);
    return compared.kind === "too-little-history" ? [] : [{ job, compared }];
  });
  const size = ({ compared }: JobCheck): number => Math.abs(compared.value - compared.usual);
  const isBeyond = ({ compared }: JobCheck): number => Number(compared.kind !== "within-noise");
  return checks.toSorted((one, other) => isBeyond(other) - isBeyond(one) || size(other) - size(one));
}

/** Where the difference lies, against the runs that it was judged by. */
async function accountOf(
  run: StoredRun,
  { own, usual, peers }: Fellows,
  compared: RunComparison,
  store: ExplainingStore,
): Promise<MinutesAccount | null> {
  if (compared.kind === "too-little-history") return null;
  const passed = (runs: readonly StoredRun[]): readonly StoredRun[] =>
    runs.filter(({ conclusion }) => conclusion === "success");
  const isByPeers = compared.peerRunCount > 0;
  const byEnd = (one: StoredRun, other: StoredRun): number => (one.completedAtMs ?? 0) - (other.completedAtMs ?? 0);
  const before = passed(isByPeers ? peers.flat().toSorted(byEnd) : usual).slice(-USUAL_RUNS);
  const since = compared.ownRunCount > 1 ? passed(own).slice(-compared.ownRunCount) : [run];
  return accountForMinutes(await timedRuns(before, store), await timedRuns(since, store));
}

/** Waiting for runners beside that for the first one, which is in no value. */
function furtherWaitMs({ parts }: MinutesAccount, run: StoredRun, { usual }: Fellows): number {
  const allMs = parts.reduce((sum, { kind, ms }) => (kind === "queue" ? sum + ms : sum), 0);
  const firsts = usual.flatMap(({ queueTime }) => queueTime.ms ?? []).sort((one, other) => one - other);
  const firstMs = Math.max(0, (run.queueTime.ms ?? 0) - (firsts[firsts.length >> 1] ?? 0));
  return Math.max(0, allMs - firstMs);
}

/** What is slower only because its later jobs waited for runners is within noise: no commit is the reason for that. */
function withoutWait(compared: RunComparison, waitedMs: number): RunComparison {
  if (compared.kind !== "slower" || waitedMs <= 0) return compared;
  const value = compared.value - waitedMs;
  return value / compared.usual > compared.ratioSeen ? compared : { ...compared, kind: "within-noise" };
}
