import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { HistoryBatch, Job, RunAttempt, Step } from "../pipeline/index.ts";
import { type SimulationOptions, simulateOrganisation } from "./index.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 8, 1);

interface FlatHistory {
  readonly batches: readonly HistoryBatch[];
  readonly runs: readonly RunAttempt[];
  readonly jobs: readonly Job[];
  readonly steps: readonly Step[];
  readonly truth: ReturnType<typeof simulateOrganisation>["truth"];
}

function simulate(options: Partial<SimulationOptions> = {}): FlatHistory {
  const { batches, truth } = simulateOrganisation({ seed: 42, startMs: START_MS, ...options });
  const all = [...batches];
  return {
    batches: all,
    runs: all.flatMap(({ runs }) => runs),
    jobs: all.flatMap(({ jobs }) => jobs),
    steps: all.flatMap(({ steps }) => steps),
    truth,
  };
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  return Map.groupBy(items, keyOf);
}

function median(values: readonly number[]): number {
  assert.ok(values.length > 0, "a median of nothing");
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
const full = simulate();
const calm = simulate({ incidents: false });
const workflowIds = new Map(full.batches.flatMap(({ workflows }) => workflows.map(({ id, path }) => [id, path])));
const named = (repository: string, name: string): number => {
  const batch = full.batches.find(({ repositories }) => repositories[0]?.fullName.endsWith(`/${repository}`))!;
  return batch.workflows.find((workflow) => workflow.name === name)!.id;
};

const isWeekend = ({ createdAtMs }: RunAttempt): boolean => [0, 6].includes(new Date(createdAtMs!).getUTCDay());

const hour = ({ createdAtMs }: RunAttempt): number => new Date(createdAtMs!).getUTCHours();

const work = ({ duration, queueTime }: RunAttempt): number => duration.ms! - queueTime.ms!;

const firstAttempts = (history: FlatHistory): ReadonlyMap<number, RunAttempt> =>
  new Map(history.runs.filter(({ runAttempt }) => runAttempt === 1).map((run) => [run.runId, run]));

describe("the simulated organisation", () => {
  test("sixty days hold six repositories, twenty workflows and about ten thousand run attempts", () => {
    assert.equal(new Set(full.runs.map(({ repositoryId }) => repositoryId)).size, 6);
    assert.equal(new Set(full.runs.map(({ workflowId }) => workflowId)).size, 20);
    assert.equal(workflowIds.size, 20);
    for (const { runs } of [full, calm, simulate({ seed: 1 })]) {
      assert.ok(runs.length >= 9000 && runs.length <= 11_000, `${runs.length} attempts`);
    }
    assert.ok(full.steps.length < 150_000);
    const events = ["pull_request", "push", "merge_group", "workflow_dispatch", "schedule"];
    assert.deepEqual(new Set(full.runs.map(({ event }) => event)), new Set(events));
    const conclusions = new Set(["success", "failure", "cancelled", "skipped"]);
    assert.deepEqual(new Set<string | null>(full.runs.map(({ conclusion }) => conclusion)), conclusions);
  });

  test("the same seed gives the same bytes, another seed others, and batches can be read twice", () => {
    const { batches, truth } = simulateOrganisation({ seed: 7, startMs: START_MS, days: 12 });
    const first = digest([[...batches], truth]);
    assert.equal(digest([[...batches], truth]), first);
    const again = simulateOrganisation({ seed: 7, startMs: START_MS, days: 12 });
    assert.equal(digest([[...again.batches], again.truth]), first);
    const other = simulateOrganisation({ seed: 8, startMs: START_MS, days: 12 });
    assert.notEqual(digest([[...other.batches], other.truth]), first);
  });

  test("a start, a span or a seed that makes no sense is refused", () => {
    assert.throws(() => simulateOrganisation({ seed: 1, startMs: Number.NaN }), RangeError);
    assert.throws(() => simulateOrganisation({ seed: 1, startMs: START_MS, days: 0 }), RangeError);
    assert.throws(() => simulateOrganisation({ seed: -1, startMs: START_MS, days: 1 }), RangeError);
  });

  test("times, ids and attempts hold together for any seed, start and span", () => {
    const anyHistory = fc.record({
      seed: fc.nat(),
      startMs: fc.integer({ min: 0, max: START_MS }),
      days: fc.integer({ min: 1, max: 14 }),
    });
    fc.assert(
      fc.property(anyHistory, (options) => {
        checkInvariants(simulate(options), options.startMs, options.startMs + options.days * DAY_MS);
      }),
      { seed: 20_261, numRuns: 8 },
    );
  });

  test("one batch is one repository and one day, and batches come in time order", () => {
    const days = full.batches.map(({ runs, repositories }) => {
      assert.ok(runs.length > 0);
      assert.deepEqual(new Set(runs.map(({ repositoryId }) => repositoryId)), new Set([repositories[0]!.id]));
      const ends = new Set(runs.map(({ completedAtMs }) => Math.floor((completedAtMs! - START_MS) / DAY_MS)));
      assert.equal(ends.size, 1);
      return [...ends][0]!;
    });
    assert.deepEqual(
      days,
      [...days].sort((a, b) => a - b),
    );
  });

  test("working days and working hours are busy, weekends and nights are quiet", () => {
    const pushes = full.runs.filter(({ event }) => event === "pull_request");
    const weekend = pushes.filter(isWeekend).length;
    assert.ok(weekend > 0 && weekend < pushes.length / 10, `${weekend} of ${pushes.length}`);
    assert.ok(pushes.filter((run) => hour(run) >= 7 && hour(run) < 22).length > 0.9 * pushes.length);
  });

  test("a workflow with a cache has two usual durations, 1.8 times apart", () => {
    const ci = named("web-shop", "CI");
    const durations = calm.runs
      .filter((run) => run.workflowId === ci && run.conclusion === "success" && run.runAttempt === 1)
      .map(work);
    const overall = median(durations);
    const middle = 1.4 * median(durations.filter((ms) => ms <= overall));
    const missed = durations.filter((ms) => ms > middle);
    assert.ok(missed.length > 0.25 * durations.length && missed.length < 0.36 * durations.length);
    const ratio = median(missed) / median(durations.filter((ms) => ms <= middle));
    assert.ok(ratio > 1.6 && ratio < 2, `ratio ${ratio}`);
    const between = durations.filter((ms) => Math.abs(ms / middle - 1) < 0.05);
    assert.ok(between.length < 0.1 * durations.length, "the two modes are apart");
  });

  test("a re-run keeps its creation and its commit, starts anew, and lists only the jobs that ran again", () => {
    const byRun = groupBy(full.runs, ({ runId }) => runId);
    const rerun = [...byRun.values()].filter(({ length }) => length > 1);
    assert.ok(rerun.length > 100);
    assert.ok(rerun.some((attempts) => attempts.at(-1)!.conclusion === "success"));
    const jobsOf = groupBy(full.jobs, ({ runId, runAttempt }) => `${runId}/${runAttempt}`);
    let failedOnly = 0;
    for (const attempts of rerun) {
      for (const [at, attempt] of attempts.entries()) {
        const before = attempts[at - 1];
        if (before === undefined) continue;
        assert.equal(before.conclusion, "failure");
        assert.equal(attempt.headSha, before.headSha);
        assert.equal(attempt.createdAtMs, before.createdAtMs);
        assert.ok(attempt.runStartedAtMs! > before.completedAtMs!);
        const jobs = jobsOf.get(`${attempt.runId}/${attempt.runAttempt}`)!;
        for (const job of jobs) assert.ok(job.createdAtMs! >= attempt.runStartedAtMs!, "no job of an earlier attempt");
        if (jobs.length < jobsOf.get(`${attempt.runId}/${before.runAttempt}`)!.length) failedOnly += 1;
      }
    }
    assert.ok(failedOnly > 10);
  });

  test("titles and branches that are traps for careless programs come up", () => {
    const titles = full.runs.map(({ title }) => title!).join("\n");
    for (const trap of ["<script>", "=cmd", "🚀", "\u202e"]) assert.ok(titles.includes(trap), trap);
    assert.ok(full.runs.some(({ branch }) => branch!.includes("<b>")));
  });
});

function checkInvariants({ runs, jobs, steps }: FlatHistory, startMs: number, endMs: number): void {
  const jobIds = jobs.map(({ jobId }) => jobId);
  assert.equal(new Set(jobIds).size, jobIds.length);
  assert.equal(new Set(steps.map(({ jobId, stepNumber }) => `${jobId}/${stepNumber}`)).size, steps.length);
  assert.equal(new Set(runs.map(({ runId, runAttempt }) => `${runId}/${runAttempt}`)).size, runs.length);
  const stepsOf = groupBy(steps, ({ jobId }) => jobId);
  const jobsOf = groupBy(jobs, ({ runId, runAttempt }) => `${runId}/${runAttempt}`);
  for (const attempts of groupBy(runs, ({ runId }) => runId).values()) {
    assert.deepEqual(
      attempts.map(({ runAttempt }) => runAttempt),
      attempts.map((_, at) => at + 1),
    );
  }
  for (const run of runs) {
    const { runStartedAtMs: from, completedAtMs: to, createdAtMs, duration, queueTime, conclusion } = run;
    assert.ok(Number.isSafeInteger(run.runId) && run.runId > 1e10);
    assert.ok(createdAtMs! >= startMs && createdAtMs! <= from! && from! <= to! && to! < endMs);
    if (duration.ms !== null) assert.equal(duration.ms, to! - from!);
    if (queueTime.ms !== null) assert.ok(duration.ms !== null && queueTime.ms >= 0 && queueTime.ms <= duration.ms);
    assert.equal(duration.unknown, conclusion === "skipped" ? "never-ran" : null);
    const own = jobsOf.get(`${run.runId}/${run.runAttempt}`)!;
    assert.equal(Math.max(...own.map(({ completedAtMs }) => completedAtMs!)), to);
    for (const job of own) checkJob(job, stepsOf.get(job.jobId) ?? [], from!, to!);
    const isGreen = own.every((job) => job.conclusion === "success");
    assert.equal(conclusion === "success", isGreen);
  }
  assert.ok(jobs.length > 0 && steps.length > 0);
}

function checkJob(job: Job, steps: readonly Step[], from: number, to: number): void {
  const { createdAtMs, startedAtMs, completedAtMs } = job;
  assert.ok(createdAtMs! >= from && completedAtMs! <= to && createdAtMs! <= completedAtMs!);
  if (startedAtMs === null) {
    assert.equal(job.duration.unknown, "never-ran");
    assert.equal(steps.length, 0);
    return;
  }
  assert.equal(job.queueTime.ms, startedAtMs - createdAtMs!);
  assert.equal(job.duration.ms, completedAtMs! - startedAtMs);
  const spent = steps.reduce((sum, { duration }) => sum + (duration.ms ?? 0), 0);
  assert.equal(spent, job.duration.ms, "the steps of a job add up to it");
  let atMs = startedAtMs;
  for (const step of steps) {
    if (step.startedAtMs === null) continue;
    assert.equal(step.startedAtMs, atMs);
    atMs = step.completedAtMs!;
    assert.ok(atMs >= step.startedAtMs);
  }
}

describe("the planted incidents", () => {
  const planted = firstAttempts(full);
  const unplanted = firstAttempts(calm);
  const ofKind = (...kinds: readonly string[]): FlatHistory["truth"] =>
    full.truth.filter(({ kind }) => kinds.includes(kind));

  test("there are at least 24 single odd runs, 6 lasting changes, 3 storms, one silence and one growing queue", () => {
    const singles = ofKind("slow-run", "fast-run", "hanging-step", "queue-jam");
    assert.ok(singles.length >= 24);
    for (const { runIds } of singles) assert.equal(runIds.length, 1);
    assert.equal(ofKind("lasting-step", "lasting-ramp", "lasting-recovered").length, 6);
    assert.equal(ofKind("failure-storm").length, 3);
    assert.equal(ofKind("silenced-schedule").length, 1);
    assert.equal(ofKind("queue-growth").length, 1);
    assert.deepEqual(calm.truth, []);
  });

  test("every affected run is in the history, in its workflow and in its time, and carries one incident only", () => {
    const seen = new Set<number>();
    for (const { runIds, onsetMs, endMs, workflowId, repositoryId } of full.truth) {
      for (const runId of runIds) {
        const run = planted.get(runId)!;
        assert.deepEqual([run.workflowId, run.repositoryId], [workflowId, repositoryId]);
        assert.ok(run.createdAtMs! >= onsetMs && run.createdAtMs! <= (endMs ?? Number.POSITIVE_INFINITY));
        assert.ok(!seen.has(runId));
        seen.add(runId);
      }
    }
  });

  test("only planted runs differ from the history without incidents", () => {
    const touched = new Set(full.truth.flatMap(({ runIds }) => runIds));
    const silenced = ofKind("silenced-schedule")[0]!;
    let same = 0;
    for (const [runId, run] of unplanted) {
      if (touched.has(runId)) continue;
      if (!planted.has(runId)) {
        assert.ok(
          run.workflowId === silenced.workflowId && run.createdAtMs! >= silenced.onsetMs,
          `run ${runId} is missing`,
        );
        continue;
      }
      assert.deepEqual(planted.get(runId), run);
      same += 1;
    }
    assert.ok(same > 5000);
  });

  test("a single odd run stands out from the same run without its incident", () => {
    for (const { kind, runIds } of ofKind("slow-run", "fast-run", "hanging-step", "queue-jam")) {
      const run = planted.get(runIds[0]!)!;
      const peers = calm.runs.filter((other) => other.workflowId === run.workflowId && other.conclusion === "success");
      assert.equal(run.conclusion, "success");
      if (kind === "queue-jam") {
        assert.ok(run.queueTime.ms! >= 900_000);
        continue;
      }
      const ratio = work(run) / median(peers.map(work));
      if (kind === "fast-run") assert.ok(ratio < 0.3, `fast run at ${ratio}`);
      else assert.ok(ratio > 1.8, `${kind} at ${ratio}`);
    }
  });

  test("a lasting change moves the level after its onset, and a recovered one moves it back", () => {
    for (const incident of ofKind("lasting-step", "lasting-ramp", "lasting-recovered")) {
      const { factor, endMs, runIds } = incident;
      const carriers = runIds.map((runId) => planted.get(runId)!).filter(({ conclusion }) => conclusion === "success");
      const late = carriers.slice(Math.floor(carriers.length / 2));
      const ratios = late.flatMap((run) => {
        const before = unplanted.get(run.runId);
        return before?.conclusion === "success" ? [run.duration.ms! / before.duration.ms!] : [];
      });
      assert.ok(Math.abs(median(ratios) / factor - 1) < 0.3, `${incident.what}: ${median(ratios)} for ${factor}`);
      assert.equal(endMs === null, incident.kind !== "lasting-recovered");
    }
  });

  test("in a storm the carriers fail, and after the silence no scheduled run comes", () => {
    for (const { runIds } of ofKind("failure-storm")) {
      assert.ok(runIds.length >= 4);
      for (const runId of runIds) assert.equal(planted.get(runId)!.conclusion, "failure");
    }
    const silence = ofKind("silenced-schedule")[0]!;
    const runs = full.runs.filter(({ workflowId }) => workflowId === silence.workflowId);
    assert.ok(runs.length > 20);
    assert.ok(runs.every(({ createdAtMs }) => createdAtMs! < silence.onsetMs));
  });

  test("the growing queue lengthens the waits, not the work", () => {
    const [{ runIds, factor } = assert.fail("no growing queue")] = ofKind("queue-growth");
    const late = runIds.slice(-40).flatMap((runId) => {
      const [after, before] = [planted.get(runId), unplanted.get(runId)];
      return after?.queueTime.ms && before?.queueTime.ms ? [after.queueTime.ms / before.queueTime.ms] : [];
    });
    assert.ok(Math.abs(median(late) / factor - 1) < 0.15);
  });
});
