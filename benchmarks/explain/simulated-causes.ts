/** Whether the account names what was planted in the simulated organisation, and how many minutes off it is. */
import {
  accountForMinutes,
  branchClass,
  type Job,
  type MinutesAccount,
  namedCause,
  parseJobName,
  type RunAttempt,
  type Step,
  type TimedRun,
} from "@oddrun/core";
import {
  type IncidentKind,
  type PlantedCause,
  type PlantedIncident,
  simulateOrganisation,
} from "@oddrun/core/simulation";

/** Runs before an onset, or before one run, that stand for the usual; and runs after an onset. */
const FELLOWS = 40;
const START_MS = Date.UTC(2026, 0, 5);

export interface CauseCase {
  readonly seed: number;
  readonly kind: IncidentKind;
  readonly cause: PlantedCause["kind"];
  readonly isRight: boolean;
  readonly named: string;
  readonly planted: string;
  readonly differenceMs: number;
  /** What the account lays to the planted cause. */
  readonly toldMs: number;
  /** What the planted cause really added: against the same runs of the same seed without any incident. */
  readonly trueMs: number;
  readonly unexplainedMs: number;
}

interface History {
  readonly runs: readonly RunAttempt[];
  readonly timed: (run: RunAttempt) => TimedRun;
}

/** All cases of one seed. `onsetShift` runs later (below 0: earlier) is where the onset is told, as a detector might. */
export function causeCases(seed: number, onsetShift: number): readonly CauseCase[] {
  const planted = history(seed, true);
  const calm = history(seed, false);
  const calmRuns = new Map(calm.runs.map((run) => [keyOf(run), run]));
  const without = (runs: readonly RunAttempt[]): readonly TimedRun[] =>
    runs.flatMap((run) => {
      const same = calmRuns.get(keyOf(run));
      return same?.conclusion === "success" ? [calm.timed(same)] : [];
    });
  return planted.truth.flatMap((incident): readonly CauseCase[] => {
    if (incident.cause.kind === "failures" || incident.cause.kind === "silence") return [];
    return groupsOf(planted.runs, incident, onsetShift).flatMap(({ before, after }) => {
      const account = accountForMinutes(before.map(planted.timed), after.map(planted.timed));
      const carriers = after.filter((run) => incident.runIds.includes(run.runId) && run.conclusion === "success");
      const truth = accountForMinutes(without(carriers), carriers.map(planted.timed));
      if (account === null || truth === null) return [];
      return [
        {
          seed,
          kind: incident.kind,
          cause: incident.cause.kind,
          ...judge(account, incident.cause),
          planted: incident.what,
          differenceMs: account.differenceMs,
          toldMs: minutesOf(account, incident.cause),
          trueMs: minutesOf(truth, incident.cause),
          unexplainedMs: account.unexplainedMs,
        },
      ];
    });
  });
}

function history(seed: number, incidents: boolean): History & { readonly truth: readonly PlantedIncident[] } {
  const { batches, truth } = simulateOrganisation({ seed, startMs: START_MS, days: 60, incidents });
  const runs: RunAttempt[] = [];
  const jobs = new Map<string, Job[]>();
  const steps = new Map<number, Step[]>();
  for (const batch of batches) {
    runs.push(...batch.runs);
    for (const job of batch.jobs) push(jobs, keyOf(job), job);
    for (const step of batch.steps) push(steps, step.jobId, step);
  }
  runs.sort((a, b) => a.completedAtMs! - b.completedAtMs! || a.runId - b.runId);
  const attempts = Map.groupBy(runs, ({ runId }) => runId);
  const timed = (run: RunAttempt): TimedRun => ({
    run,
    earlierAttemptsMs: attempts
      .get(run.runId)!
      .reduce((sum, { runAttempt, duration }) => (runAttempt < run.runAttempt ? sum + (duration.ms ?? 0) : sum), 0),
    jobs: jobs.get(keyOf(run)) ?? [],
    steps,
  });
  return { runs, timed, truth };
}

interface Groups {
  readonly before: readonly RunAttempt[];
  readonly after: readonly RunAttempt[];
}

/** As `oddrun explain` takes them: passing runs of one context, those before and those since the onset, in order of completion. */
function groupsOf(runs: readonly RunAttempt[], incident: PlantedIncident, onsetShift: number): readonly Groups[] {
  const { workflowId, runIds, onsetMs, endMs } = incident;
  const ofWorkflow = runs.filter((run) => run.workflowId === workflowId && run.conclusion === "success");
  const contexts = Map.groupBy(ofWorkflow, (run) => `${run.event} ${branchClass(run.branch, null)}`);
  return [...contexts.values()].flatMap((fellows): readonly Groups[] => {
    const first = fellows.findIndex(({ runId }) => runIds.includes(runId));
    if (first === -1) return [];
    if (runIds.length === 1) {
      const before = fellows.slice(Math.max(0, first - FELLOWS), first);
      return before.length < 10 ? [] : [{ before, after: [fellows[first]!] }];
    }
    const onset = first + onsetShift;
    const last = fellows.findLastIndex((run) => endMs === null || run.completedAtMs! < endMs);
    // a ramp has grown to be seen only after a while: it is explained by its newest runs
    const since = fellows.slice(onset, last + 1);
    const after = since.slice(-FELLOWS);
    const before = fellows.slice(Math.max(0, onset - FELLOWS), onset);
    const isSeen = before.length >= 10 && after.length >= 10 && onsetMs > 0;
    return isSeen ? [{ before, after }] : [];
  });
}

function judge(account: MinutesAccount, cause: PlantedCause): { readonly isRight: boolean; readonly named: string } {
  const found = namedCause(account);
  if (found === null) return { isRight: false, named: "nothing" };
  if (found.kind === "everything") return { isRight: cause.kind === "everything", named: "everything alike" };
  const { kind, job, step } = found.part;
  const named = [kind, job, step].filter((word) => word !== null).join(" / ");
  if (cause.kind === "queue") return { isRight: kind === "queue", named };
  if (cause.kind === "step") return { isRight: step === cause.stepName && isOf(job, cause.jobName), named };
  return { isRight: false, named };
}

function minutesOf({ parts }: MinutesAccount, cause: PlantedCause): number {
  const isMeant = ({ kind, job, step }: MinutesAccount["parts"][number]): boolean => {
    if (cause.kind === "queue") return kind === "queue";
    if (cause.kind === "step") return step === cause.stepName && isOf(job, cause.jobName);
    return step !== null;
  };
  return parts.filter(isMeant).reduce((sum, { ms }) => sum + ms, 0);
}

const isOf = (job: string | null, planned: string): boolean => job !== null && parseJobName(job).inner === planned;
const keyOf = (of: { readonly runId: number; readonly runAttempt: number }): string => `${of.runId}/${of.runAttempt}`;

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
