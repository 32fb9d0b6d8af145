import {
  accountForFailures,
  accountForMinutes,
  type ChangeEvent,
  type CommitRange,
  entersFailureRate,
  evidenceTraits,
  type FailureAccount,
  type FinishedRun,
  focusOfFailures,
  focusOfMinutes,
  isFailure,
  jobAsRun,
  jobsNamed,
  jobTraits,
  type MinutesAccount,
  type NamedCause,
  namedCause,
  rankSuspects,
  type Series,
  type Suspect,
  type TimedRun,
  type Trait,
} from "@oddrun/core";
import { currentEvidence } from "../evidence/evidence-current.ts";
import { classOf, type ExplainingStore, runsInForce, timedRuns, USUAL_RUNS, USUAL_RUNS_MIN } from "./explain-groups.ts";
import { type UnknownReason, unknownDetail } from "./explain-run.ts";
import type { StoredRun } from "../ports.ts";

/** A change as a detector told it. */
export interface ChangeToExplain {
  readonly series: Series;
  /** The latest word about it. */
  readonly event: ChangeEvent;
  /** When it was over; null while it is not. Runs that ended later are not looked at. */
  readonly endedAtMs: number | null;
}

export interface ChangeExplanation {
  readonly change: ChangeToExplain;
  /** Its first run, as far as is known, and the last run of the same context before it; null where they are not stored. */
  readonly onset: StoredRun | null;
  readonly lastBefore: StoredRun | null;
  readonly commits: CommitRange | null;
  readonly usualRunCount: number;
  readonly sinceRunCount: number;
  /** Where the minutes went; null where none moved, or too little is known. */
  readonly account: MinutesAccount | null;
  readonly cause: NamedCause | null;
  /** Where the runs fail, of a failure rate. */
  readonly failures: FailureAccount | null;
  /** What else changed at the onset, what coincides best first. */
  readonly suspects: readonly Suspect[];
  readonly unknown: readonly UnknownReason[];
}

/** Runs looked through on either side for those of the context: other branches' are among them. */
const LOOKED_THROUGH = 600;
/** Runs since the onset that are looked at: a slow ramp has grown by then. */
const SINCE_RUNS_MAX = 120;

/**
 * Accounts for a change: where the minutes went (or where runs fail) since its onset against the level in force before, and what
 * else changed then. Never throws for lack of data: `unknown` says what could not be told.
 */
export async function explainChange(store: ExplainingStore, change: ChangeToExplain): Promise<ChangeExplanation> {
  const { series, event } = change;
  const attempts = await store.attemptsOf(event.onset.runId);
  const onset =
    attempts.find((run) => run.repositoryId === series.repositoryId && run.runAttempt === event.onset.runAttempt) ??
    null;
  if (onset === null || series.measure === "schedule") return withoutRuns(change, onset);

  const isFailureRate = series.measure === "failure";
  // runners belong to no workflow: they are explained by the runs of the one that was seen waiting first
  const branches = series.scope === "runner" ? classOf(onset) : series.branches;
  const isOfSeries = (run: StoredRun): boolean => {
    if (classOf(run) !== branches) return false;
    return isFailureRate ? entersFailureRate(run.conclusion) : run.conclusion === "success";
  };
  const earlier = (await store.runsBefore(onset, LOOKED_THROUGH))
    .filter(({ run, verdictKind }) => isOfSeries(run) && (isFailureRate || verdictKind !== "anomalous"))
    .map(({ run }) => run)
    .reverse();
  // suspects are sought right before the onset, the minutes are compared with the level in force
  const before = earlier.slice(-USUAL_RUNS);
  const hasLevel = series.scope === "run" && series.measure === "duration";
  const inForce = hasLevel ? runsInForce(earlier, event.usual) : before;
  const since = (await store.runsSince(onset, LOOKED_THROUGH))
    .filter((run) => isOfSeries(run) && (change.endedAtMs === null || finishedAtMs(run) < change.endedAtMs))
    .slice(0, SINCE_RUNS_MAX);

  const [timedBefore, timedSince] = [await timedRuns(before, store), await timedRuns(since, store)];
  const timedInForce = inForce.at(-1) === before.at(-1) ? timedBefore : await timedRuns(inForce, store);
  const unknown: UnknownReason[] = [];
  if (before.length < USUAL_RUNS_MIN) unknown.push("too-few-usual-runs");
  if (since.length === 0) unknown.push("too-few-runs-since");
  const isEnough = unknown.length === 0;

  const hasMinutes = !isFailureRate && series.measure !== "metric";
  const account =
    isEnough && hasMinutes
      ? accountForMinutes(ofSeries(series, timedInForce), ofSeries(series, timedSince.slice(-USUAL_RUNS)))
      : null;
  if (isEnough && !hasMinutes && !isFailureRate) unknown.push("no-minutes");
  unknown.push(...unknownDetail(account));
  const failures =
    isEnough && isFailureRate
      ? accountForFailures(finishedRuns(series, before, timedBefore), finishedRuns(series, since, timedSince))
      : null;
  const cause = account === null ? null : namedCause(account);
  const focus = account !== null ? focusOfMinutes(account) : failures !== null ? focusOfFailures(failures) : null;

  const lastBefore = before.at(-1) ?? null;
  const commits = commitRange(lastBefore, since[0] ?? onset);
  const window = [...timedBefore, ...timedSince.slice(0, USUAL_RUNS)];
  const { traits, isGathered } = await traitsOf([...before, ...since.slice(0, USUAL_RUNS)], window, store);
  if (!isGathered) unknown.push("no-evidence");
  const suspects = isEnough ? rankSuspects(traits, before.length, commits, focus) : [];
  return {
    change,
    onset,
    lastBefore,
    commits,
    usualRunCount: inForce.length,
    sinceRunCount: since.length,
    account,
    cause,
    failures,
    suspects,
    unknown,
  };
}

function withoutRuns(change: ChangeToExplain, onset: StoredRun | null): ChangeExplanation {
  return {
    change,
    onset,
    lastBefore: null,
    commits: null,
    usualRunCount: 0,
    sinceRunCount: 0,
    account: null,
    cause: null,
    failures: null,
    suspects: [],
    unknown: [onset === null ? "onset-not-stored" : "no-minutes"],
  };
}

const finishedAtMs = (run: StoredRun): number => run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;

/** A series of a job, or of a step of it, is about that job alone; one of runners, whose labels it names, about whole runs. */
function ofSeries(series: Series, runs: readonly TimedRun[]): readonly TimedRun[] {
  if (!isOfJob(series)) return runs;
  return runs.flatMap((run) => jobAsRun(run, series.job, series.measure === "queue-time") ?? []);
}

const isOfJob = ({ scope }: Series): boolean => scope === "job" || scope === "step";

/** Whole runs with their conclusions; of a job's series the job with its own, where it came to one. */
function finishedRuns(series: Series, runs: readonly StoredRun[], timed: readonly TimedRun[]): readonly FinishedRun[] {
  return timed.flatMap((one, at): readonly FinishedRun[] => {
    if (!isOfJob(series)) return [{ ...one, run: runs[at]! }];
    const jobs = jobsNamed(one.jobs, series.job).filter(({ conclusion }) => entersFailureRate(conclusion));
    const failed = jobs.find(({ conclusion }) => isFailure(conclusion)) ?? jobs[0];
    return failed === undefined ? [] : [{ ...one, jobs, run: { ...runs[at]!, conclusion: failed.conclusion } }];
  });
}

function commitRange(before: StoredRun | null, onset: StoredRun): CommitRange | null {
  const [from, to] = [before?.headSha, onset.headSha];
  if (from === null || from === undefined || to === null || from === to) return null;
  return { from, to, isOneBranch: before!.branch === onset.branch };
}

/** What is known of each run, from its jobs and from the evidence that was gathered of it or in comparison with it. */
async function traitsOf(runs: readonly StoredRun[], timed: readonly TimedRun[], store: ExplainingStore) {
  const places = new Map(runs.map((run, at) => [`${run.runId}/${run.runAttempt}`, at]));
  const traits: Trait[][] = timed.map(({ jobs, steps }) => [...jobTraits(jobs, steps)]);
  const stored = Map.groupBy(await store.evidenceOf(runs), ({ runId, runAttempt }) => `${runId}/${runAttempt}`);
  for (const [key, ofRun] of stored) {
    for (const evidence of currentEvidence(ofRun)) {
      const { now, before, comparedWith } = evidenceTraits(evidence);
      traits[places.get(key)!]!.push(...now);
      if (comparedWith === null) continue;
      // a run of before those that are looked at stands at their beginning
      traits[places.get(`${comparedWith.runId}/${comparedWith.runAttempt}`) ?? 0]!.push(...before);
    }
  }
  const all = traits.map((ofRun, at) => ({ hasJobs: timed[at]!.jobs.length > 0, traits: ofRun }));
  return { traits: all, isGathered: stored.size > 0 };
}
