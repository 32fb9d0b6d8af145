/** How much of a difference stays unexplained where real runs tell their steps, or phases that stand for steps. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { accountForMinutes, breakDownRun, cleanRunTimes, type Job, type Step, type TimedRun } from "@oddrun/core";
import { csvRows } from "./csv-rows.ts";

/** What of a difference is unexplained, both in seconds. */
export interface Unexplained {
  readonly name: string;
  readonly differenceS: number;
  readonly unexplainedS: number;
}

/** A difference that somebody would ask about. */
const isWorthAsking = (differenceS: number, usualS: number): boolean =>
  Math.abs(differenceS) >= Math.max(10, 0.05 * usualS);

/** Runs a week that a mean must rest on. */
const WEEK_RUNS_MIN = 20;

interface JobWeek {
  readonly week: string;
  readonly meanS: number;
  readonly stepsS: number;
}

/**
 * pulumi's jobs from one week to the next: only means a week are known, of jobs and of their real steps. Means add up as the account does.
 */
export function betweenWeeks(folder: string): readonly Unexplained[] {
  const steps = Map.groupBy(rowsOf(`${folder}/steps_weekly.csv.gz`), keyOf);
  const jobs = Map.groupBy(rowsOf(`${folder}/jobs_weekly.csv.gz`), (row) => `${row["workflow"]} ${row["job"]}`);
  return [...jobs].flatMap(([name, weeks]) => {
    const known = weeks
      .filter((row) => Number(row["runs"]) >= WEEK_RUNS_MIN && row["success"] === row["runs"])
      .map((row): JobWeek => {
        const own = steps.get(keyOf(row)) ?? [];
        const stepsS = own.reduce(
          (sum, step) => sum + (Number(step["avg_s"]) * Number(step["runs"])) / Number(row["runs"]),
          0,
        );
        return { week: row["iso_week"]!, meanS: Number(row["avg_s"]), stepsS };
      })
      .sort((a, b) => a.week.localeCompare(b.week));
    return known.slice(1).flatMap((week, at): readonly Unexplained[] => {
      const before = known[at]!;
      const differenceS = week.meanS - before.meanS;
      const unexplainedS = differenceS - (week.stepsS - before.stepsS);
      return isWorthAsking(differenceS, before.meanS)
        ? [{ name: `${name} ${week.week}`, differenceS, unexplainedS }]
        : [];
    });
  });
}

const keyOf = (row: Readonly<Record<string, string>>): string => `${row["workflow"]} ${row["iso_week"]} ${row["job"]}`;

/** Seconds of finished jobs that none of their steps covers, as GitHub's own answers tell the times. */
export function gapsOfJobs(file: string): readonly { readonly durationS: number; readonly gapS: number }[] {
  const reported = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RawJob);
  return reported.flatMap((raw) => {
    const timed = asRun(raw);
    const found = timed === null ? null : breakDownRun(timed, "steps");
    const [stretch] = found?.path ?? [];
    const gap = stretch?.parts.find(({ kind }) => kind === "unexplained");
    return gap === undefined ? [] : [{ durationS: stretch!.job.duration.ms! / 1000, gapS: gap.ms / 1000 }];
  });
}

interface RawJob {
  readonly id: number;
  readonly run_id: number;
  readonly name: string;
  readonly conclusion: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly steps?: readonly {
    readonly name: string;
    readonly number: number;
    readonly conclusion: string | null;
    readonly started_at?: string | null;
    readonly completed_at?: string | null;
  }[];
}

const ms = (text: string | null | undefined): number | null => (text == null || text === "" ? null : Date.parse(text));

/** The job as the only one of its run, through the clean times that every collected job goes through. */
function asRun(raw: RawJob): TimedRun | null {
  const startMs = ms(raw.started_at);
  const endMs = ms(raw.completed_at);
  if (startMs === null || endMs === null || raw.conclusion?.toLowerCase() !== "success") return null;
  const none = { branch: null, event: null, headSha: null, title: null, runNumber: null };
  const steps = (raw.steps ?? []).map((step) => ({
    repositoryId: 1,
    jobId: raw.id,
    stepNumber: step.number,
    name: step.name,
    conclusion: step.conclusion === "success" ? ("success" as const) : ("skipped" as const),
    startedAtMs: ms(step.started_at),
    completedAtMs: ms(step.completed_at),
  }));
  const {
    run,
    jobs,
    steps: clean,
  } = cleanRunTimes(
    {
      repositoryId: 1,
      workflowId: 1,
      runId: raw.run_id,
      runAttempt: 1,
      ...none,
      status: "completed",
      conclusion: "success",
      createdAtMs: startMs,
      runStartedAtMs: startMs,
      completedAtMs: endMs,
      updatedAtMs: endMs,
      durationMs: null,
      heldFor: null,
      seenHeldAtMs: null,
      readyAtMs: null,
    },
    [
      {
        repositoryId: 1,
        runId: raw.run_id,
        runAttempt: 1,
        jobId: raw.id,
        name: raw.name,
        conclusion: "success",
        createdAtMs: startMs,
        startedAtMs: startMs,
        completedAtMs: endMs,
        readyAtMs: null,
        runnerName: "runner",
        runnerGroup: null,
        runnerLabels: null,
        steps,
      },
    ],
    endMs + 86_400_000,
  );
  return { run, earlierAttemptsMs: 0, jobs, steps: Map.groupBy(clean, ({ jobId }) => jobId) };
}

const PHASES = [
  "docker_build_s",
  "configure_s",
  "build_s",
  "unit_test_s",
  "functional_test_s",
  "depends_build_s",
] as const;
/** Share of the median run that the phases of a job must cover to stand for its steps. */
const COVERED_MIN = 0.85;
const FELLOWS = 40;
/** Share of a job's runs that have a phase which belongs to it. */
const USUAL_PHASE_SHARE = 0.9;

/** One run of a job against the 40 passing ones before it, where it took 20 % and a minute more or less. */
export function againstUsual(folder: string): { readonly cases: readonly Unexplained[]; readonly jobs: number } {
  const passed = rowsOf(`${folder}/jobs.csv.gz`).filter((row) => row["status"] === "COMPLETED");
  const cases: Unexplained[] = [];
  let jobs = 0;
  for (const [name, all] of Map.groupBy(passed, (row) => row["job"]!)) {
    // a phase that nearly every run has was not parsed where it is missing: such a run does not tell its steps
    const usual = PHASES.filter(
      (phase) => all.filter((row) => row[phase] !== "").length >= USUAL_PHASE_SHARE * all.length,
    );
    const rows = all.filter((row) => usual.every((phase) => row[phase] !== ""));
    const runs = rows.map(jobRun).sort((a, b) => a.run.completedAtMs! - b.run.completedAtMs!);
    const covered = rows.map((row) => phasesS(row) / Math.max(1, Number(row["duration_s"]))).sort((a, b) => a - b);
    if (runs.length <= FELLOWS || covered[Math.floor(covered.length / 2)]! < COVERED_MIN) continue;
    jobs += 1;
    runs.forEach((run, at) => {
      if (at < FELLOWS) return;
      const account = accountForMinutes(runs.slice(at - FELLOWS, at), [run]);
      if (account === null || Math.abs(account.differenceMs) < Math.max(60_000, 0.2 * account.beforeMs)) return;
      cases.push({
        name: `${name} ${run.run.runId}`,
        differenceS: account.differenceMs / 1000,
        unexplainedS: account.unexplainedMs / 1000,
      });
    });
  }
  return { cases, jobs };
}

const phasesS = (row: Readonly<Record<string, string>>): number =>
  PHASES.reduce((sum, phase) => sum + Number(row[phase]), 0);
const known = (span: number) => ({ ms: span, unknown: null });

function jobRun(row: Readonly<Record<string, string>>): TimedRun {
  const [createdAtMs, startedAtMs, completedAtMs] = ["created_ts", "executing_ts", "final_ts"].map(
    (column) => Number(row[column]) * 1000,
  ) as [number, number, number];
  const [jobId, runId] = [Number(row["job_id"]), Number(row["run_id"])];
  const steps = PHASES.filter((phase) => row[phase] !== "").map(
    (phase, at): Step => ({
      repositoryId: 1,
      jobId,
      stepNumber: at + 1,
      name: phase.slice(0, -2),
      conclusion: "success",
      startedAtMs: null,
      completedAtMs: null,
      duration: known(Number(row[phase]) * 1000),
    }),
  );
  const job: Job = {
    repositoryId: 1,
    runId,
    runAttempt: 1,
    jobId,
    name: row["job"]!,
    conclusion: "success",
    createdAtMs,
    startedAtMs,
    completedAtMs,
    duration: known(completedAtMs - startedAtMs),
    queueTime: known(startedAtMs - createdAtMs),
    runnerName: null,
    runnerGroup: null,
    runnerLabels: null,
  };
  const duration = known(completedAtMs - createdAtMs);
  return {
    run: { runId, runAttempt: 1, completedAtMs, duration, queueTime: job.queueTime },
    earlierAttemptsMs: 0,
    jobs: [job],
    steps: new Map([[jobId, steps]]),
  };
}

function rowsOf(file: string): readonly Readonly<Record<string, string>>[] {
  return csvRows(gunzipSync(readFileSync(file)).toString());
}
