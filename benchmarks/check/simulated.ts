import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job, RunAttempt, Step } from "@oddrun/core";
import { simulateOrganisation } from "@oddrun/core/simulation";
import { openStore, type Store } from "oddrun/internal/adapters/store/index";
import { checkStoredRun } from "oddrun/internal/operations/check/check-run";
import type { StoredRun } from "oddrun/ports";

const START_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const FIRST_CHECKED_MS = START_MS + 30 * DAY_MS;
const SLOWED = [1.3, 1.5, 2] as const;

export interface SimulatedFigures {
  readonly ownCount: number;
  readonly checked: number;
  readonly slower: number;
  readonly faster: number;
  readonly tooLittle: number;
  /** Shares found at 1.3, 1.5 and 2 times the longest job. */
  readonly found: readonly number[];
  /** Share of those found at 2 times whose step was named. */
  readonly named: number;
}

/** `checkRun` on unchanged pull requests, and on the same with the longest step of the longest job made slower. */
export async function simulatedChecks({
  seeds,
  every,
}: {
  readonly seeds: readonly number[];
  readonly every: number;
}): Promise<readonly SimulatedFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-check-bench-"));
  const tallies = new Map(
    [1, 2, 3].map((count) => [
      count,
      { checked: 0, slower: 0, faster: 0, tooLittle: 0, tried: 0, found: [0, 0, 0], named: 0 },
    ]),
  );
  try {
    for (const seed of seeds) {
      const store = await openStore(join(folder, `${seed}.db`));
      const batches = simulateOrganisation({ seed, startMs: START_MS, days: 60, incidents: false }).batches;
      for (const batch of batches) await store.save(batch);
      const pulls: StoredRun[] = [];
      for await (const run of store.finishedRuns({ sinceMs: FIRST_CHECKED_MS })) {
        if (run.event === "pull_request" && run.runAttempt === 1 && run.conclusion === "success") pulls.push(run);
      }
      const all = Map.groupBy(pulls, ({ workflowId, branch }) => `${workflowId}/${branch}`);
      for (const [at, run] of pulls.entries()) {
        if (at % every !== 0) continue;
        const own = all.get(`${run.workflowId}/${run.branch}`)!;
        const place = own.indexOf(run);
        const tally = tallies.get(Math.min(3, place + 1))!;
        const { kind } = await checkStoredRun(run, store);
        if (kind === "too-little-history") tally.tooLittle++;
        else tally.checked++;
        if (kind === "slower") tally.slower++;
        if (kind === "faster") tally.faster++;
        if (kind === "too-little-history") continue;
        tally.tried++;
        for (const [index, factor] of SLOWED.entries()) {
          const { check, step } = await slowed(store, own.slice(Math.max(0, place - 2), place + 1), factor);
          if (check.kind !== "slower") continue;
          tally.found[index]!++;
          const part = check.cause?.kind === "part" ? check.cause.part : null;
          if (factor === 2 && part?.step === step) tally.named++;
        }
      }
      await store.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [...tallies].map(([ownCount, { tried, found, named, ...rest }]) => ({
    ownCount,
    ...rest,
    found: found.map((count) => count / Math.max(1, tried)),
    named: named / Math.max(1, found[2]!),
  }));
}

/** The check of the last of these runs, had the longest step of their longest job taken so many times as long. */
async function slowed(store: Store, runs: readonly StoredRun[], factor: number) {
  const jobs = await store.jobsOf(runs);
  const steps = await store.stepsOf(jobs);
  const ofLast = jobs.filter(({ runId, duration }) => runId === runs.at(-1)!.runId && duration.ms !== null);
  const job = ofLast.reduce((one, other) => (other.duration.ms! > one.duration.ms! ? other : one));
  const ofJob = steps.filter(({ jobId, duration }) => jobId === job.jobId && duration.ms !== null);
  const step = ofJob.reduce((one, other) => (other.duration.ms! > one.duration.ms! ? other : one)).name;
  const changed = new Map<number, { run: StoredRun; jobs: Job[]; steps: Step[] }>();
  for (const run of runs) {
    const extraMs = jobs
      .filter(({ runId, name, duration }) => runId === run.runId && name === job.name && duration.ms !== null)
      .map(({ duration }) => Math.round(duration.ms! * (factor - 1)))[0];
    if (extraMs !== undefined) changed.set(run.runId, withExtra(run, jobs, steps, { job: job.name, step, extraMs }));
  }
  const check = await checkStoredRun(changed.get(runs.at(-1)!.runId)!.run, overlaid(store, changed));
  return { check, step };
}

function withExtra(
  run: StoredRun,
  allJobs: readonly Job[],
  allSteps: readonly Step[],
  { job: name, step, extraMs }: { readonly job: string; readonly step: string; readonly extraMs: number },
) {
  const longer = <Part extends { readonly duration: RunAttempt["duration"]; readonly completedAtMs: number | null }>(
    part: Part,
  ): Part => ({
    ...part,
    duration: part.duration.ms === null ? part.duration : { ms: part.duration.ms + extraMs, unknown: null },
    completedAtMs: part.completedAtMs === null ? null : part.completedAtMs + extraMs,
  });
  const jobs = allJobs.filter(({ runId }) => runId === run.runId).map((job) => (job.name === name ? longer(job) : job));
  const jobIds = new Set(jobs.filter((job) => job.name === name).map(({ jobId }) => jobId));
  const ids = new Set(jobs.map(({ jobId }) => jobId));
  const steps = allSteps
    .filter(({ jobId }) => ids.has(jobId))
    .map((one) => (jobIds.has(one.jobId) && one.name === step ? longer(one) : one));
  const ends = Math.max(...jobs.map(({ completedAtMs }) => completedAtMs ?? 0));
  const moreMs = Math.max(0, ends - (run.completedAtMs ?? ends));
  return {
    run: {
      ...run,
      completedAtMs: (run.completedAtMs ?? ends) + moreMs,
      duration: run.duration.ms === null ? run.duration : { ms: run.duration.ms + moreMs, unknown: null },
    },
    jobs,
    steps,
  };
}

/** The store, with these runs in place of its own. */
function overlaid(
  store: Store,
  changed: ReadonlyMap<
    number,
    { readonly run: StoredRun; readonly jobs: readonly Job[]; readonly steps: readonly Step[] }
  >,
): Store {
  const parts = [...changed.values()];
  const jobIds = new Set(parts.flatMap(({ jobs }) => jobs.map(({ jobId }) => jobId)));
  const over: Partial<Store> = {
    async *finishedRuns(filter) {
      for await (const run of store.finishedRuns(filter)) yield changed.get(run.runId)?.run ?? run;
    },
    async jobsOf(attempts) {
      const own = parts.flatMap(({ jobs }) => jobs);
      const asked = new Set(attempts.map(({ runId }) => runId));
      const others = await store.jobsOf(attempts.filter(({ runId }) => !changed.has(runId)));
      return [...others, ...own.filter(({ runId }) => asked.has(runId))];
    },
    async stepsOf(jobs) {
      const asked = new Set(jobs.map(({ jobId }) => jobId));
      const others = await store.stepsOf(jobs.filter(({ jobId }) => !jobIds.has(jobId)));
      return [...others, ...parts.flatMap(({ steps }) => steps).filter(({ jobId }) => asked.has(jobId))];
    },
  };
  return new Proxy(store, {
    get: (target, name) => {
      const own = Reflect.get(over, name) as unknown;
      if (own !== undefined) return own;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
