import { branchClass, type ChangeEvent, seriesId, type Step, type TimedRun } from "@oddrun/core";
import type { ChangeStore } from "../changes/change-store.ts";
import type { EvidenceStore } from "../evidence/evidence-store.ts";
import type { ExplainStore } from "./explain-store.ts";
import type { RunStore, StoredRun } from "../ports.ts";

/** What explaining needs of the store. */
export type ExplainingStore = RunStore & EvidenceStore & ExplainStore;

/** Passing runs that stand for the usual. */
export const USUAL_RUNS = 40;
/** With fewer nothing is called usual. */
export const USUAL_RUNS_MIN = 5;
/** Runs of the workflow and event that are looked through for them: other branches' are among them. */
const LOOKED_THROUGH = 400;

export const classOf = (run: StoredRun): string => branchClass(run.branch, run.defaultBranch);

/**
 * Passing runs of the same workflow, event and class of branch that ended before this one, none found odd; oldest first. While a change is
 * open they are those before it, for the level that it left is still the one in force.
 */
export async function usualRunsBefore(
  run: StoredRun,
  open: ChangeEvent | null,
  store: EvidenceStore,
): Promise<readonly StoredRun[]> {
  const earlier = await store.runsBefore(run, LOOKED_THROUGH);
  const comparable = earlier
    .filter((one) => one.verdictKind !== "anomalous" && isComparable(run, one.run))
    .map((one) => one.run)
    .reverse();
  if (open === null) return comparable.slice(-USUAL_RUNS);
  const before = comparable.filter((one) => finishedAtMs(one) < open.onset.atMs);
  return before.length < USUAL_RUNS_MIN ? comparable.slice(-USUAL_RUNS) : runsInForce(before, open.usual);
}

/** The change of the durations of whole runs like this one that was open when it ended; null when none was. */
export async function openChangeOf(run: StoredRun, store: ChangeStore): Promise<ChangeEvent | null> {
  const { repositoryId, workflowId, event } = run;
  const branches = branchClass(run.branch, run.defaultBranch);
  const context = { scope: "run", measure: "duration", job: "", part: "" } as const;
  const id = seriesId({ repositoryId, workflowId, branches, event: event ?? "", ...context });
  const words = (await store.heldWords(repositoryId, [id])).map((held) => held.event);
  const endedAtMs = finishedAtMs(run);
  const open = [...Map.groupBy(words, ({ changeNumber }) => changeNumber).values()].filter(
    (ofChange) =>
      ofChange.some(({ state }) => state === "told" || state === "grown") &&
      ofChange[0]!.onset.atMs <= endedAtMs &&
      !ofChange.some(({ state, at }) => OVER.has(state) && at.atMs < endedAtMs),
  );
  return open.at(-1)?.findLast(({ state }) => state === "told" || state === "grown") ?? null;
}

const OVER: ReadonlySet<ChangeEvent["state"]> = new Set<ChangeEvent["state"]>(["recovered", "settled", "withdrawn"]);
const finishedAtMs = (run: StoredRun): number => run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;

/** How far, in ln, the mean of a window's middle half may lie from the level in force to be it. */
const IN_FORCE_LN = 0.08;
const WINDOW_STEP = 10;

/**
 * Of runs before an onset, oldest first, those that show the level in force: the newest forty whose middle half takes about `usualMs`, else
 * the forty that come nearest to it. Right before an onset may lie a slow ramp, or an earlier change that was never accepted.
 */
export function runsInForce(runs: readonly StoredRun[], usualMs: number): readonly StoredRun[] {
  let best = runs.slice(-USUAL_RUNS);
  let bestOff = Number.POSITIVE_INFINITY;
  for (let end = runs.length; end >= Math.min(USUAL_RUNS, runs.length) && end > 0; end -= WINDOW_STEP) {
    const window = runs.slice(Math.max(0, end - USUAL_RUNS), end);
    const known = window.flatMap(({ duration }) => duration.ms ?? []).sort((a, b) => a - b);
    const middle = known.slice(known.length >> 2, known.length - (known.length >> 2));
    const mean = middle.reduce((sum, ms) => sum + ms, 0) / Math.max(1, middle.length);
    const off = Math.abs(Math.log(Math.max(1, mean) / Math.max(1, usualMs)));
    if (off < bestOff) [best, bestOff] = [window, off];
    if (off <= IN_FORCE_LN) break;
  }
  return best;
}

/** A passing run of the same context, and not of the same run. */
export const isComparable = (run: StoredRun, other: StoredRun): boolean =>
  other.conclusion === "success" && classOf(other) === classOf(run) && other.runId !== run.runId;

/** The runs with their jobs, steps and earlier attempts, as far as they were collected; in the same order. */
export async function timedRuns(runs: readonly StoredRun[], store: ExplainingStore): Promise<readonly TimedRun[]> {
  const jobs = await store.jobsOf(runs);
  const steps = Map.groupBy(await store.stepsOf(jobs.filter((job) => job.duration.ms !== null)), ({ jobId }) => jobId);
  const jobsByRun = Map.groupBy(jobs, keyOf);
  const timed: TimedRun[] = [];
  for (const run of runs) {
    const own = jobsByRun.get(keyOf(run)) ?? [];
    const ofRun = new Map(own.map(({ jobId }): [number, readonly Step[]] => [jobId, steps.get(jobId) ?? []]));
    timed.push({ run, earlierAttemptsMs: await earlierAttemptsMs(run, store), jobs: own, steps: ofRun });
  }
  return timed;
}

async function earlierAttemptsMs(run: StoredRun, store: RunStore): Promise<number> {
  if (run.runAttempt === 1) return 0;
  const attempts = await store.attemptsOf(run.runId);
  return attempts
    .filter((one) => one.repositoryId === run.repositoryId && one.runAttempt < run.runAttempt)
    .reduce((sum, { duration }) => sum + (duration.ms ?? 0), 0);
}

const keyOf = (of: { readonly repositoryId: number; readonly runId: number; readonly runAttempt: number }): string =>
  `${of.repositoryId}/${of.runId}/${of.runAttempt}`;
