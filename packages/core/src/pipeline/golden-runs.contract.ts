import { readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseConclusion, parseStatus } from "./conclusion.ts";
import type { ReportedJob, ReportedRun } from "./reported.ts";
import type { HeldFor, UnknownTime } from "./run.ts";

/** Seconds, or why they are not known. */
export type Expected = number | UnknownTime;

/** One case of fixtures/times: a run and its jobs in GitHub's words, and their times worked out by hand. */
export interface GoldenRun {
  readonly title: string;
  /** What is special about it, and what follows from that. */
  readonly why: string;
  /** Where such a run was met. */
  readonly source: string;
  readonly file: string;
  readonly run: ReportedRun;
  readonly jobs: readonly ReportedJob[] | null;
  readonly nowMs: number;
  readonly expected: {
    readonly held_s: Expected;
    readonly queue_s: Expected;
    readonly execution_s: Expected;
    readonly duration_s: Expected;
    readonly wall_s: Expected;
    readonly end_from: "jobs" | "run" | null;
    readonly notes: readonly string[];
    readonly jobs: readonly { readonly id: number; readonly queue_s: Expected; readonly execution_s: Expected }[];
  };
}

const FOLDER = resolve(import.meta.dirname, "../../../../fixtures/times");

export function goldenRuns(): readonly GoldenRun[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) =>
      (JSON.parse(readFileSync(resolve(FOLDER, name), "utf8")) as FixtureCase[]).map((one) => goldenRun(name, one)),
    );
}

interface FixtureRun {
  readonly id: number;
  readonly run_number: number;
  readonly run_attempt: number;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly created_at: string | null;
  readonly run_started_at: string | null;
  readonly updated_at: string | null;
}

interface FixtureJob {
  readonly id: number;
  readonly run_attempt: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly created_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly runner_name: string | null;
  readonly runner_group_name: string | null;
  readonly labels: readonly string[];
  readonly steps: readonly {
    readonly number: number;
    readonly name: string;
    readonly conclusion: string | null;
    readonly started_at: string | null;
    readonly completed_at: string | null;
  }[];
  /** Stands for so many jobs, with one id after another, each `every_s` seconds after the one before. */
  readonly repeat?: number;
  readonly every_s?: number;
}

interface FixtureCase extends Pick<GoldenRun, "title" | "why" | "source" | "expected"> {
  readonly now: string;
  readonly run: FixtureRun;
  readonly jobs: readonly FixtureJob[] | null;
  readonly seen_held?: { readonly at: string; readonly for: HeldFor };
}

function goldenRun(file: string, { run, jobs, now, seen_held, ...one }: FixtureCase): GoldenRun {
  return {
    ...one,
    file: basename(file, ".json"),
    nowMs: Date.parse(now),
    run: {
      repositoryId: 1,
      workflowId: 2,
      runId: run.id,
      runAttempt: run.run_attempt,
      runNumber: run.run_number,
      branch: "main",
      event: run.event,
      headSha: null,
      title: one.title,
      createdAtMs: instant(run.created_at),
      runStartedAtMs: instant(run.run_started_at),
      completedAtMs: instant(run.updated_at),
      updatedAtMs: instant(run.updated_at),
      conclusion: parseConclusion(run.conclusion),
      status: parseStatus(run.status),
      heldFor: seen_held?.for ?? null,
      seenHeldAtMs: instant(seen_held?.at ?? null),
      durationMs: null,
      readyAtMs: null,
    },
    jobs:
      jobs?.flatMap((job) => Array.from({ length: job.repeat ?? 1 }, (_, at) => reportedJob(run.id, job, at))) ?? null,
  };
}

function reportedJob(runId: number, job: FixtureJob, at: number): ReportedJob {
  const laterMs = at * (job.every_s ?? 0) * 1000;
  const moved = (text: string | null): number | null => (text === null ? null : instant(text)! + laterMs);
  return {
    repositoryId: 1,
    runId,
    runAttempt: job.run_attempt,
    jobId: job.id + at,
    name: job.name,
    conclusion: parseConclusion(job.conclusion),
    createdAtMs: moved(job.created_at),
    startedAtMs: moved(job.started_at),
    completedAtMs: moved(job.completed_at),
    runnerName: job.runner_name,
    runnerGroup: job.runner_group_name,
    runnerLabels: job.labels.join(","),
    readyAtMs: null,
    steps: job.steps.map((step) => ({
      repositoryId: 1,
      jobId: job.id + at,
      stepNumber: step.number,
      name: step.name,
      conclusion: parseConclusion(step.conclusion),
      startedAtMs: instant(step.started_at),
      completedAtMs: instant(step.completed_at),
    })),
  };
}

function instant(text: string | null): number | null {
  if (text === null) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`"${text}" is no instant`);
  return ms;
}
