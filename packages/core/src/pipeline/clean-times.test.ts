import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanRunTimes } from "./clean-times.ts";
import type { ReportedJob, ReportedRun, ReportedStep } from "./reported.ts";

const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const NOW = at("23:00:00");
const DAY_MS = 86_400_000;
const YEAR_ONE = Date.parse("0001-01-01T00:00:00Z");

function aRun(change: Partial<ReportedRun> = {}): ReportedRun {
  return {
    repositoryId: 1,
    workflowId: 2,
    runId: 3,
    runAttempt: 1,
    runNumber: null,
    branch: "main",
    event: "push",
    headSha: null,
    title: null,
    createdAtMs: at("10:00:00"),
    runStartedAtMs: at("10:00:00"),
    completedAtMs: at("10:06:00"),
    conclusion: "success",
    status: null,
    updatedAtMs: null,
    heldFor: null,
    seenHeldAtMs: null,
    durationMs: null,
    readyAtMs: null,
    ...change,
  };
}

function aJob(change: Partial<ReportedJob> = {}): ReportedJob {
  return {
    repositoryId: 1,
    runId: 3,
    runAttempt: 1,
    jobId: 30,
    name: "build",
    conclusion: "success",
    createdAtMs: at("10:00:01"),
    startedAtMs: at("10:00:11"),
    completedAtMs: at("10:05:00"),
    runnerName: "runner-1",
    runnerGroup: null,
    runnerLabels: null,
    readyAtMs: null,
    steps: [],
    ...change,
  };
}

function aStep(change: Partial<ReportedStep> = {}): ReportedStep {
  return {
    repositoryId: 1,
    jobId: 30,
    stepNumber: 1,
    name: "Set up job",
    conclusion: "success",
    startedAtMs: at("10:00:11"),
    completedAtMs: at("10:00:13"),
    ...change,
  };
}

const clean = (run: Partial<ReportedRun> = {}, jobs: readonly Partial<ReportedJob>[] | null = null) =>
  cleanRunTimes(aRun(run), jobs?.map(aJob) ?? null, NOW);
const endingAt = (text: string) => clean({ completedAtMs: at(text) }).run.duration;
const jobEndingAt = (text: string) => clean({}, [{ completedAtMs: at(text) }]).jobs[0]?.duration;
const queuedSince = (created: string) => clean({}, [{ createdAtMs: at(created) }]).jobs[0]?.queueTime;
const durationOf = (change: Partial<ReportedRun>) => clean(change).run.duration;
const known = (ms: number) => ({ ms, unknown: null });
const unknown = (reason: string) => ({ ms: null, unknown: reason });

test("an attempt lasts from its own start to its end", () => {
  const { run, notes } = clean();
  assert.deepEqual(run.duration, known(360_000));
  assert.deepEqual(run.queueTime, unknown("not-recorded"));
  assert.deepEqual(notes, []);
});

test("a re-run lasts from its own start: the creation is the first attempt's", () => {
  const { run } = clean({ runAttempt: 2, runStartedAtMs: at("15:00:00"), completedAtMs: at("15:02:00") });
  assert.deepEqual(run.duration, known(120_000));
  assert.equal(run.createdAtMs, at("10:00:00"));
});

test("without a start of its own the first attempt begins at its creation, and a later one is not known", () => {
  assert.deepEqual(clean({ runStartedAtMs: null }).run.duration, known(360_000));
  assert.deepEqual(clean({ runStartedAtMs: null, runAttempt: 2 }).run.duration, unknown("not-recorded"));
});

test("the end of an attempt is the end of its last job, not a later update", () => {
  const { run } = clean({ completedAtMs: at("18:00:00") }, [{}, { jobId: 31, completedAtMs: at("10:05:30") }]);
  assert.equal(run.completedAtMs, at("10:05:30"));
  assert.deepEqual(run.duration, known(330_000));
});

test("a job that a re-run inherited is marked, and counts neither for its end nor for its queue", () => {
  const { run, jobs } = clean({ runAttempt: 2, runStartedAtMs: at("12:00:00"), completedAtMs: at("12:10:00") }, [
    { runAttempt: 2, steps: [aStep()] },
    {
      runAttempt: 2,
      jobId: 31,
      createdAtMs: at("12:00:00"),
      startedAtMs: at("12:00:20"),
      completedAtMs: at("12:09:00"),
    },
  ]);
  assert.deepEqual(jobs[0]?.duration, unknown("inherited-from-earlier-attempt"));
  assert.deepEqual(jobs[0]?.queueTime, unknown("inherited-from-earlier-attempt"));
  assert.equal(jobs[0]?.startedAtMs, at("10:00:11"));
  assert.deepEqual(jobs[1]?.duration, known(520_000));
  assert.deepEqual(run.duration, known(540_000));
  assert.deepEqual(run.queueTime, known(20_000));
});

test("steps of an inherited job are marked like the job", () => {
  const { steps } = clean({ runAttempt: 2, runStartedAtMs: at("12:00:00") }, [{ runAttempt: 2, steps: [aStep()] }]);
  assert.deepEqual(steps[0]?.duration, unknown("inherited-from-earlier-attempt"));
});

test("a re-run of which only inherited jobs are known did run: its reported end counts", () => {
  const { run } = clean({ runAttempt: 2, runStartedAtMs: at("12:00:00"), completedAtMs: at("12:10:00") }, [
    { runAttempt: 2 },
  ]);
  assert.deepEqual(run.duration, known(600_000));
  assert.deepEqual(run.queueTime, unknown("not-recorded"));
});

test("in a first attempt no job is inherited", () => {
  const { jobs } = clean({ runStartedAtMs: at("12:00:00") }, [{}]);
  assert.deepEqual(jobs[0]?.duration, known(289_000));
});

test("an end up to 5 s before the start is the same moment; more is unknown", () => {
  assert.deepEqual(endingAt("09:59:55"), known(0));
  assert.deepEqual(endingAt("09:59:54"), unknown("end-before-start"));
  assert.deepEqual(jobEndingAt("10:00:06"), known(0));
  assert.deepEqual(jobEndingAt("10:00:05"), unknown("end-before-start"));
});

test("a job that started before it was created waited 0 s, or unknown when it is more than 5 s", () => {
  assert.deepEqual(queuedSince("10:00:12"), known(0));
  assert.deepEqual(queuedSince("10:00:40"), unknown("end-before-start"));
});

test("the end of a job whose times are turned round is not the end of the run", () => {
  const { run } = clean({}, [{ startedAtMs: at("20:00:00"), completedAtMs: at("19:00:00") }, { jobId: 31 }]);
  assert.equal(run.completedAtMs, at("10:05:00"));
});

test("year 1, before 2008, the future and more than 35 days are out of range", () => {
  assert.deepEqual(durationOf({ runStartedAtMs: YEAR_ONE, createdAtMs: YEAR_ONE }), unknown("out-of-range"));
  assert.deepEqual(durationOf({ completedAtMs: Date.UTC(2007, 11, 31) }), unknown("out-of-range"));
  assert.deepEqual(durationOf({ completedAtMs: NOW + 3_600_000 }), unknown("out-of-range"));
  assert.deepEqual(durationOf({ completedAtMs: 0 }), unknown("out-of-range"));
  assert.deepEqual(durationOf({ runStartedAtMs: at("10:06:00") - 35 * DAY_MS }), known(35 * DAY_MS));
  assert.deepEqual(durationOf({ runStartedAtMs: at("10:06:00") - 35 * DAY_MS - 1 }), unknown("out-of-range"));
});

test("an instant that cannot be right is not kept as one, and noted", () => {
  const { run, notes } = clean({ completedAtMs: YEAR_ONE });
  assert.equal(run.completedAtMs, null);
  assert.deepEqual(notes, ["times-implausible"]);
});

test("a skipped run never ran, whatever its times say", () => {
  const { run } = clean({ conclusion: "skipped" });
  assert.deepEqual([run.duration, run.queueTime], [unknown("never-ran"), unknown("never-ran")]);
  assert.equal(run.completedAtMs, at("10:06:00"));
});

test("a run that is known to have no job never ran", () => {
  assert.deepEqual(clean({ conclusion: "failure" }, []).run.duration, unknown("never-ran"));
  assert.deepEqual(clean({ conclusion: "startup_failure" }).run.duration, unknown("never-ran"));
  assert.deepEqual(clean({ conclusion: "action_required" }).run.duration, unknown("never-ran"));
});

test("a run of which every job was skipped or never got a runner never ran", () => {
  const { run, jobs } = clean({ conclusion: "cancelled" }, [
    { conclusion: "skipped", startedAtMs: YEAR_ONE },
    { jobId: 31, conclusion: "cancelled", startedAtMs: null },
    { jobId: 32, conclusion: "cancelled", runnerName: "" },
  ]);
  assert.deepEqual(
    jobs.map((job) => job.duration),
    [unknown("never-ran"), unknown("never-ran"), unknown("never-ran")],
  );
  assert.deepEqual([run.duration, run.queueTime], [unknown("never-ran"), unknown("never-ran")]);
  assert.deepEqual(jobs.map((job) => [job.startedAtMs, job.runnerName])[0], [null, "runner-1"]);
});

test("a job that passed without a recorded start did run, for an unknown time", () => {
  const { run, jobs } = clean({}, [{ startedAtMs: null }]);
  assert.deepEqual(jobs[0]?.duration, unknown("not-recorded"));
  assert.deepEqual(run.duration, known(300_000));
  assert.deepEqual(run.queueTime, unknown("not-recorded"));
});

test("queue time lasts until the first job that really ran", () => {
  const { run } = clean({}, [
    { conclusion: "skipped", startedAtMs: at("10:00:02") },
    { jobId: 31, startedAtMs: at("10:01:30") },
    { jobId: 32, startedAtMs: at("10:01:00") },
  ]);
  assert.deepEqual(run.queueTime, known(60_000));
});

test("a known wait for approval or for a concurrency group is not queue time", () => {
  const readyAtMs = at("10:00:10");
  const { run, jobs } = clean({ readyAtMs }, [{ readyAtMs }]);
  assert.deepEqual(run.queueTime, known(1000));
  assert.deepEqual(jobs[0]?.queueTime, known(1000));
});

test("a known wait before the first job is no part of the duration; one in the midst of the work is", () => {
  const waited = clean({ createdAtMs: at("01:00:00"), runStartedAtMs: at("01:00:00"), readyAtMs: at("10:00:10") }, [
    {},
  ]);
  assert.deepEqual(waited.run.duration, known(290_000));
  assert.deepEqual(clean({ readyAtMs: at("10:03:00") }, [{}]).run.duration, known(300_000));
});

test("a wait of more than a day was not for a runner, and no job runs for more than five days", () => {
  const longAgo = at("10:00:00") - DAY_MS;
  const { run, jobs } = clean({ createdAtMs: longAgo, runStartedAtMs: longAgo }, [{ createdAtMs: longAgo }]);
  assert.deepEqual([run.queueTime, jobs[0]?.queueTime], [unknown("held-back"), unknown("held-back")]);
  assert.deepEqual(run.duration, unknown("held-back"));
  const startedAtMs = at("10:05:00") - 5 * DAY_MS;
  assert.deepEqual(clean({}, [{ startedAtMs }]).jobs[0]?.duration, known(5 * DAY_MS));
  assert.deepEqual(clean({}, [{ startedAtMs: startedAtMs - 1 }]).jobs[0]?.duration, unknown("out-of-range"));
});

test("a re-run without a start of its own does not begin with the jobs it inherited", () => {
  const { run } = clean({ runAttempt: 2, runStartedAtMs: null, completedAtMs: at("15:10:00") }, [
    { runAttempt: 2 },
    {
      runAttempt: 2,
      jobId: 31,
      createdAtMs: at("15:00:00"),
      startedAtMs: at("15:00:20"),
      completedAtMs: at("15:09:00"),
    },
  ]);
  assert.deepEqual([run.duration, run.runStartedAtMs], [unknown("not-recorded"), null]);
});

test("a job that still waits has not begun, though it carries the time of queueing as its start", () => {
  const waiting = { conclusion: null, startedAtMs: at("10:00:01"), completedAtMs: null } as const;
  for (const runnerName of ["", null]) {
    const { run, jobs } = clean({ conclusion: null }, [{ ...waiting, runnerName }]);
    assert.deepEqual([jobs[0]?.duration, jobs[0]?.queueTime], [unknown("still-open"), unknown("still-open")]);
    assert.deepEqual(run.queueTime, unknown("still-open"));
    assert.deepEqual(clean({}, [{ ...waiting, runnerName }]).run.duration, known(360_000), "its job's state came late");
  }
});

test("a start left from queueing gives way to the first step", () => {
  const { jobs } = clean({}, [{ startedAtMs: at("10:00:01"), steps: [aStep({ startedAtMs: at("10:04:00") })] }]);
  assert.deepEqual([jobs[0]?.duration, jobs[0]?.queueTime], [known(60_000), known(239_000)]);
});

test("an open run has no end and no duration yet", () => {
  const { run, jobs } = clean({ conclusion: null }, [{ conclusion: null, completedAtMs: null }]);
  assert.equal(run.completedAtMs, null);
  assert.deepEqual(run.duration, unknown("still-open"));
  assert.deepEqual(run.queueTime, known(11_000));
  assert.deepEqual(jobs[0]?.duration, unknown("still-open"));
  assert.deepEqual(clean({ status: "in_progress" }).run.conclusion, null);
});

test("a completed run without a conclusion ended somehow, and that is noted", () => {
  const { run, notes } = clean({ conclusion: null, status: "completed" });
  assert.equal(run.conclusion, "other");
  assert.deepEqual(run.duration, known(360_000));
  assert.deepEqual(notes, ["conclusion-missing"]);
});

test("a duration alone is used as it is, and gives the end", () => {
  const { run } = clean({ completedAtMs: null, durationMs: 90_000 });
  assert.deepEqual(run.duration, known(90_000));
  assert.equal(run.completedAtMs, at("10:01:30"));
  const noTimes = clean({ createdAtMs: null, runStartedAtMs: null, completedAtMs: null, durationMs: 90_000 }).run;
  assert.deepEqual([noTimes.duration, noTimes.completedAtMs], [known(90_000), null]);
  assert.deepEqual(clean({ completedAtMs: null, durationMs: 36 * DAY_MS }).run.duration, unknown("out-of-range"));
});

test("where times and duration disagree the times win, and that is noted", () => {
  const near = clean({ durationMs: 364_000 });
  assert.deepEqual([near.run.duration, near.notes], [known(360_000), []]);
  const far = clean({ durationMs: 400_000 });
  assert.deepEqual([far.run.duration, far.notes], [known(360_000), ["duration-disagrees"]]);
});

test("a skipped step never ran, and an open one is open", () => {
  const { steps } = clean({}, [
    { steps: [aStep(), aStep({ conclusion: "skipped" }), aStep({ conclusion: null, completedAtMs: null })] },
  ]);
  assert.deepEqual(
    steps.map((step) => step.duration),
    [known(2000), unknown("never-ran"), unknown("still-open")],
  );
});

test("the shape of the report is not passed on", () => {
  const { run, jobs } = clean({}, [{}]);
  for (const key of ["durationMs", "readyAtMs"]) assert.ok(!(key in run));
  for (const key of ["steps", "readyAtMs"]) assert.ok(!(key in jobs[0]!));
});
